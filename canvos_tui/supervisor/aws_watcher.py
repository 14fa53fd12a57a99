"""Looks at AWS from a thread of its own, so that reading the build's terminal never waits for a network."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from canvos_tui.core.aws.facts import Baseline
from canvos_tui.core.aws.sighting import Question, Sighting, Unseen
from canvos_tui.core.errors import CanvosError
from canvos_tui.core.ports import Aws
from canvos_tui.core.values import dataclass


@dataclass(frozen=True)
class Look:
    """One look and when it began: what AWS shows may be as old as that."""

    began: datetime
    sighting: Sighting


OpenAws = Callable[[], Awaitable[Aws]]


class AwsWatcher:
    """Takes looks at AWS until it is stopped; `pause` seconds lie between them, `notify` is called after each, `now` is the run's clock."""

    def __init__(self, open_aws: OpenAws, baseline: Baseline, notify: Callable[[], None], pause: float) -> None:
        self.pause = pause
        self.task_id = ""  # this run's import, once the log named it
        self.now: Callable[[], datetime] = lambda: datetime.now(UTC)
        self._open = open_aws
        self._baseline = baseline
        self._notify = notify
        self._seen: deque[Look] = deque(maxlen=100)
        self._loop = asyncio.new_event_loop()
        self._hurry = asyncio.Event()
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="aws", daemon=True)

    def start(self) -> None:
        """Begins with a first look at once."""
        self._thread.start()

    def take(self) -> list[Look]:
        """The looks since the last call."""
        seen = []
        while self._seen:
            seen.append(self._seen.popleft())
        return seen

    def look_now(self) -> None:
        """Ends the present pause."""
        self._call(self._hurry.set)

    def stop(self, patience: float = 0.5) -> None:
        """Ends the thread; one that hangs in a request is left behind, it dies with the process."""
        self._stopped = True
        self.look_now()
        if self._thread.is_alive():
            self._thread.join(patience)

    def _call(self, what: Callable[[], None]) -> None:
        try:
            self._loop.call_soon_threadsafe(what)
        except RuntimeError:
            return  # the loop is closed already

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._watch())
        finally:
            self._loop.run_until_complete(self._loop.shutdown_default_executor())
            self._loop.close()

    async def _watch(self) -> None:
        aws: Aws | None = None
        while not self._stopped:
            began = self.now()
            self._hurry.clear()  # before the look: a request that comes during it wants another one
            try:
                aws = aws or await self._open()
                sighting = await aws.sight(self._baseline, self.task_id)
            except CanvosError as error:
                sighting = _blind(str(error))
            except Exception as error:  # noqa: BLE001  a look may fail in any way, and the build must not notice
                sighting = _blind(type(error).__name__)
            self._seen.append(Look(began, sighting))
            self._notify()
            if self._stopped:
                return
            try:
                await asyncio.wait_for(self._hurry.wait(), self.pause)
            except TimeoutError:
                continue


def _blind(reason: str) -> Sighting:
    return Sighting(datetime.now(UTC), blind=(Unseen(Question.AWS, "", reason),))
