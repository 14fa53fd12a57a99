"""Free space of a filesystem during a build: what is worth an event, how fast it falls, and when that becomes a warning.

Thresholds: `low` below 20 GB, or when at the present rate it is full within 30 minutes; `critical` below 5 GB, or within 10 minutes.
The guide asks for 150 GB before the build; the raw disk and its copies take some tens of GB at the end (canvos `+cloud-image`).
The rate is the fall over the last five minutes, and is not projected from less than two minutes or below 1 MB/s.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from canvos_tui.core.run.events import DiskLevel, DiskSeen
from canvos_tui.core.text import GB, elapsed, size
from canvos_tui.core.values import dataclass

LOW, CRITICAL = 20 * GB, 5 * GB  # bytes free
SOON, VERY_SOON = 1800.0, 600.0  # seconds until full
_WINDOW, _LEAST = 300.0, 120.0  # seconds that a rate is taken over
_SLOWEST = 1_000_000  # bytes per second
_STEP = 50  # a change of 1/50 of the disk, at least 1 GB, is worth an event
_BARS = "_.-=#"


@dataclass(frozen=True)
class DiskTrend:
    """The samples of one filesystem; `after` gives the next trend, and an event when something changed that matters."""

    place: str
    samples: tuple[tuple[float, int], ...] = ()  # seconds on a steady clock, bytes free
    told: DiskSeen | None = None

    def after(self, seconds: float, at: datetime, path: str, free: int, total: int) -> tuple[DiskTrend, DiskSeen | None]:
        """Counts one look in; `seconds` must come from a clock that never jumps."""
        kept = tuple(s for s in self.samples if seconds - s[0] <= _WINDOW)
        samples = (*kept, (seconds, free))
        seen = DiskSeen(at, self.place, path, free, total, _falling(samples))
        seen = replace(seen, level=_level(seen))
        if self.told is None or _differs(self.told, seen):
            return DiskTrend(self.place, samples, seen), seen
        return replace(self, samples=samples), None


def _falling(samples: tuple[tuple[float, int], ...]) -> int:
    (first, had), (last, has) = samples[0], samples[-1]
    if last - first < _LEAST:
        return 0
    rate = int((had - has) / (last - first))
    return rate if rate >= _SLOWEST else 0


def _level(seen: DiskSeen) -> DiskLevel:
    left = seen.full_in
    if seen.free < CRITICAL or (left is not None and left < VERY_SOON):
        return DiskLevel.CRITICAL
    if seen.free < LOW or (left is not None and left < SOON):
        return DiskLevel.LOW
    return DiskLevel.OK


def _differs(old: DiskSeen, new: DiskSeen) -> bool:
    step = max(GB, new.total // _STEP) if new.level is DiskLevel.OK else GB
    return new.level is not old.level or new.path != old.path or abs(new.free - old.free) >= step


def disk_line(seen: DiskSeen) -> str:
    """The warning; empty while there is room."""
    if seen.level is DiskLevel.OK:
        return ""
    where = "Docker's data root" if seen.place == "docker" else "the state directory"
    told = f"disk {seen.level.value}: {size(seen.free)} free in {where}"
    left = seen.full_in
    return told if left is None else f"{told}, -{size(seen.falling * 60)}/min, full in {elapsed(left)}"


def spark(seen: tuple[DiskSeen, ...], width: int) -> str:
    """The last samples as one character each, `!` from the warning point down; empty with fewer than two."""
    if len(seen) < 2:
        return ""
    last = seen[-width:]
    most = max(s.free for s in last) or 1
    return "".join("!" if s.free < LOW else _BARS[min(len(_BARS) - 1, s.free * len(_BARS) // (most + 1))] for s in last)
