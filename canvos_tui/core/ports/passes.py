"""What is kept of the checks that passed once on this machine."""

from __future__ import annotations

from typing import Any, Protocol


class Passed(Protocol):
    """The last time that a check passed, and what surrounded it then."""

    def words(self, now: Any) -> str:
        """In a line: when, what was seen then, and what differs from `now`, what surrounds a report that is made today."""
