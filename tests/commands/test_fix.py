"""`fix`: real files of a real checkout, in process; one run on a terminal, with a person who answers."""

from __future__ import annotations

import io
import os
import stat
import sys
from argparse import Namespace
from pathlib import Path

import pytest

from canvos_tui.cli import main
from canvos_tui.commands import fix as command
from canvos_tui.core.checks.files.mending import MENDERS
from canvos_tui.core.errors import CanvosError, FilesError
from tests.doubles import canvos_repo
from tests.doubles.canvos_repo import git
from tests.doubles.check_world import World
from tests.terminal import Terminal

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
KEYS = f"AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE\nAWS_SECRET_ACCESS_KEY={SECRET}\n"
GOOD = "OS_DISTRIBUTION=ubuntu\nOS_VERSION=24.04\nREGION=eu-west-1\nS3_BUCKET=acme-images\nS3_KEY=edge-1\nARCH=amd64\n"
ROOT = Path(__file__).parents[2]
STAMP = "0823-1412"  # of the world's clock


@pytest.fixture
def folder(tmp_path) -> Path:
    made = canvos_repo.make(tmp_path / "my CanvOS")
    git(made, "checkout", "-q", "v4.9.38")
    return made


@pytest.fixture
def fix(tmp_path, folder, capsys):
    """Runs the command: (exit code, what it printed)."""

    def run(name: str, *, yes: bool = True, at: Path = folder) -> tuple[int, str]:
        code = command.fix(Namespace(id=name, checkout=str(at), yes=yes), ports=World(tmp_path).ports())
        return code, capsys.readouterr().out

    return run


def secret(folder: Path, text: str, mode: int = 0o600) -> Path:
    (folder / ".secret").write_bytes(text.encode())
    (folder / ".secret").chmod(mode)
    return folder / ".secret"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_missing_profile_is_added_with_a_copy_and_no_secret_is_printed(fix, folder):
    path = secret(folder, KEYS.removesuffix("\n"), 0o644)
    code, out = fix("FILE-SECRET")
    assert (code, path.read_text(), mode(path)) == (0, KEYS + "AWS_PROFILE=\n", 0o600)
    copy = folder / f".arg.secret.bak-{STAMP}"
    assert (copy.read_text(), mode(copy)) == (KEYS.removesuffix("\n"), 0o600)
    assert "\n AWS_ACCESS_KEY_ID=...MPLE\n" in out  # a line that stays keeps its blank, as in any difference
    assert "+AWS_PROFILE=" in out
    assert f"the old one is {copy}" in out
    assert "PASS FILE-SECRET  all three ids" in out
    assert SECRET not in out


def test_a_second_time_there_is_nothing_to_do(fix, folder):
    secret(folder, KEYS)
    fix("FILE-SECRET")
    code, out = fix("FILE-SECRET")
    assert code == 0
    assert "nothing to mend" in out
    assert "PASS FILE-SECRET" in out
    assert len(list(folder.glob(".arg.secret.bak-*"))) == 1


def test_the_mode_is_closed_and_the_content_stays(fix, folder):
    path = secret(folder, KEYS, 0o644)
    code, out = fix("FILE-SECRET-PERM")
    assert (code, path.read_text(), mode(path)) == (0, KEYS, 0o600)
    assert "the mode 0644 of .secret becomes 0600" in out
    assert "PASS FILE-SECRET-PERM  mode 0600" in out


@pytest.mark.parametrize("before", ["*.swp", "*.swp\n", None], ids=["no end of line", "an end of line", "no file"])
def test_git_is_told_to_ignore_it(fix, folder, before):
    (folder / ".gitignore").write_text("build/\n")
    path = folder / ".git" / "info" / "exclude"
    if before is None:
        path.unlink()
        path.parent.rmdir()
    else:
        path.write_text(before)
    code, out = fix("FILE-SECRET-IGNORED")
    assert code == 0
    assert path.read_text().split() == [*(before or "").split(), ".secret"]
    assert "PASS FILE-SECRET-IGNORED" in out


def test_in_a_worktree_git_is_told_where_it_reads(fix, folder, tmp_path):
    git(folder, "worktree", "add", "-q", str(tmp_path / "Other"), "v4.9.37")
    (tmp_path / "Other" / ".gitignore").write_text("build/\n")
    code, out = fix("FILE-SECRET-IGNORED", at=tmp_path / "Other")
    assert code == 0
    assert "PASS FILE-SECRET-IGNORED" in out


def test_what_is_in_the_commit_is_not_ignored_by_a_rule(fix, folder):
    secret(folder, KEYS)
    git(folder, "add", "-f", ".secret")
    code, out = fix("FILE-SECRET-IGNORED")
    assert code == 0
    assert "WARN FILE-SECRET-IGNORED  git tracks .secret" in out
    assert "git rm" not in out  # a command is the doctor's to give
    assert not (folder / ".git" / "info" / "exclude").exists() or b".secret" not in (folder / ".git" / "info" / "exclude").read_bytes()


