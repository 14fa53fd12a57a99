"""The gate of the screen: whatever a widget shows, nothing that a terminal obeys is painted."""

from __future__ import annotations

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from canvos_tui.core.escapes import vanish


class CleanFilter(LineFilter):
    """Takes control characters, escape sequences and invisible characters out of every piece just before it is painted.

    They take no room, so that nothing moves. Textual itself lets most of them through.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002  as the base class has it
        """The same segments, fit for a terminal; those that are fit already are passed on as they are."""
        return [segment if segment.text.isascii() and segment.text.isprintable() else _clean(segment) for segment in segments]


def _clean(segment: Segment) -> Segment:
    text = vanish(segment.text)
    return segment if text == segment.text or segment.control else Segment(text, segment.style, None)
