"""What happens around a build on its machine: the disk and the containers. Events like those of build.py, which counts them in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

GONE = "gone"  # the state of a container that the engine lists no more


class Level(Enum):
    """How near the end of the disk is."""

    OK = "ok"
    LOW = "low"
    CRITICAL = "critical"


@dataclass(frozen=True)
class DiskSeen:
    """Free space of `place` (`docker`: the engine's data root, `state`: our log). `falling` is bytes a second, 0 when unknown."""

    at: datetime
    place: str
    path: str
    free: int
    total: int
    falling: int = 0
    level: Level = Level.OK

    @property
    def full_in(self) -> float | None:
        """Seconds until nothing is left at the present rate; None when it does not fall."""
        return self.free / self.falling if self.falling > 0 else None


@dataclass(frozen=True)
class ContainerSeen:
    """A container of this run in a new state, `gone` when the engine lists it no more."""

    at: datetime
    id: str
    name: str
    state: str
