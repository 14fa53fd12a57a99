"""Which lines of a log are shown, and where: all of them but a folded block, a stretch of them, or those of a list."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from typing import Protocol

from canvos_tui.core.values import dataclass


class LineMap(Protocol):
    """Places on the screen to lines of the log and back; both count from 0. `total` is the number of lines of the log."""

    def count(self, total: int) -> int:
        """How many lines are shown."""

    def line(self, place: int) -> int:
        """The line at a place."""

    def place(self, line: int, total: int) -> int:
        """The place of a line, or of the next one shown when it is not shown itself."""


@dataclass(frozen=True)
class Stretch:
    """Lines from `first` up to but not including `end` (None: to the end of the log), without the folded blocks (first, end)."""

    first: int = 0
    end: int | None = None
    folds: tuple[tuple[int, int], ...] = ()

    def count(self, total: int) -> int:
        """How many lines are shown."""
        return self.place(total if self.end is None else min(self.end, total), total)

    def line(self, place: int) -> int:
        """The line at a place."""
        line = self.first + place
        for begin, end in self._folds():
            if line >= begin:
                line += end - begin
        return line

    def place(self, line: int, total: int) -> int:  # noqa: ARG002  the list needs it
        """The place of a line; inside a fold the place behind it."""
        hidden = sum(min(max(line - begin, 0), end - begin) for begin, end in self._folds())
        return max(0, line - self.first - hidden)

    def _folds(self) -> list[tuple[int, int]]:
        return [(max(begin, self.first), end) for begin, end in self.folds if end > self.first]


@dataclass(frozen=True)
class Picked:
    """The lines of a sorted list of numbers, as far as they lie in a stretch. The list may grow at its end."""

    numbers: array[int]
    first: int = 0
    end: int | None = None

    def count(self, total: int) -> int:
        """How many lines are shown."""
        end = total if self.end is None else min(self.end, total)
        return max(0, bisect_left(self.numbers, end) - self._skipped())

    def line(self, place: int) -> int:
        """The line at a place."""
        return self.numbers[self._skipped() + place]

    def place(self, line: int, total: int) -> int:
        """The place of a line or of the next one in the list, at most the last."""
        place = bisect_left(self.numbers, line) - self._skipped()
        return max(0, min(place, self.count(total) - 1))

    def _skipped(self) -> int:
        return bisect_left(self.numbers, self.first) if self.first else 0
