from __future__ import annotations

from pathlib import Path

import pytest

from canvos_tui.adapters.files import Disk
from canvos_tui.core.answers.beginning import fresh
from canvos_tui.core.answers.draft import Draft, FolderChosen, UserData, UserDataChosen
from canvos_tui.core.answers.file_changes import read_current
from canvos_tui.core.checkout import arg_file
from canvos_tui.core.errors import LinkError
from canvos_tui.core.secret import Secret
from canvos_tui.core.status import Status
from tests.doubles import canvos_repo
from tests.doubles.check_world import World, answered

SECRET = "k" * 40
GOOD = "OS_DISTRIBUTION=ubuntu\nOS_VERSION=24.04\nREGION=eu-west-1\nS3_BUCKET=acme-images\nS3_KEY=edge-1\nARCH=amd64\n"
JOIN = "#cloud-config\nstylus:\n  site:\n    paletteEndpoint: api.spectrocloud.com\n    edgeHostToken: abcdefghij\n"


@pytest.fixture
def folder(tmp_path) -> Path:
    made = canvos_repo.make(tmp_path / "CanvOS")
    canvos_repo.git(made, "checkout", "-q", "v4.9.38")
    return made


def at(folder: Path, draft: Draft | None = None) -> Draft:
    return (draft or fresh()).after(FolderChosen(folder, "https://git.example/CanvOS"))


async def judged(tmp_path, folder, name: str, text: str, check: str, *, draft: Draft | None = None, final: bool = True):
    (folder / name).write_bytes(text.encode())
    return await World(tmp_path).one(check, at(folder, draft), final=final)


async def test_files_that_are_not_written_yet_wait_for_the_screen_that_writes_them(tmp_path, folder):
    results = await World(tmp_path).results(at(folder))
    for name in ("FILE-ARG", "FILE-SECRET", "FILE-SECRET-PERM"):
        assert (results[name].status, results[name].answer.observed) == (Status.SKIP, "waits for the answers to be written")


async def test_a_good_arg_file(tmp_path, folder):
    result = await judged(tmp_path, folder, ".arg", GOOD, "FILE-ARG")
    assert (result.status, result.answer.observed) == (Status.PASS, "6 values")


@pytest.mark.parametrize(
    ("text", "observed"),
    [
        (GOOD + "X=a b\n", "line 7: there is a blank in it: bash would run the second word as a command"),
        (GOOD + "X=$(id)\n", "line 7: bash would execute a part of this line"),
        (GOOD + "PATH=/x\n", "line 7: `PATH` would change how earthly.sh itself runs"),
        (GOOD + "hello\nworld\n", "line 7: this is no `NAME=value`: bash would run it as a command, Earthly stops and 1 more"),
        (GOOD.replace("\n", "\r\n"), "line 1: the lines end in CR LF: bash keeps the CR in every value"),
        (GOOD.replace("REGION=eu-west-1\n", ""), "REGION: a region is needed"),
        (GOOD.replace("acme-images", "Acme"), "S3_BUCKET: `A` is not allowed in a bucket's name"),
        (GOOD.replace("amd64", "arm64"), "ARCH must be amd64"),
    ],
)
async def test_an_arg_file_that_breaks_the_build(tmp_path, folder, text, observed):
    result = await judged(tmp_path, folder, ".arg", text, "FILE-ARG")
    assert (result.status, result.answer.observed) == (Status.FAIL, observed)
    assert str(folder / ".arg") in result.answer.remedies[-1].commands[0].run or "canvos-tui --checkout" in str(result.answer.remedies[-1])


async def test_an_arg_file_with_something_to_know(tmp_path, folder):
    twice = await judged(tmp_path, folder, ".arg", GOOD + "S3_KEY=edge-2\n", "FILE-ARG")
    assert (twice.status, twice.answer.observed) == (Status.WARN, "line 7: `S3_KEY` is set twice, the last one counts")
    empty = await judged(tmp_path, folder, ".arg", GOOD.replace("edge-1", ""), "FILE-ARG")
    assert (empty.status, "raw file's name" in empty.answer.observed) == (Status.WARN, True)
    assert [answer.answer.remedies[0].text.startswith("Or ") for answer in (twice, empty)] == [False, False], "nothing stands before it"


async def test_the_wizard_only_minds_lines_that_it_will_not_write_anew(tmp_path, folder):
    crlf = await judged(tmp_path, folder, ".arg", GOOD.replace("\n", "\r\n"), "FILE-ARG", draft=answered(), final=False)
    assert (crlf.status, crlf.answer.observed) == (Status.SKIP, "waits for the answers to be written, .arg anew")
    own = await judged(tmp_path, folder, ".arg", GOOD + "hello\n", "FILE-ARG", draft=answered(), final=False)
    assert (own.status, own.answer.observed.split(":")[0]) == (Status.FAIL, "line 7")
    written = arg_file.render(b"", answered().args()).decode()
    done = await judged(tmp_path, folder, ".arg", written, "FILE-ARG", draft=answered(), final=False)
    assert done.status is Status.PASS


