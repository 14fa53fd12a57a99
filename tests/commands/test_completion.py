"""The shell completes our words: in real shells that a bare home has learned them by the lines that `help completion` prints."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from canvos_tui.arguments import COMMANDS, build_parser
from canvos_tui.commands.completion import SCRIPTS, WORDS
from canvos_tui.commands.help_topics import COMPLETION
from canvos_tui.core.checks.registry import CHECKS
from canvos_tui.rehearsal.repository import TAGS, git, make_repository
from canvos_tui.rehearsal.scenarios import SCENARIOS
from tests import in_process, shell
from tests.runs import opened
from tests.terminal import Terminal

ROOT = Path(__file__).parents[2]
SHELLS = [
    pytest.param(name, marks=pytest.mark.skipif(shutil.which(name) is None, reason=f"no {name} here")) for name in ("bash", "zsh", "fish")
]
INTERACTIVE = {"bash": ("bash", "-i"), "zsh": ("zsh", "-i")}
COMPLETED = (  # what is typed before the tab, and the word that its last becomes
    "diag|diagnose",
    "run --det|--detach",
    "attach {begun}|{run_id}",
    "doctor --only AWS-ROLE-V|AWS-ROLE-VMIMPORT",
    "rehearse --scenario vmimport-m|vmimport-missing",
    "status --output js|json",
    "run --tag v4.8.2|v4.8.26",
    "--theme lig|light",
    "doctor --no-mo|--no-mouse",
)
PROMPT = {".bashrc": "PS1='ready> '\n", ".zshrc": "PS1='ready> '\nunsetopt auto_menu\n"}


def test_the_scripts_and_the_man_page_are_what_the_parser_says_now():
    assert shell.differing() == [], "python -m tests.shell writes them anew"


def test_every_word_that_has_a_value_is_completed_or_left_out_with_a_reason():
    """Whoever adds an option thinks of what may stand behind it."""
    free = {"URL", "S", "FD", "LIST", "S3_KEY", "WHOM", "DATE", "VALUE", "NAME=VALUE", "RATE"}  # nothing is known that could be offered
    for name, command in shell.commands_of(build_parser()):
        for action in command._actions:
            if action.nargs == 0 or action.choices:
                continue
            metavar = str(action.metavar)
            offered = shell.completer(name, action) is not None or (name, metavar) in shell.NO_WORDS
            assert offered or metavar in free or (name, metavar) == ("resume", "NAME"), f"{name} {action.option_strings} {metavar}"


def test_what_the_help_has_no_row_for_is_completed_too():
    """The options of the wizard stand on a page of their own; a shell offers them before every command and behind it."""
    for _, command in shell.commands_of(shell.parser_with_kinds()):
        left_out = [action.option_strings[-1] for action in command._actions if action.option_strings and action.help == "==SUPPRESS=="]
        assert left_out == [], command.prog


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_command_prints_the_script(tmp_path, name):
    done = in_process.command(("completion", name), {"HOME": str(tmp_path)}, tmp_path)
    assert (done.returncode, done.stdout) == (0, (shell.TARGET / SCRIPTS[name]).read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "no shell is named\nhint: allowed: bash, zsh, fish; canvos-tui help completion\n"),
        (("csh",), "invalid choice: 'csh'"),
        (("--words", "keys"), "invalid choice: 'keys'"),
    ],
)
def test_what_there_is_not_is_refused(tmp_path, words, said):
    done = in_process.command(("completion", *words), {"HOME": str(tmp_path)}, tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


def words(kind: str, home: Path, path: str = "/nowhere") -> list[str]:
    done = in_process.command(("completion", "--words", kind), {"HOME": str(home), "PATH": path}, home)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.split("\n")[:-1]


def test_live_words_in_an_empty_home(tmp_path):
    found = {kind: words(kind, tmp_path) for kind in WORDS}
    assert (found["runs"], found["tags"]) == ([], [])
    assert {check.id for check in CHECKS} < set(found["checks"])
    assert found["scenarios"] == list(SCENARIOS)
    assert found["routes"] == ["guide", "two-stage", "direct"]
    assert {"eu-west-1", "cn-north-1"} < set(found["regions"])
    assert {*COMMANDS, "exit-codes"} < set(found["topics"])
    assert found["themes"][:3] == ["dark", "light", "none"]
    assert not any(" " in word for kind in found.values() for word in kind)
    assert not list(tmp_path.rglob("*")), "it wrote nothing"


def test_a_home_that_cannot_be_read_gives_no_word_and_no_error(tmp_path):
    (tmp_path / ".local").write_text("a file where a folder should be")
    assert words("runs", tmp_path) == []


def check_out(home: Path) -> Path:
    """A small CanvOS where the program looks for one."""
    origin, folder = make_repository(home, sys.executable, {}), home / "CanvOS"
    folder.mkdir(exist_ok=True)
    git(folder, "init", "--quiet")
    git(folder, "fetch", "--quiet", "--tags", str(origin))
    git(folder, "-c", "advice.detachedHead=false", "checkout", "--quiet", "v4.9.38")
    return folder


def test_the_tags_are_those_of_the_checkout_that_can_build_an_ami_the_newest_first(tmp_path):
    check_out(tmp_path)
    found = words("tags", tmp_path, os.environ["PATH"])
    assert set(found) == {tag.name for tag in TAGS if tag.target}
    assert found.index("v4.9.38") < found.index("v4.9.37") < found.index("v4.8.8")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A home with one ended run, and the program on the path as an installation puts it there."""
    program = tmp_path / "bin" / "canvos-tui"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m canvos_tui "$@"\n')
    program.chmod(0o755)
    with opened(tmp_path) as site:
        run_id = site.start("exit 0")
        site.result(run_id)
        (tmp_path / "run-id").write_text(run_id)
        check_out(tmp_path)
        yield tmp_path


