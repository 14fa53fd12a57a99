"""Copies an AMI to another region and waits for it: one copy, however often it is asked for, and only what AWS was seen to say."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import replace

from canvos_tui.core.aws.facts import DENIALS, REFUSED_KEYS, THROTTLES, Image
from canvos_tui.core.aws.refusal import missing_right
from canvos_tui.core.errors import AwsError
from canvos_tui.core.ports import Aws, AwsPublish, Clock
from canvos_tui.core.values import dataclass

WAIT = 3 * 3600.0  # seconds: a copy between continents takes half an hour and more
PAUSE = 5.0  # seconds between two looks
_LOST = 24  # looks in a row without an answer, or without the AMI that AWS named
_AGAIN = 6  # attempts to begin a copy while AWS asks to slow down
_ENDED = frozenset({"failed", "invalid", "error", "deregistered", "disabled"})
MISSING = "missing"
_NEW = "ask again: then a new copy is made"
_LOOKS = 4  # for a copy that an earlier start noted, before it counts as gone: a new AMI may be unknown for seconds
_CLOSED = frozenset({"AuthFailure", "OptInRequired", "UnrecognizedClientException", "InvalidClientTokenId"})


@dataclass(frozen=True)
class Source:
    """The AMI that is copied."""

    account: str
    region: str
    image: Image
    partition: str = "aws"

    @property
    def mark(self) -> str:
        """What the tag of a copy says of its source."""
        return f"{self.region}/{self.image.image_id}"


@dataclass(frozen=True)
class Copy:
    """One copy as it was last seen. `state` is AWS' word for the AMI, "" before there is one; `percent` is that of its snapshot."""

    region: str
    image: str = ""
    state: str = ""
    snapshot: str = ""
    percent: int | None = None
    earlier: bool = False  # it was there, or on its way, before it was asked for
    problem: str = ""
    remedy: str = ""
    right: str = ""  # the one that is missing

    @property
    def done(self) -> bool:
        """Whether AWS says that it is available."""
        return self.state == "available"

    @property
    def goes_on(self) -> bool:
        """Whether AWS was last seen to work on it."""
        return bool(self.image) and self.state in {"", "pending"}


def token_of(source: Source, region: str, dead: frozenset[str]) -> str:
    """The token of a copy: the same for the same source and region, and another one when an earlier copy failed or is gone."""
    named = "\n".join(("canvos-tui copy", source.account, source.mark, region, *sorted(dead)))
    return hashlib.sha256(named.encode()).hexdigest()


class Copying:
    """One region's copy; `report` hears every change, `begun` is awaited with the AMI's id as soon as there is one."""

    def __init__(self, aws: Aws, publish: AwsPublish, clock: Clock, report: Callable[[Copy], None]) -> None:
        self._aws, self._publish, self._clock, self._report = aws, publish, clock, report

    async def run(
        self, source: Source, region: str, noted: frozenset[str], begun: Callable[[str], Awaitable[None]], wait: float = WAIT
    ) -> Copy:
        """The copy at its end, or with the problem that ended the waiting; never raises for what AWS does.

        `noted` are the copies in that region that an earlier start wrote down.
        """
        copy = Copy(region)
        try:
            copy = await self._begun(source, copy, noted)
            await begun(copy.image)
            self._report(copy)
            return await self._followed(copy, wait)
        except AwsError as error:
            copy = _refused(copy, error)
            self._report(copy)
            return copy

    async def _begun(self, source: Source, copy: Copy, noted: frozenset[str]) -> Copy:
        """An earlier copy by our tag where there is one, else a new one."""
        there = await self._publish.copies_of(source.mark)
        known = {image.image_id for image in there}
        there += tuple([image for name in sorted(noted - known) if (image := await self._noted(name)) is not None])
        living = sorted((i for i in there if i.state in {"available", "pending"}), key=lambda i: (i.state != "available", i.created))
        if living:
            return _seen(replace(copy, earlier=True), living[0])
        dead = frozenset(i.image_id for i in there) | noted
        token = token_of(source, copy.region, dead)
        for attempt in range(_AGAIN):
            try:
                made = await self._publish.copy_image(source.region, source.image.image_id, source.image.name, token)
                return replace(copy, image=made)
            except AwsError as error:
                if error.code not in THROTTLES or attempt == _AGAIN - 1:
                    raise
            await self._clock.sleep(PAUSE)
        raise AssertionError

    async def _noted(self, name: str) -> Image | None:
        for _ in range(_LOOKS):
            if (image := await self._aws.image(name)) is not None:
                return image
            await self._clock.sleep(PAUSE / 2)
        return None

    async def _followed(self, copy: Copy, wait: float) -> Copy:
        until, lost = self._clock.ticks() + wait, 0
        while True:
            try:
                copy, lost = await self._looked(copy, lost)
            except AwsError as error:
                lost += 1
                if lost >= _LOST or error.code in DENIALS | REFUSED_KEYS:
                    raise
            if copy.done or copy.problem:
                return copy
            if self._clock.ticks() > until:
                copy = replace(copy, problem=f"not available after {wait / 60:.0f} minutes", remedy="it goes on in AWS; ask again")
                self._report(copy)
                return copy
            await self._clock.sleep(PAUSE)

    async def _looked(self, copy: Copy, lost: int) -> tuple[Copy, int]:
        image = await self._aws.image(copy.image)
        if image is None:
            if lost + 1 >= _LOST or copy.state:
                gone = replace(copy, state=MISSING, problem="AWS named it, and does not show it", remedy=_NEW)
                self._report(gone)
                return gone, 0
            return copy, lost + 1
        now = _seen(copy, image)
        if now.snapshot:
            snapshot = await self._aws.snapshot(now.snapshot)
            now = replace(now, percent=snapshot.progress if snapshot is not None else now.percent)
        if now != copy:
            self._report(now)
        return now, 0


def _seen(copy: Copy, image: Image) -> Copy:
    now = replace(copy, image=image.image_id, state=image.state, snapshot=image.root_snapshot)
    if image.state in _ENDED:
        why = image.reason or "AWS gave no reason"
        return replace(now, problem=f"the copy is `{image.state}`: {why}", remedy=_NEW)
    return now


def _refused(copy: Copy, error: AwsError) -> Copy:
    """The refusal in words: a region that is not enabled refuses every key, and a token is for one request only."""
    if error.code in _CLOSED:
        text = f"{copy.region} takes no keys of this account: a region that is not enabled answers so ({error.code})"
        return replace(copy, problem=text, remedy=f"enable {copy.region} in the account's settings (AWS Regions), then ask again")
    if error.code in DENIALS:
        right = missing_right(error.said, error.operation or "CopyImage")
        return replace(copy, problem=f"your keys lack {right} in {copy.region}", remedy=f"ask for {right}", right=right)
    if error.code == "IdempotentParameterMismatch":
        return replace(copy, problem=f"AWS knows this copy with other values ({error.said})", remedy="look in that region's console")
    return replace(copy, problem=str(error), remedy=error.remedy)
