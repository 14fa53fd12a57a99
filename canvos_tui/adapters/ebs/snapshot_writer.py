"""A raw image into an EBS snapshot, without bucket and import: only blocks that hold something, gone on with after whatever ended it.

A snapshot that is still written can be read by nobody, so that a journal of ours says what is there. The same file and the same name give
the same ClientToken, and with it the same snapshot, on this and on another machine, and for two that do the same at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from typing import TypeVar

from canvos_tui.adapters import threads
from canvos_tui.adapters.ebs.calls import EbsCalls, missing, passes, pushes
from canvos_tui.adapters.ebs.journal import Begun, Journal
from canvos_tui.adapters.ebs.raw_blocks import RawBlocks
from canvos_tui.core.aws.blocks import BLOCK, Manifest, runs
from canvos_tui.core.aws.crew import MOST, Crew
from canvos_tui.core.aws.facts import DENIALS
from canvos_tui.core.aws.snapshot_settings import AS_SCRIPT, SnapshotSettings
from canvos_tui.core.errors import AwsError, RunError

T = TypeVar("T")
_ATTEMPTS, _SHORT, _LONG = 8, 0.5, 20.0  # of one call, and the seconds between two: a random share of a span that doubles
_UNSEEN = 150.0  # seconds after its start in which AWS may not know a snapshot everywhere
_SEAL = 600.0  # seconds that completing may take
_LOOK, _SOONER = 10.0, 2.0  # seconds between looks
_OTHER_REQUEST = "ConflictException"
_SNAPSHOTS = 5  # that may get lost, one after another


class _GoneError(Exception):
    """AWS has given the snapshot up, or somebody has deleted it."""


class SnapshotWriter:
    """Writes one snapshot. `told(done, total)` gets acknowledged bytes, `begun` the snapshot's id, `say` what somebody should read."""

    def __init__(  # noqa: PLR0913  what it has to do with
        self,
        calls: EbsCalls,
        raw: RawBlocks,
        manifest: Manifest,
        journal: Journal,
        name: str,
        told: Callable[[int, int], None],
        begun: Callable[[str], None] = lambda _: None,
        say: Callable[[str], None] = lambda _: None,
        pace: float = 1.0,
        limit: int = 0,
        making: SnapshotSettings = AS_SCRIPT,
    ) -> None:
        self._calls, self._raw, self._manifest, self._journal = calls, raw, manifest, journal
        self._name, self._making = name, making
        self._words = (name, *making.texts.values())  # what the token stands for beside the content: with other choices it is another one
        self._told, self._begun, self._say, self._pace = told, begun, say, pace
        self._started = 0.0
        self._crew = Crew(BLOCK, time.monotonic(), limit)
        self._done = 0
        self._failed = asyncio.Event()  # a block was refused for good: what is under way is waited for, so that it is not sent again
        self.sent = 0  # blocks that AWS has acknowledged here

    async def run(self) -> str:
        """The id of the completed snapshot of exactly these blocks. AwsError for what AWS refuses, RunError for what it made."""
        begun = self._journal.load(self._manifest.token(*self._words))
        for _ in range(_SNAPSHOTS):
            try:
                begun = await self._snapshot(begun)
                self._begun(begun.snapshot_id)
                await self._filled(begun)
                await self._verified(begun)
            except _GoneError:
                self._say(f"{begun.snapshot_id or 'the one that was asked for'} is given up or gone: another one is begun")
                begun = replace(begun, snapshot_id="", attempt=begun.attempt + 1)
                continue
            self._journal.forget()
            return begun.snapshot_id
        raise RunError(f"{_SNAPSHOTS} snapshots got lost one after another", remedy="does something in the account delete new snapshots?")

    # -- the snapshot ------------------------------------------------------------------------------------

    async def _snapshot(self, begun: Begun) -> Begun:
        """The snapshot to write to: the one that was begun, while AWS has it, else that of this attempt's token."""
        if begun.snapshot_id:
            if await self._state(begun) in {"", "error"}:
                raise _GoneError
            return begun
        self._journal.save(begun)
        token = self._manifest.token(*self._words, str(begun.attempt))
        try:
            made = await self._patiently(lambda: self._calls.start(self._manifest, self._name, token, self._making))
        except AwsError as error:
            if error.code != _OTHER_REQUEST:
                raise
            raise _GoneError from None  # AWS remembers the token with another request
        begun = replace(begun, snapshot_id=made.snapshot_id)
        self._journal.save(begun)
        self._started = time.monotonic()
        if made.status == "error":
            raise _GoneError
        return begun

    async def _state(self, begun: Begun) -> str:
        """`pending`, `completed`, `error`, or "" for one that AWS does not list."""
        found = await self._patiently(lambda: self._calls.look(begun.snapshot_id))
        return found.state if found is not None else ""

    @property
    def _young(self) -> bool:
        """Whether AWS may not know it everywhere yet."""
        return bool(self._started) and time.monotonic() - self._started < _UNSEEN * self._pace

    async def _filled(self, begun: Begun) -> None:
        """All blocks are there and the snapshot is completed, by us or by somebody with the same blocks."""
        if not self._young and await self._state(begun) == "completed":
            return
        known = self._journal.written(begun, self._manifest.digests)
        self._done = len(known) * BLOCK
        self._told(self._done, self._manifest.data)
        try:
            await self._put_all(begun, sorted(set(self._manifest.digests) - known))
            self._say("all blocks are there; AWS completes the snapshot")
            await self._patiently(lambda: self._calls.complete(begun.snapshot_id, self._manifest))
        except BaseExceptionGroup as group:
            errors, others = group.split(AwsError)
            if others is not None or errors is None:
                raise
            await self._weighed(begun, _first(errors))
        except AwsError as error:
            await self._weighed(begun, error)
        await self._completed(begun)

    async def _weighed(self, begun: Begun, error: AwsError) -> None:
        """Returns where a refusal means that the snapshot is complete already; else raises what it means."""
        if error.code in DENIALS or passes(error) or not (missing(error) or error.status == 400):
            raise error
        if missing(error) and self._young:
            raise error
        state = await self._state(begun)
        if state in {"", "error"}:
            raise _GoneError
        if state == "pending" and self._done >= self._manifest.data:  # sealed already: it completes by itself
            return
        looks = 0
        while state == "pending" and looks < _ATTEMPTS:  # somebody may have sealed it: then it completes by itself
            looks += 1
            await self._rest(looks)
            state = await self._state(begun)
        if state != "completed":
            raise error

    async def _completed(self, begun: Begun) -> None:
        until, looks = time.monotonic() + max(_SEAL * self._pace, 20.0), 0
        while (state := await self._state(begun)) != "completed":
            if state == "error":
                raise RunError(
                    f"AWS refused the blocks of {begun.snapshot_id}: the snapshot is in state `error`",
                    remedy="canvos-tui resume writes another one",
                )
            if time.monotonic() > until:
                raise RunError(f"{begun.snapshot_id} is still `{state or 'not listed'}`", remedy="canvos-tui resume looks again")
            looks += 1
            await self._rest(looks)

    async def _verified(self, begun: Begun) -> None:
        """AWS lists exactly the blocks of the image; without the right to list them its own checksum has to do."""
        try:
            found = await self._listed(begun)
        except AwsError as error:
            if error.code not in DENIALS:
                raise
            self._say(f"{begun.snapshot_id} is proven by AWS' checksum alone: its blocks may not be listed ({error.code})")
            return
        wanted = set(self._manifest.digests)
        if found != wanted:
            self._journal.save(replace(begun, snapshot_id="", attempt=begun.attempt + 1))
            wrong = f"blocks {runs(wanted ^ found)} differ"
            raise RunError(f"{begun.snapshot_id} is not the image: {wrong}", remedy="canvos-tui resume writes another snapshot")
        self._say(f"{begun.snapshot_id} is completed: AWS lists exactly the image's {len(wanted)} blocks")

    async def _listed(self, begun: Begun) -> set[int]:
        """Its blocks; AWS may say for a while that a snapshot which it calls completed does not exist."""
        until, looks = time.monotonic() + _UNSEEN * self._pace, 0
        while True:
            try:
                return await self._patiently(lambda: self._calls.blocks(begun.snapshot_id))
            except AwsError as error:
                if not missing(error) or time.monotonic() > until:
                    raise
            looks += 1
            await self._rest(looks)

    # -- blocks ------------------------------------------------------------------------------------------

    async def _put_all(self, begun: Begun, waiting: list[int]) -> None:
        """All of them are there. An ExceptionGroup of what was refused, raised when the blocks that were under way have been noted."""
        queue, failures = iter(waiting), list[Exception]()

        async def worker(number: int) -> None:
            try:
                await self._work(begun, queue, number)
            except Exception as error:  # noqa: BLE001  raised below
                failures.append(error)
                self._failed.set()

        async with asyncio.TaskGroup() as group:
            for number in range(min(MOST, len(waiting))):
                group.create_task(worker(number))
        self._failed.clear()
        if failures:
            raise ExceptionGroup("blocks were refused", failures)

    async def _work(self, begun: Begun, queue: Iterator[int], number: int) -> None:
        """Writes blocks of the queue until it is empty, or one was refused anywhere; waits while the crew has no use for this worker."""
        while not self._failed.is_set():
            while number >= self._crew.size:
                await asyncio.sleep(0.1)
                if self._done >= self._manifest.data or self._failed.is_set():
                    return
            index = next(queue, None)
            if index is None:
                return
            await self._put(begun, index)

    async def _put(self, begun: Begun, index: int) -> None:
        digest = self._manifest.digests[index]
        body = await threads.call(lambda: self._raw.read(index, digest))
        await self._patiently(lambda: self._calls.put(begun.snapshot_id, index, body, digest))
        self._journal.note(index, digest)
        self._crew.acknowledged(time.monotonic())
        self._done += BLOCK
        self.sent += 1
        self._told(self._done, self._manifest.data)

    # -- asking ------------------------------------------------------------------------------------------

    async def _patiently(self, ask: Callable[[], Awaitable[T]]) -> T:
        """The answer; what passes by itself is asked again, up to eight times, and a young snapshot that is not found while it is young."""
        attempt = 0
        while True:
            try:
                return await ask()
            except AwsError as error:
                if pushes(error):
                    self._crew.pushed_back(time.monotonic())
                unseen = missing(error) and self._young
                attempt += 0 if unseen else 1
                if not (unseen or passes(error) or pushes(error)) or attempt >= _ATTEMPTS or self._failed.is_set():
                    raise
            span = min(_LONG, _SHORT * 2 ** max(attempt, 1))
            with contextlib.suppress(TimeoutError):  # another block's refusal ends it sooner: this one is asked for a last time
                await asyncio.wait_for(self._failed.wait(), random.uniform(_SHORT / 2, span) * self._pace)  # noqa: S311  no secret

    async def _rest(self, looks: int) -> None:
        await asyncio.sleep(min(_LOOK, _SOONER * looks) * self._pace)


def _first(group: BaseExceptionGroup[AwsError]) -> AwsError:
    """The refusal that stands for those of several blocks: one that a user can act on before any other."""
    flat = [one for found in group.exceptions for one in ([_first(found)] if isinstance(found, BaseExceptionGroup) else [found])]
    return next((one for one in flat if one.code in DENIALS), flat[0])
