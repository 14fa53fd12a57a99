"""Draws the whole screen with ASCII: borders, scroll bars, marks, and the user's own text."""

from __future__ import annotations

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from canvos_tui.core.terminal.plain_ascii import to_ascii


class AsciiFilter(LineFilter):
    """Replaces what is not ASCII just before it is painted, column for column."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002  as the base class has it
        """The same segments in ASCII."""
        return [segment if segment.text.isascii() else Segment(to_ascii(segment.text), segment.style, None) for segment in segments]
