"""`help`: every command, and pages that name all there is: each variable that the code reads, each exit code, each file that is written."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import canvos_tui
from canvos_tui import __version__
from canvos_tui.arguments import COMMANDS
from canvos_tui.commands.help_topics import ENVIRONMENT, FILES, OPTIONS, TOPICS, WIDTH
from canvos_tui.core.exit_codes import MEANING, ExitCode
from tests import in_process
from tests.on_stage import on_stage

ROOT = Path(canvos_tui.__file__).parent
# read, and no business of whoever sets up the program: what tells the terminal, the window system, the user and the machine
NOT_TOLD = {
    *("HOME", "PATH", "PYTHONPATH", "USER", "LOGNAME", "SUDO_USER", "HOSTNAME", "XDG_RUNTIME_DIR", "DISPLAY", "WAYLAND_DISPLAY"),
    *("SSH_CONNECTION", "SSH_TTY", "STY", "TMUX", "TERM_PROGRAM", "VTE_VERSION", "WT_SESSION", "COLUMNS", "LINES"),
    *("ConEmuANSI", "no_proxy"),  # the proxy's names are told in upper case
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",  # only so that a remedy's commands keep it
}


def asked(*words: str, home: Path) -> tuple[int, str, str]:
    done = in_process.command(("help", *words), {"HOME": str(home), "COLUMNS": "80"}, home)
    return done.returncode, done.stdout, done.stderr


def read_variables() -> set[str]:
    """The names that our code asks an environment for, by `environ.get("X")`, `environ["X"]` or `"X" in environ`."""
    found = set()
    for path in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name: ast.AST | None = None
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get" and node.args:
                name = node.args[0] if _is_environ(node.func.value) else None
            elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load) and _is_environ(node.value):
                name = node.slice
            elif isinstance(node, ast.Compare) and _is_environ(node.comparators[0]):
                name = node.left
            if isinstance(name, ast.Constant) and isinstance(name.value, str):
                found.add(name.value)
    return found


def _is_environ(node: ast.AST) -> bool:
    return (isinstance(node, ast.Attribute) and node.attr == "environ") or (isinstance(node, ast.Name) and node.id == "environ")


def test_every_variable_that_is_read_is_told():
    told = {name for names, _ in ENVIRONMENT for name in names.replace(",", " ").split()}
    found = read_variables()
    assert len(found) > 25, "the search finds what it should"
    assert sorted(found - told - NOT_TOLD) == []
    assert not told & NOT_TOLD


def test_every_exit_code_has_its_meaning():
    assert set(MEANING) == set(ExitCode)


def test_what_a_run_writes_is_told(tmp_path):
    with on_stage(tmp_path) as scene:
        done = scene.inside("run", "--config", scene.answers(), "--yes")
        assert done.returncode == 0, done.stderr + done.stdout
        state = scene.home / ".local" / "state" / "canvos-tui"
        state = state if state.is_dir() else Path(scene.environ["XDG_STATE_HOME"]) / "canvos-tui"
        told = {
            name.removeprefix("STATE/").partition("/")[0] for names, _ in FILES for name in names.split(", ") if name.startswith("STATE/")
        }
        found = {path.name for path in state.iterdir()}
        assert {"runs", "locks"} <= found <= told
        checkout = next(path for path in (scene.home / "CanvOS", tmp_path / "CanvOS") if path.is_dir())
        assert (checkout / ".arg").is_file()


def test_every_option_of_all_commands_is_told(tmp_path):
    from canvos_tui.arguments import build_parser

    told = {name.split()[0] for name, _ in OPTIONS}
    assert told | {"-h", "--help"} == set(build_parser()._option_string_actions)
    code, out, _ = asked("options", home=tmp_path)
    assert code == 0
    assert all(name in out for name in told)


@pytest.mark.parametrize("topic", TOPICS)
def test_a_page_fits_a_window(tmp_path, topic):
    code, out, err = asked(topic, home=tmp_path)
    assert (code, err) == (0, "")
    assert len(out.splitlines()) >= 5
    assert max(map(len, out.splitlines())) <= WIDTH


def test_a_command_is_its_own_help(tmp_path):
    own = in_process.command(("attach", "--help"), {"HOME": str(tmp_path), "COLUMNS": "80"}, tmp_path)
    assert asked("attach", home=tmp_path) == (0, own.stdout, "")


def test_without_a_word_both_are_listed(tmp_path):
    code, out, err = asked(home=tmp_path)
    assert (code, err) == (0, "")
    assert all(f"    {name}" in out for name in COMMANDS)
    assert all(f"canvos-tui help {name}" in out for name in TOPICS)
    assert max(map(len, out.splitlines())) <= WIDTH


@pytest.mark.parametrize(
    ("word", "hint"), [("exit-code", "did you mean `exit-codes`?"), ("atach", "did you mean `attach`?"), ("zzz", "lists them")]
)
def test_a_word_that_is_neither(tmp_path, word, hint):
    code, out, err = asked(word, home=tmp_path)
    assert (code, out) == (2, "")
    assert f"there is no help about `{word}`" in err
    assert "allowed: environment, exit-codes, files" in err
    assert hint in err


@pytest.mark.parametrize("words", [("--version", "--verbose"), ("--verbose", "--version"), ("help", "version")])
def test_the_versions_that_a_report_needs(tmp_path, words):
    done = in_process.command(words, {"HOME": str(tmp_path), "TERM": "xterm-256color"}, tmp_path)
    rows = dict(line.split(maxsplit=1) for line in done.stdout.splitlines()[2:])
    assert (done.returncode, rows["canvos-tui"]) == (0, __version__)
    assert {"python", "textual", "boto3", "docker", "system", "terminal", "encoding"} <= set(rows)
    assert rows["terminal"].startswith("xterm-256color, ")
