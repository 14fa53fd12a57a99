from __future__ import annotations

import pytest

from canvos_tui.adapters.files import Disk
from canvos_tui.core.answers import draft as d
from canvos_tui.core.answers.file_changes import apply, plan, read_current
from canvos_tui.core.errors import FilesError
from canvos_tui.core.secret import Secret
from tests.core.answers.test_draft import KEYS, full

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"


async def test_all_three_files_are_written_with_backups_and_the_diff_hides_the_secret(tmp_path):
    disk = Disk(tmp_path / "state")
    folder = tmp_path / "c"
    folder.mkdir()
    (folder / ".arg").write_text("OTHER=1\nCUSTOM_TAG=old\n")
    (folder / "k8s_version.json").write_text('{"kubeadm": ["1.32.2", "1.33.5"]}\n')
    draft = full().after(d.SeveralChosen(True)).after(d.VersionsKept(("1.33.5",)))
    changes = plan(draft, await read_current(disk, folder))
    shown = "\n".join(line.text for change in changes for line in change.diff)
    assert SECRET not in shown
    assert "+CUSTOM_TAG=palette-learn" in shown
    written = await apply(disk, folder, changes, "0823-1412")
    assert {w.name: w.backup and w.backup.name for w in written} == {
        ".arg": ".arg.bak-0823-1412",
        ".secret": None,
        "k8s_version.json": "k8s_version.json.bak-0823-1412",
    }
    assert "OTHER=1" in (folder / ".arg").read_text()
    assert SECRET in (folder / ".secret").read_text()
    assert (folder / ".secret").stat().st_mode & 0o777 == 0o600
    assert (folder / "k8s_version.json").read_text() == '{"kubeadm": ["1.33.5"]}\n'
    again = plan(draft, await read_current(disk, folder))
    assert not any(change.changed for change in again)
    assert await apply(disk, folder, again, "x") == ()


async def test_a_secret_with_the_wrong_mode_is_written_again(tmp_path):
    disk = Disk(tmp_path / "state")
    draft = full()
    await apply(disk, tmp_path, plan(draft, await read_current(disk, tmp_path)), "x")
    (tmp_path / ".secret").chmod(0o644)
    await apply(disk, tmp_path, plan(draft, await read_current(disk, tmp_path)), "x")
    assert (tmp_path / ".secret").stat().st_mode & 0o777 == 0o600


async def test_a_failure_in_the_middle_leaves_whole_files(tmp_path):
    disk = Disk(tmp_path / "state")
    (tmp_path / ".secret").mkdir()
    (tmp_path / ".arg").write_text("A=1\n")
    changes = plan(full(), {".arg": b"A=1\n", ".secret": None})
    with pytest.raises(FilesError):
        await apply(disk, tmp_path, changes, "x")
    assert "CUSTOM_TAG=palette-learn" in (tmp_path / ".arg").read_text()
    assert (tmp_path / ".arg.bak-x").read_text() == "A=1\n"


def test_user_data_from_the_template_hides_its_token():
    draft = (
        full()
        .after(d.FieldAnswered("PALETTE_ENDPOINT", "api.acme.com"))
        .after(d.UserDataChosen(d.UserData.TEMPLATE, token=Secret("tok123456")))
    )
    change = plan(draft, {})[-1]
    assert change.name == "user-data"
    assert "tok123456" not in "\n".join(line.text for line in change.diff)
    assert b"tok123456" in change.new


def test_keys_that_no_aws_key_has_are_refused_late_as_well():
    assert KEYS.masked_id() == "...MPLE"


async def test_other_keys_are_kept_under_a_name_that_git_ignores(tmp_path):
    disk = Disk(tmp_path / "state")
    old = b"AWS_ACCESS_KEY_ID=AKIAI44QH8DHBEXAMPLE\nAWS_SECRET_ACCESS_KEY=je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY\n"
    (tmp_path / ".secret").write_bytes(old)
    (tmp_path / ".secret").chmod(0o600)
    await apply(disk, tmp_path, plan(full(), await read_current(disk, tmp_path)), "0823-1412")
    copy = tmp_path / ".arg.secret.bak-0823-1412"
    assert copy.read_bytes() == old
    assert copy.stat().st_mode & 0o777 == 0o600
    (tmp_path / ".secret").write_text((tmp_path / ".secret").read_text().replace("AWS_PROFILE=\n", ""))
    await apply(disk, tmp_path, plan(full(), await read_current(disk, tmp_path)), "0824-1412")
    assert "AWS_PROFILE=" in (tmp_path / ".secret").read_text()
    assert not (tmp_path / ".arg.secret.bak-0824-1412").exists()


async def test_without_user_data_the_one_that_is_there_goes_and_a_copy_is_kept(tmp_path):
    """CanvOS builds in what it finds: an answer that leaves the file there would not be true."""
    disk, old = Disk(tmp_path / "state"), b"#cloud-config\nstylus:\n  site:\n    edgeHostToken: tok123456\n"
    (tmp_path / "user-data").write_bytes(old)
    draft = full().after(d.UserDataChosen(d.UserData.NONE))
    change = plan(draft, await read_current(disk, tmp_path))[-1]
    assert (change.name, change.gone, change.changed) == ("user-data", True, True)
    assert "tok123456" not in str(change.diff)
    written = await apply(disk, tmp_path, (change,), "0823-141200")
    assert not (tmp_path / "user-data").exists()
    assert written[0].backup is not None
    assert written[0].backup.read_bytes() == old
    assert written[0].backup.name.startswith(".arg.user-data")
    assert [c.name for c in plan(draft, await read_current(disk, tmp_path))] == [".arg", ".secret"]
