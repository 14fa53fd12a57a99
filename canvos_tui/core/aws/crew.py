"""How many requests are under way at once: as many as the line carries, never as many as the machine could start.

Too many on a slow line make AWS give up on bodies that come too slowly (EBS direct APIs, "Failed to read block data"), so that the number
follows the rate: more while more brings more, half as many when AWS or the line pushes back.
"""

from __future__ import annotations

from canvos_tui.core.aws.bandwidth import at_once

FEWEST, FIRST, MOST = 1, 4, 32
_STEP, _WINDOW = 4, 2.0  # how many more, and the seconds that one number is tried for
_MORE = 1.05  # by how much the rate must have grown
_LONGEST_BODY = 4.0  # seconds that one block may be on its way
_CALM = 30.0  # seconds without growth after a push


class Crew:
    """`size` may send at once. Times are seconds of one clock; a block has `block` bytes, `limit` is in bytes a second, 0 for none."""

    def __init__(self, block: int, now: float, limit: int = 0) -> None:
        self._first = at_once(limit, block, _LONGEST_BODY, FIRST)
        self.size = self._first
        self._block = block
        self._since, self._bytes, self._best = now, 0, 0.0
        self._calm_until, self._pushed = now, now - _WINDOW

    def acknowledged(self, now: float) -> None:
        """A block has arrived."""
        self._bytes += self._block
        took = now - self._since
        if took < _WINDOW:
            return
        rate = self._bytes / took
        self._since, self._bytes = now, 0
        if now >= self._calm_until and rate > self._best * _MORE:
            self._best = rate
            carried = max(self._first, int(rate * _LONGEST_BODY / self._block))
            self.size = min(MOST, carried, self.size + _STEP)

    def pushed_back(self, now: float) -> None:
        """AWS asked for less, or gave up on a body; several at once are one push."""
        if now - self._pushed >= _WINDOW:
            self.size = max(FEWEST, self.size // 2)
            self._pushed = now
        self._calm_until, self._best = now + _CALM, 0.0
