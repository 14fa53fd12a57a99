"""How a text gets to a clipboard."""

from __future__ import annotations

import re
from base64 import b64decode

import pytest

from canvos_tui.core.terminal.clipboard import LIMIT, osc52, programs

XTERM = {"TERM": "xterm-256color"}


def test_the_sequence_holds_the_text() -> None:
    sequence = osc52("Größe\n", XTERM)
    found = re.fullmatch(r"\x1b\]52;c;([A-Za-z0-9+/=]+)\x07", sequence)
    assert found
    assert b64decode(found[1]).decode() == "Größe\n"


def test_tmux_gets_it_wrapped_with_doubled_escapes() -> None:
    sequence = osc52("x", {**XTERM, "TMUX": "/tmp/tmux-0/default,1,0"})
    assert sequence == "\x1bPtmux;\x1b\x1b]52;c;eA==\x07\x1b\\"


def test_screen_gets_it_in_pieces_that_it_passes_on() -> None:
    sequence = osc52("x" * 3000, {**XTERM, "STY": "1.pts"})
    pieces = re.findall(r"\x1bP(.*?)\x1b\\", sequence, re.DOTALL)
    assert "".join(pieces) == osc52("x" * 3000, XTERM)
    assert max(map(len, pieces)) <= 700
    assert re.sub(r"\x1bP.*?\x1b\\", "", sequence, flags=re.DOTALL) == ""


def test_what_is_too_long_is_refused() -> None:
    most = LIMIT // 4 * 3
    assert osc52("x" * most, XTERM)
    assert osc52("x" * (most + 3), XTERM) == ""


@pytest.mark.parametrize("term", ["", "dumb", "linux"])
def test_a_terminal_that_has_no_clipboard_is_not_asked(term: str) -> None:
    assert osc52("x", {"TERM": term}) == ""


def test_programs_are_those_of_the_desktop_that_is_there() -> None:
    assert [command[0] for command in programs({"WAYLAND_DISPLAY": "w", "DISPLAY": ":0"})] == ["wl-copy", "xclip", "xsel", "pbcopy"]
    assert [command[0] for command in programs({"SSH_CONNECTION": "a b"})] == []
    assert [command[0] for command in programs({"DISPLAY": "localhost:10", "SSH_CONNECTION": "a b"})] == ["xclip", "xsel"]