def test_arg_is_mended_as_far_as_that_is_certain_and_the_rest_is_named(fix, folder):
    path = folder / ".arg"
    path.write_bytes(
        (GOOD.replace("REGION=", "REGION = ") + "V=a b\nHTTPS_PROXY=http://me:hush-hush@proxy:3128\n").replace("\n", "\r\n").encode()
    )
    path.chmod(0o640)
    code, out = fix("FILE-ARG")
    assert code == 3
    assert path.read_text() == GOOD + "V=a b\nHTTPS_PROXY=http://me:hush-hush@proxy:3128\n"
    assert mode(path) == mode(folder / f".arg.bak-{STAMP}") == 0o640
    assert "+REGION=eu-west-1" in out
    assert "FAIL FILE-ARG  line 7: there is a blank in it" in out
    assert "hush-hush" not in out


def test_an_empty_user_data_goes_and_a_copy_stays(fix, folder):
    (folder / "user-data").write_text(" \n")
    code, out = fix("FILE-USERDATA")
    assert code == 0
    assert not (folder / "user-data").exists()
    assert (folder / f".arg.user-data.bak-{STAMP}").read_text() == " \n"
    assert "WARN FILE-USERDATA  no user-data file" in out


def test_without_a_terminal_and_without_yes_nothing_changes(fix, folder, monkeypatch):
    path = secret(folder, KEYS, 0o644)
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    for name in ("FILE-SECRET", "FILE-SECRET-PERM"):
        with pytest.raises(CanvosError, match="not asked for: ") as caught:
            fix(name, yes=False)
        assert "--yes" in caught.value.remedy
    assert (path.read_text(), mode(path)) == (KEYS, 0o644)
    assert list(folder.glob("*.bak-*")) == list(folder.glob(".arg.*bak-*")) == []


@pytest.mark.parametrize(
    ("name", "link"), [("FILE-ARG", ".arg"), ("FILE-SECRET", ".secret"), ("FILE-SECRET-PERM", ".secret"), ("FILE-USERDATA", "user-data")]
)
def test_a_link_is_not_followed(fix, folder, tmp_path, name, link):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("A = 1\r\n" if link == ".arg" else "" if link == "user-data" else KEYS)
    elsewhere.chmod(0o644)
    before = elsewhere.read_bytes()
    (folder / link).symlink_to(elsewhere)
    with pytest.raises(FilesError, match=r"is a link to .*elsewhere: it is not followed"):
        fix(name)
    assert (elsewhere.read_bytes(), mode(elsewhere)) == (before, 0o644)


def test_a_linked_info_folder_is_not_followed(fix, folder, tmp_path):
    (folder / ".gitignore").write_text("build/\n")
    info = folder / ".git" / "info"
    info.rename(tmp_path / "info")
    info.symlink_to(tmp_path / "info")
    with pytest.raises(FilesError, match="is a link"):
        fix("FILE-SECRET-IGNORED")


def test_a_file_that_changed_while_the_question_stood_is_left_alone(fix, folder, monkeypatch):
    path = secret(folder, KEYS)

    def edited(*_: object) -> None:
        path.write_text(KEYS + "MINE=1\n")

    monkeypatch.setattr("canvos_tui.commands.consent.Consent.need", edited)
    with pytest.raises(FilesError, match="has changed since it was looked at"):
        fix("FILE-SECRET")
    assert path.read_text() == KEYS + "MINE=1\n"


@pytest.mark.parametrize(
    ("name", "words", "hint"),
    [
        ("FILE-SECRT", "there is no check `FILE-SECRT`", "did you mean `FILE-SECRET`?"),
        ("zzz", "there is no check `zzz`", "it mends FILE-ARG, "),
        ("HOST-CPU", "HOST-CPU is none of the checks that `fix` can mend", "`canvos-tui doctor` says what to do"),
    ],
)
def test_an_id_that_nobody_mends(capsys, name, words, hint):
    assert main(["fix", name]) == 2
    said = capsys.readouterr().err
    assert words in said
    assert hint in said
    assert all(known in said for known in MENDERS)


def test_no_file_and_no_checkout(fix, folder, tmp_path):
    with pytest.raises(CanvosError, match=r"there is no .*secret"):
        fix("FILE-SECRET")
    (tmp_path / "empty").mkdir()
    with pytest.raises(CanvosError, match="empty is no CanvOS checkout"):
        fix("FILE-SECRET", at=tmp_path / "empty")


@pytest.mark.parametrize(("typed", "done"), [("y", True), ("n", False)])
def test_on_a_terminal_the_question_is_asked(folder, tmp_path, typed, done):
    path = secret(folder, KEYS)
    words = [sys.executable, "-m", "canvos_tui", "--checkout", str(folder), "fix", "file-secret"]
    with Terminal(words, {**os.environ, "HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}, cwd=tmp_path) as terminal:
        terminal.see("[y/N]")
        terminal.press(typed, "enter")
        terminal.see("PASS FILE-SECRET" if done else "declined: write")
        assert SECRET.encode() not in terminal.printed
    assert (path.read_text() == KEYS + "AWS_PROFILE=\n") is done
