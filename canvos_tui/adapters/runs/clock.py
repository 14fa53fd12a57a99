"""A run's own clock: the machine's time when it began, and from there on only what really passed."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def steady() -> float:
    """Seconds that never jump; on Linux they count on while the machine sleeps. Not comparable across a reboot."""
    boottime = getattr(time, "CLOCK_BOOTTIME", None)
    return time.clock_gettime(boottime) if boottime is not None else time.monotonic()


def boot_id() -> str:
    """Another one after each start of the machine; empty where the system names none."""
    try:
        return _BOOT_ID.read_text(encoding="ascii").strip()
    except OSError:
        return ""


class RunClock:
    """`now` is the machine's time at the start plus what passed since: setting the clock neither turns events back nor stretches them."""

    def __init__(self, wall: Callable[[], float] = time.time, passed: Callable[[], float] = steady) -> None:
        self._wall, self._passed = wall, passed
        self.wall0, self.steady0 = wall(), passed()

    def steady(self) -> float:
        """Seconds of the clock behind `now`."""
        return self._passed()

    def now(self) -> datetime:
        """The run's time, aware, in UTC."""
        return datetime.fromtimestamp(self.wall0 + self._passed() - self.steady0, UTC)

    def skew(self) -> float:
        """Seconds that the machine's clock is ahead of the run's own."""
        return self._wall() - (self.wall0 + self._passed() - self.steady0)


def skew_of(wall0: float, steady0: float) -> float:
    """The same for a run whose start another process wrote down; both must be of this boot."""
    return time.time() - (wall0 + steady() - steady0)
