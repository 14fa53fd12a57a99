"""Draws the whole screen with ASCII, or only the marks: borders, scroll bars, and the user's own text."""

from __future__ import annotations

from collections.abc import Callable

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from canvos_tui.core.terminal.marks import TWINS
from canvos_tui.core.terminal.plain_ascii import to_ascii

_MARKS = str.maketrans(TWINS)


def to_twins(text: str) -> str:
    """The text with the twins of our marks, whatever else it holds: for locales in which terminals draw them two columns wide."""
    return text.translate(_MARKS)


class AsciiFilter(LineFilter):
    """Replaces what is not ASCII just before it is painted, column for column."""

    def __init__(self, near: Callable[[str], str] = to_ascii) -> None:
        super().__init__()
        self._near = near

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002  as the base class has it
        """The same segments in ASCII."""
        return [segment if segment.text.isascii() else Segment(self._near(segment.text), segment.style, None) for segment in segments]
