"""What stands in for everything that a bundle has not: a machine, an engine, a network, a checkout, files, AWS."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from datetime import datetime
from pathlib import Path
from typing import Any

from canvos_tui.adapters.log.memory import LogInMemory
from canvos_tui.core.errors import CanvosError
from canvos_tui.core.ports import LogReader
from canvos_tui.core.run.events import BuildEvent
from canvos_tui.core.run.run import RunId


class Sealed:
    """Whatever is asked of it is refused: a bundle is only looked at."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)

        async def refuse(*_: object, **__: object) -> Any:
            raise CanvosError("a bundle is only looked at", remedy="whoever made it can do that on the machine itself")

        return refuse

    def endpoint(self) -> str:
        """AWS itself: there is none that would be asked."""
        return ""


class SealedRuns(Sealed):
    """Of the one run in a bundle there is the log; `place` is what that is called."""

    def __init__(self, place: Path, log: bytes) -> None:
        self._place = place
        self._log = log

    def log_path(self, run_id: RunId) -> Path:  # noqa: ARG002  there is one only
        """What the log is called."""
        return self._place

    def open_log(self, run_id: RunId) -> LogReader:  # noqa: ARG002  there is one only
        """The log, to be read."""
        return LogInMemory(self._place, self._log)

    async def follow(self, run_id: RunId) -> AsyncGenerator[tuple[BuildEvent, ...], None]:  # noqa: ARG002  it has ended
        """Nothing comes any more."""
        ended: tuple[tuple[BuildEvent, ...], ...] = ()
        for batch in ended:
            yield batch


class StoppedClock:
    """The time at which a bundle was made: as old as they were then its answers are shown."""

    def __init__(self, at: datetime) -> None:
        self._at = at

    def now(self) -> datetime:
        """Always the same."""
        return self._at

    async def sleep(self, seconds: float) -> None:
        """Returns when so many seconds have passed."""
        await asyncio.sleep(seconds)

    def ticks(self) -> float:
        """Seconds that only go on."""
        return time.monotonic()
