"""Containers without words of their own, of which most lines look the same: one of those is made, whatever their number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import VerticalScroll
from textual.geometry import Region
from textual.strip import Strip

if TYPE_CHECKING:
    from textual.widget import Widget as Base
else:  # Textual looks for default styles along the first base that is a widget: this one would hide those of the other
    Base = object


class Hollow(Base):
    """What has a ground, perhaps a border, and children; it shows nothing of its own between its first and its last line.

    Textual makes each line of every widget, those as well that lie wholly under its children: on a page that is as many again as are seen.
    """

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines of a part of it."""
        last = self.outer_size.height - 1
        first, end = max(crop.y, 1), min(crop.bottom, last)  # of those that are all the same
        if end - first < 2:
            return super().render_lines(crop)
        above = super().render_lines(Region(crop.x, crop.y, crop.width, first + 1 - crop.y))
        below = super().render_lines(Region(crop.x, end, crop.width, crop.bottom - end)) if crop.bottom > end else []
        return [*above, *above[-1:] * (end - first - 1), *below]


class Body(Hollow, VerticalScroll):
    """What a page holds, and scrolls where it is higher than the terminal."""
