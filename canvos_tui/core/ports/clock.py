"""The time, as far as it is asked for."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """The time."""

    def now(self) -> datetime:
        """Now, aware, in UTC."""

    async def sleep(self, seconds: float) -> None:
        """Returns when so many seconds have passed."""

    def ticks(self) -> float:
        """Seconds that only go on, whatever is done to the time of day: how long something took is the difference of two."""