@pytest.mark.parametrize(
    ("text", "status", "observed"),
    [
        (f"AWS_PROFILE=\nAWS_ACCESS_KEY_ID=AKIA\nAWS_SECRET_ACCESS_KEY={SECRET}\n", Status.PASS, "all three ids"),
        (
            f"AWS_ACCESS_KEY_ID=AKIA\nAWS_SECRET_ACCESS_KEY={SECRET}\n",
            Status.FAIL,
            "AWS_PROFILE is missing: the build would stop at its last step",
        ),
        ("AWS_PROFILE=\nAWS_ACCESS_KEY_ID=AKIA\nAWS_SECRET_ACCESS_KEY=\n", Status.FAIL, "AWS_SECRET_ACCESS_KEY is empty"),
        (
            f"AWS_PROFILE=me\nAWS_ACCESS_KEY_ID=AKIA\nAWS_SECRET_ACCESS_KEY={SECRET}\n",
            Status.FAIL,
            "AWS_PROFILE is set: the build has no ~/.aws, so no profile can be found",
        ),
    ],
)
async def test_the_secret_file_needs_three_ids_and_shows_none(tmp_path, folder, text, status, observed):
    result = await judged(tmp_path, folder, ".secret", text, "FILE-SECRET")
    assert (result.status, result.answer.observed) == (status, observed)
    assert SECRET not in repr(result)
    wizard = await judged(tmp_path, folder, ".secret", text, "FILE-SECRET", final=False)
    assert wizard.status is (Status.PASS if status is Status.PASS else Status.SKIP)


async def test_the_mode_of_the_secret_file(tmp_path, folder):
    (folder / ".secret").write_text("x=1\n")
    (folder / ".secret").chmod(0o644)
    wide = await World(tmp_path).one("FILE-SECRET-PERM", at(folder))
    assert (wide.status, wide.answer.observed) == (Status.WARN, "mode 0644: others may read it")
    assert [c.run for fix in wide.answer.remedies for c in fix.commands] == [
        f"canvos-tui fix FILE-SECRET-PERM --checkout {folder}",
        f"chmod 600 {folder}/.secret",
    ]
    (folder / ".secret").chmod(0o600)
    assert (await World(tmp_path).one("FILE-SECRET-PERM", at(folder))).status is Status.PASS


async def test_git_should_ignore_the_secret_file(tmp_path, folder):
    assert (await World(tmp_path).one("FILE-SECRET-IGNORED", at(folder))).status is Status.PASS
    (folder / ".gitignore").write_text("build/\n")
    result = await World(tmp_path).one("FILE-SECRET-IGNORED", at(folder))
    assert result.status is Status.WARN
    assert [c.run for fix in result.answer.remedies for c in fix.commands] == [
        f"canvos-tui fix FILE-SECRET-IGNORED --checkout {folder}",
        f"printf '\\n.secret\\n' >> {folder}/.git/info/exclude",
    ]


@pytest.mark.parametrize(
    ("text", "status", "observed"),
    [
        (JOIN, Status.PASS, "endpoint and token are there"),
        ("", Status.FAIL, "user-data is empty: the disk builder fails on it"),
        ("#cloud-config\na: [1\n", Status.FAIL, "user-data is no YAML: line 3: expected ',' or ']', but got '<stream end>'"),
        (JOIN.replace("#cloud-config\n", ""), Status.WARN, "the first line is not `#cloud-config`"),
        (
            JOIN.replace("    edgeHostToken: abcdefghij\n", ""),
            Status.WARN,
            "stylus.site.edgeHostToken is missing: an instance cannot register by itself",
        ),
    ],
)
async def test_user_data(tmp_path, folder, text, status, observed):
    result = await judged(tmp_path, folder, "user-data", text, "FILE-USERDATA")
    assert (result.status, result.answer.observed) == (status, observed)
    assert "abcdefghij" not in repr(result)


async def test_no_user_data(tmp_path, folder):
    none = await World(tmp_path).one("FILE-USERDATA", at(folder))
    assert (none.status, none.answer.observed) == (Status.WARN, "no user-data file")
    meant = await World(tmp_path).one("FILE-USERDATA", at(folder).after(UserDataChosen(UserData.NONE)))
    assert meant.answer.observed == "no user-data file, as chosen"
    planned = await World(tmp_path).one("FILE-USERDATA", at(folder).after(UserDataChosen(UserData.TEMPLATE, token=Secret("abcdefghij"))))
    assert (planned.status, planned.answer.observed) == (Status.SKIP, "waits for the answers to be written")


@pytest.mark.parametrize(("name", "check"), [(".arg", "FILE-ARG"), (".secret", "FILE-SECRET"), ("user-data", "FILE-USERDATA")])
async def test_a_link_out_of_the_checkout_is_shown_and_not_followed(tmp_path, folder, name, check):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("AWS_SECRET_ACCESS_KEY=hunter2hunter2\nPRIVATE=value\n")
    (folder / name).unlink(missing_ok=True)
    (folder / name).symlink_to(elsewhere)
    result = (await World(tmp_path).one(check, at(folder), final=True)).answer
    assert result.status is Status.FAIL
    assert result.observed == f"{folder / name} is a link to {elsewhere}: it is not followed out of the checkout"
    assert "hunter2" not in str(result)
    with pytest.raises(LinkError):
        await read_current(Disk(tmp_path / "state"), folder)
