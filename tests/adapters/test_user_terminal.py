"""The clipboard by its three ways, and plain printing until a key."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from canvos_tui.adapters.terminal import UserTerminal
from canvos_tui.core.errors import FilesError
from tests.terminal import Terminal


def program(folder: Path, name: str, body: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)


def environ(folder: Path, **more: str) -> dict[str, str]:
    return {"PATH": f"{folder}:/usr/bin:/bin", "TERM": "xterm-256color", "SSH_CONNECTION": "x", **more}


async def test_the_desktop_comes_first(tmp_path: Path) -> None:
    program(tmp_path, "wl-copy", f"cat > {tmp_path}/taken")
    copied = await UserTerminal(environ(tmp_path, WAYLAND_DISPLAY="wayland-0"), tmp_path / "state").copy("Größe\n")
    assert (tmp_path / "taken").read_text() == "Größe\n"
    assert copied.said == "copied with wl-copy"
    assert copied.sequence == ""


async def test_a_program_that_fails_is_not_believed(tmp_path: Path) -> None:
    program(tmp_path, "xclip", "cat >/dev/null; exit 1")
    program(tmp_path, "xsel", f"cat > {tmp_path}/taken")
    copied = await UserTerminal(environ(tmp_path, DISPLAY=":0"), tmp_path / "state").copy("x")
    assert copied.said == "copied with xsel"
    program(tmp_path, "xsel", "exit 1")
    copied = await UserTerminal(environ(tmp_path, DISPLAY=":0"), tmp_path / "state").copy("x")
    assert "OSC 52" in copied.said
    assert "unconfirmed" in copied.said


@pytest.mark.parametrize(("name", "value", "said"), [("TMUX", "x,1,0", "through tmux"), ("STY", "1.x", "through screen")])
async def test_it_says_through_what_the_sequence_goes(tmp_path: Path, name: str, value: str, said: str) -> None:
    copied = await UserTerminal(environ(tmp_path, **{name: value}), tmp_path / "state").copy("x")
    assert said in copied.said
    assert copied.sequence.startswith("\x1bP")


async def test_what_is_too_long_goes_into_a_private_file_that_is_named(tmp_path: Path) -> None:
    path = tmp_path / "state" / "clipboard.txt"
    copied = await UserTerminal(environ(tmp_path), tmp_path / "state").copy("x" * 100_000)
    assert copied.sequence == ""
    assert str(path) in copied.said
    assert path.read_text() == "x" * 100_000
    assert path.stat().st_mode & 0o777 == 0o600


async def test_no_way_at_all_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("in the way")
    with pytest.raises(FilesError):
        await UserTerminal(environ(tmp_path, TERM="dumb"), tmp_path / "state").copy("x")


COUNT = """
import sys
from pathlib import Path
from canvos_tui.adapters.terminal import UserTerminal
numbers = iter(range(30))
def more():
    number = next(numbers, None)
    return "" if number is None else f"line {number}\\n"
UserTerminal({}, Path("/nowhere")).print_until_key(more)
print("returned", flush=True)
sys.stdin.readline()
"""


@pytest.mark.parametrize("key", ["o", "q", "escape", "ctrl+c"])
def test_printing_ends_with_a_key_and_leaves_the_terminal_as_it_was(key: str) -> None:
    with Terminal([sys.executable, "-c", COUNT], {"PYTHONPATH": str(Path(__file__).parents[2])}) as terminal:
        terminal.see("line 20")
        terminal.press(key)
        terminal.see("returned")
        assert terminal.left_on() == []


def test_without_a_terminal_it_prints_once(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    UserTerminal({}, tmp_path).print_until_key(lambda: "some\n")
    assert capsys.readouterr().out == "some\n"
