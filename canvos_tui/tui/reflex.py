"""Ctrl+C is pressed to copy, or by habit: it is meant when it is pressed twice in a row."""

from __future__ import annotations

import time

AGAIN = 3.0  # seconds in which the second one belongs to the first
SAID = "Ctrl+C once more leaves, as Ctrl+Q does. The answers are kept, but no AWS keys"


class Reflex:
    """Remembers the first of two."""

    def __init__(self) -> None:
        self._first = -AGAIN

    def meant(self) -> bool:
        """Counts one; whether it is the second."""
        before, self._first = self._first, time.monotonic()
        return self._first < before + AGAIN

    def forget(self) -> None:
        """Another key came between."""
        self._first = -AGAIN
