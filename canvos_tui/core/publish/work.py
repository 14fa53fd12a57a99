"""Does what was asked for with an AMI, and reads back from AWS what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import field, replace
from datetime import datetime

from canvos_tui.core.aws.facts import DENIALS, THROTTLES, AwsKeys, Image, RightProbe, Snapshot
from canvos_tui.core.aws.instance import Launch, launch_of
from canvos_tui.core.aws.refusal import missing_right
from canvos_tui.core.errors import AwsError, CanvosError, RunError
from canvos_tui.core.ports import Aws, AwsPublish, Ports
from canvos_tui.core.publish.copying import MISSING, Copy, Copying, Source
from canvos_tui.core.publish.wish import Wish
from canvos_tui.core.run.copies import Copied
from canvos_tui.core.values import dataclass

_GONE = "it was removed, or AWS does not show it yet: look for it in that region, and ask again later"


@dataclass(frozen=True)
class Problem:
    """What could not be done, and what to do; `right` is the one that is missing, "" for another reason."""

    what: str
    text: str
    remedy: str = ""
    right: str = ""


@dataclass
class Report:
    """What AWS said at the end. None where it was not, or could not be, asked for."""

    copies: dict[str, Copy] = field(default_factory=dict)  # by region, as asked for
    shared: tuple[str, ...] | None = None
    snapshot_shared: tuple[str, ...] | None = None
    until: datetime | None = None
    launch: RightProbe | None = None
    problems: list[Problem] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        """Whether all that was asked for is there."""
        return not self.problems and all(copy.done for copy in self.copies.values())


class Work:
    """One AMI of this account with the keys for it; made by `opened`."""

    def __init__(self, ports: Ports, keys: AwsKeys, source: Source, run: str = "") -> None:
        self._ports, self._keys, self.source, self.run = ports, keys, source, run
        self.report = Report()
        self.snapshot: Snapshot | None = None
        self.known: tuple[str, ...] = ()  # the regions that the SDK lists; AWS may have newer ones

    @property
    def launch(self) -> Launch:
        """What we suggest to start it with; never a root volume smaller than its own."""
        return launch_of(self.source.image, self.snapshot.size if self.snapshot is not None else 0)

    async def do(self, wish: Wish, changed: Callable[[Copy], None]) -> Report:
        """Everything of the wish; what one part cannot do stops no other part. `changed` hears each step of a copy."""
        publish = await self._ports.aws.open_publish(self._keys, self.source.region)
        if wish.accounts or wish.organizations:
            await self._share(publish, wish)
        if wish.until is not None:
            await self._attempt("deprecate", publish.deprecate(self.source.image.image_id, wish.until))
        if wish.launch:
            self.report.launch = await publish.may_launch(self.source.image.image_id, self.launch)
        self.report.copies = {region: Copy(region) for region in wish.regions}
        await asyncio.gather(*(self._copy(region, changed) for region in wish.regions))
        await self._read_back(publish, wish)
        return self.report

    async def _copy(self, region: str, changed: Callable[[Copy], None]) -> None:
        def told(copy: Copy) -> None:
            self.report.copies[region] = copy
            changed(copy)

        async def begun(image: str) -> None:
            told(Copy(region, image))
            if self.run:
                await self._ports.runs.note_copy(self.run, Copied(region, image, self.source.image.image_id))

        aws = await self._ports.aws.open(self._keys, region)
        publish = await self._ports.aws.open_publish(self._keys, region)
        noted = await self._ports.runs.copies(self.run) if self.run else ()
        mine = frozenset(c.image for c in noted if c.region == region and c.source == self.source.image.image_id)
        try:
            copy = await Copying(aws, publish, self._ports.clock, told).run(self.source, region, mine, begun)
            # without a run nothing remembers which copy is gone: the same request may get the same answer again
            told(copy if self.run or copy.state != MISSING else replace(copy, remedy=_GONE))
        except CanvosError as error:  # the disk that keeps the run: the copy goes on in AWS, and its tag finds it
            self.report.problems.append(Problem("copy", str(error), error.remedy))

    async def _share(self, publish: AwsPublish, wish: Wish) -> None:
        """The snapshot first: where that is refused, the AMI is not shared either, for nobody could launch it."""
        image = self.source.image
        if wish.accounts and image.root_snapshot:
            try:
                await publish.share_snapshot(image.root_snapshot, wish.accounts)
            except AwsError as error:
                self.report.problems.append(self._of_key(error) or _problem("share", error))
                return
        await self._attempt("share", publish.share_image(image.image_id, wish.accounts, wish.organizations))

    def _of_key(self, error: AwsError) -> Problem | None:
        if error.code in DENIALS | THROTTLES or self.snapshot is None or not self.snapshot.encrypted:
            return None
        text = f"{self.snapshot.snapshot_id} is encrypted with a key that other accounts cannot use: AWS shares nothing under its own key"
        remedy = "copy the AMI with a key of your own (aws ec2 copy-image --encrypted --kms-key-id KEY), share that key, then the copy"
        return Problem("share", f"{text} ({error.said or error.code})", remedy)

    async def _read_back(self, publish: AwsPublish, wish: Wish) -> None:
        """What AWS shows now; what was asked for and is not there is a problem."""
        image, report = self.source.image, self.report
        try:
            report.until = await publish.deprecation(image.image_id)
            report.shared = await publish.shared_with(image.image_id)
            report.snapshot_shared = await publish.snapshot_shared_with(image.root_snapshot) if image.root_snapshot else None
        except AwsError as error:
            if wish.accounts or wish.organizations or wish.until:
                report.problems.append(_problem("read back", error))
            return
        if report.problems:
            return
        missing = {*wish.accounts, *wish.organizations} - set(report.shared)
        if missing:
            report.problems.append(Problem("share", f"AWS does not show it as shared with {', '.join(sorted(missing))}", "ask again"))
        if wish.until is not None and report.until != wish.until:
            report.problems.append(Problem("deprecate", "AWS does not show the date that was asked for", "ask again"))

    async def _attempt(self, what: str, deed: Awaitable[None]) -> None:
        try:
            await deed
        except AwsError as error:
            self.report.problems.append(_problem(what, error))


def _problem(what: str, error: AwsError) -> Problem:
    if error.code in DENIALS:
        right = missing_right(error.said, error.operation)
        return Problem(
            what, f"your keys lack {right or 'a right'} ({error.said or error.code})", f"ask for {right}" if right else "", right
        )
    return Problem(what, str(error), error.remedy)


@dataclass(frozen=True)
class Target:
    """The AMI that is meant, and the run that made it with the account that the run used; both "" where no run is known."""

    region: str
    ami: str
    run: str = ""
    account: str = ""


async def opened(ports: Ports, keys: AwsKeys, target: Target) -> Work:
    """The AMI as AWS shows it now.

    RunError when it is not available, of another account than the run used, or when the run used another address of AWS.
    """
    if target.run and (used := (await ports.runs.plan(target.run)).endpoint) != ports.aws.endpoint():
        raise RunError(
            f"run {target.run} used {used or 'AWS itself'}, which is not asked now", remedy="set AWS_ENDPOINT_URL as it was then"
        )
    aws: Aws = await ports.aws.open(keys, target.region)
    who = await aws.identity()
    if target.account and target.account != who.account:
        text = f"run {target.run} used account {target.account}, and these keys are of {who.account}"
        raise RunError(text, remedy="use keys of that account")
    image: Image | None = await aws.image(target.ami)
    if image is None:
        text = f"there is no AMI {target.ami} of this account in {target.region}"
        raise RunError(text, remedy="name its region with --region, or another AMI")
    if image.state != "available":
        text = f"{target.ami} is `{image.state}`, and only an available AMI goes further"
        raise RunError(text, remedy="wait for it: canvos-tui validate looks")
    work = Work(ports, keys, Source(who.account, target.region, image, who.partition), target.run)
    work.snapshot = await aws.snapshot(image.root_snapshot) if image.root_snapshot else None
    work.known = await ports.aws.regions()
    return work
