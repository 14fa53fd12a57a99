"""A bug of ours: one line, a report without any value in it, and a terminal as it was; with every face, in processes of their own."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from canvos_tui.core.exit_codes import ExitCode
from canvos_tui.core.masking.crash_report import crash_text
from tests.runs import SECRET
from tests.terminal import Terminal

ROOT = Path(__file__).parents[2]
TYPED = "wJalrXUtnFEMI/K7MDENG/" + "bPxRfiCYtypedBYhand"
# the bug has a secret in a local, in its message, and in the error that it began with
BUG = f"""
import os, sys
def bug(*_, **__):
    typed = {TYPED!r}
    try:
        raise LookupError(f"no {{typed}}")
    except LookupError as error:
        raise KeyError(f"password=hush-5ecret-hush {{os.environ['AWS_SECRET_ACCESS_KEY']}} {{typed}} is what broke") from error
"""
FACES = {
    "lines": ("import canvos_tui.commands.status as it; it.tell_status = bug", "status"),
    "questions": ("import canvos_tui.commands.questions as it; it.ask = bug", "--plain"),
    "doctor": ("import canvos_tui.commands.doctor.lines as it; it.printed = bug", "doctor --output text"),
}
SCREENS = {"wizard": "", "doctor": "doctor"}


def program(change: str, words: str) -> list[str]:
    code = f"{BUG}\n{change}\nfrom canvos_tui.cli import main\nsys.exit(main({words.split()!r}))"
    return [sys.executable, "-c", code]


def environ(home: Path) -> dict[str, str]:
    home.mkdir(exist_ok=True)
    kept = {"PATH": os.environ["PATH"], "HOME": str(home), "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", "TERM": "xterm-256color"}
    return {**kept, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_EC2_METADATA_DISABLED": "true"}


def reported(home: Path) -> str:
    """The one report that lies there."""
    (path,) = (home / ".local/state/canvos-tui/crashes").iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    text = path.read_text(encoding="utf-8")
    assert "builtins.KeyError: " in text
    assert "builtins.LookupError: " in text
    assert "is what broke" in text
    assert "canvos_tui/cli.py:" in text
    assert str(ROOT) not in text
    for secret in (SECRET, TYPED, "hush-5ecret-hush", "typed"):
        assert secret not in text.replace("TYPED", ""), secret
    return str(path)


@pytest.mark.parametrize("face", FACES)
def test_one_line_says_where_the_report_lies(face: str, tmp_path: Path) -> None:
    home = tmp_path / "home"
    done = subprocess.run(
        program(*FACES[face]), env=environ(home), cwd=tmp_path, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    assert done.returncode == ExitCode.BUG
    told = [line for line in done.stderr.splitlines() if "bug of ours" in line]
    where = f"attach the masked report to yours: {reported(home)}; send it to whoever gave you canvos-tui"
    assert told == [f"canvos-tui: this is a bug of ours (KeyError); {where}"]
    assert "Traceback" not in done.stderr
    assert SECRET not in done.stderr + done.stdout


@pytest.mark.parametrize("screen", SCREENS)
def test_a_screen_leaves_the_terminal_as_it_was(screen: str, tmp_path: Path) -> None:
    home = tmp_path / "home"
    change = "import canvos_tui.tui.app as a, canvos_tui.tui.doctor_app as d; a.CanvosApp.action_quit = bug; d.DoctorApp.action_quit = bug"
    with Terminal(program(change, SCREENS[screen]), environ(home), 100, 24, tmp_path) as terminal:
        terminal.see("^Q")
        terminal.press("ctrl+q")
        assert terminal.wait() == ExitCode.BUG
        assert terminal.left_on() == []
        assert reported(home) in terminal.said.replace("\r", "").replace("\n", "")
        assert "Traceback" not in terminal.said
        assert SECRET not in terminal.said
        assert TYPED not in terminal.said


def test_where_it_cannot_be_stored_the_report_stands_there(tmp_path: Path) -> None:
    home = tmp_path / "home"
    given = {**environ(home), "XDG_STATE_HOME": "/proc/nowhere"}
    done = subprocess.run(program(*FACES["lines"]), env=given, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == ExitCode.BUG
    assert "the report cannot be stored" in done.stderr
    assert "builtins.KeyError" in done.stderr
    assert SECRET not in done.stderr
    assert TYPED not in done.stderr


def test_an_exception_whose_words_fail_is_reported_too() -> None:
    class BrokenError(Exception):
        def __str__(self) -> str:
            raise RuntimeError("no words")

    assert "BrokenError: (its words fail: RuntimeError)" in crash_text(BrokenError(), "a test", {})


def test_a_chain_that_bites_its_tail_ends() -> None:
    one, two = ValueError("one"), ValueError("two")
    one.__cause__, two.__cause__ = two, one
    assert crash_text(one, "a test", {}).count("ValueError") == 2
