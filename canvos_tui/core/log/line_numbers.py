"""Which line of the file each line of a log was: kept as runs, because a log of ten million lines has few of them."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Sequence


class LineNumbers:
    """Numbers of lines in the order in which they came, both from 1; of lines that follow one another only the first is kept."""

    def __init__(self) -> None:
        self._count = 0
        self._firsts = array("Q")  # of each run: which line came first
        self._numbers = array("Q")  # and its number in the file

    def add(self, numbers: Sequence[int]) -> None:
        """The numbers of the next lines."""
        expected = self._numbers[-1] + self._count + 1 - self._firsts[-1] if self._firsts else 0
        for count, number in enumerate(numbers, self._count + 1):
            if number != expected:
                self._firsts.append(count)
                self._numbers.append(number)
            expected = number + 1
        self._count += len(numbers)

    def of(self, line: int) -> int:
        """The number in the file of the line that came as the `line`th; 0 for one that did not come."""
        if not 0 < line <= self._count:
            return 0
        run = bisect_right(self._firsts, line) - 1
        return self._numbers[run] + line - self._firsts[run]
