"""How a text gets to a clipboard: which program, or which bytes for the terminal, and what to say about it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping

from canvos_tui.core.values import dataclass

LIMIT = 74_000  # bytes after encoding; terminals drop what is longer, most without a word
_SCREEN_PIECE = 200  # bytes that screen passes on in one string, with room to spare
_DUMB = {"dumb", "linux", ""}


@dataclass(frozen=True)
class Copied:
    """What was done with a text; `sequence` is for the terminal and still has to be written to it, empty when nothing has."""

    said: str
    sequence: str = ""


def programs(environ: Mapping[str, str]) -> tuple[tuple[str, ...], ...]:
    """Commands that take a clipboard's text on stdin, the best first: those of the desktop that this session shows."""
    found: list[tuple[str, ...]] = []
    if environ.get("WAYLAND_DISPLAY"):
        found.append(("wl-copy",))
    if environ.get("DISPLAY"):
        found += [("xclip", "-selection", "clipboard"), ("xsel", "--clipboard", "--input")]
    if not environ.get("SSH_CONNECTION"):  # over ssh it would be the clipboard of the other machine
        found.append(("pbcopy",))
    return tuple(found)


def osc52(text: str, environ: Mapping[str, str]) -> str:
    """The sequence that asks the terminal to take the text, wrapped for tmux and screen; empty where none can or the text is too long."""
    encoded = b64encode(text.encode("utf-8", "replace")).decode()
    if len(encoded) > LIMIT or environ.get("TERM", "") in _DUMB:
        return ""
    sequence = f"\x1b]52;c;{encoded}\x07"
    if environ.get("TMUX"):
        return "\x1bPtmux;" + sequence.replace("\x1b", "\x1b\x1b") + "\x1b\\"
    if environ.get("STY"):
        pieces = [sequence[at : at + _SCREEN_PIECE] for at in range(0, len(sequence), _SCREEN_PIECE)]
        return "".join(f"\x1bP{piece}\x1b\\" for piece in pieces)
    return sequence