@pytest.mark.slow
@pytest.mark.parametrize("name", SHELLS)
def test_in_a_real_shell(home: Path, name: str):
    environ = {"HOME": str(home), "PATH": f"{home / 'bin'}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    environ |= {"XDG_STATE_HOME": str(home / "state"), "LANG": "C.UTF-8"}
    for rc, text in PROMPT.items():
        (home / rc).write_text(text)
    subprocess.run(["sh", "-ec", dict(COMPLETION)[name]], env=environ, cwd=home, check=True, timeout=60)
    run_id = (home / "run-id").read_text()
    words = [row.format(run_id=run_id, begun=run_id[:6]).split("|") for row in COMPLETED]
    if name == "fish":  # it shows what it guesses before anybody asks; asked by its own command, it says what it knows
        for typed, word in words:
            ask = ["fish", "-c", f'complete -C "canvos-tui {typed}"']
            done = subprocess.run(ask, env=environ, cwd=home, capture_output=True, text=True, timeout=60, check=True)
            assert word in {line.split("\t")[0] for line in done.stdout.splitlines()}, done.stdout
        return
    with Terminal(INTERACTIVE[name], environ, 110, 40, home) as window:
        window.see("ready>")
        for typed, word in words:
            window.type(f"canvos-tui {typed}")
            window.press("tab")
            window.see(f"canvos-tui {' '.join([*typed.split(' ')[:-1], word])}")
            window.type("\x15")  # an interrupt would be lost while the shell still completes
            window.until(lambda: window.text.rstrip().endswith("ready>"))


def test_the_man_page_is_one(tmp_path):
    if shutil.which("man") is None:
        text = (shell.TARGET / shell.MAN).read_text(encoding="utf-8")
        assert text.startswith(".TH ")
        return
    page = ["man", "--warnings", "-l", str(shell.TARGET / shell.MAN)]
    done = subprocess.run(
        page, env={**os.environ, "MANWIDTH": "80", "LANG": "C.UTF-8"}, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    plain = done.stdout
    assert "build AWS cloud images with CanvOS" in " ".join(plain.split())
    for word in (*COMMANDS, "EXIT CODES", "ENVIRONMENT", "FILES", "130", "CANVOS_TUI_THEME", "STATE/runs/ID/"):
        assert word in plain, word
