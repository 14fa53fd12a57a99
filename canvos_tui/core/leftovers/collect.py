"""Asks AWS for what the runs of this machine left, region by region; what could not be asked is said and never taken for absent."""

from __future__ import annotations

from collections.abc import Awaitable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from canvos_tui.core.aws.facts import AwsKeys, Image, ImportTask, S3Object, Snapshot, Upload
from canvos_tui.core.aws.keys import to_use
from canvos_tui.core.checkout.key_places import look_for_keys
from canvos_tui.core.errors import AwsError, CanvosError
from canvos_tui.core.leftovers.inventory import Account, Record, Where, inventory
from canvos_tui.core.leftovers.thing import Kind, Thing
from canvos_tui.core.ports import Aws, AwsCare, Ports

T = TypeVar("T")
NO_KEYS = "no AWS keys are at hand for it"


@dataclass(frozen=True)
class Region:
    """AWS in one region: for looking, for taking away, and as it was seen."""

    aws: Aws
    care: AwsCare
    account: Account


@dataclass(frozen=True)
class Found:
    """What is left, the regions it was asked in, what could not be asked, and which runs were not counted."""

    things: tuple[Thing, ...] = ()
    unseen: tuple[str, ...] = ()
    passed_over: tuple[str, ...] = ()
    regions: dict[str, Region] = field(default_factory=dict)

    def thing(self, name: str) -> Thing | None:
        """The thing of that id."""
        return next((thing for thing in self.things if thing.id == name), None)


async def collect(ports: Ports) -> Found:
    """All that is left of every run on this machine that used this AWS; never raises for what AWS or one run does."""
    records, passed_over = await _records(ports)
    unseen: list[str] = []
    things: list[Thing] = list(await _secrets(ports, records))
    regions: dict[str, Region] = {}
    for name in dict.fromkeys(record.base.region for record in records):
        there = [record for record in records if record.base.region == name]
        keys = await _keys(ports, there)
        if keys is None:
            unseen.append(f"{name}: {NO_KEYS}")
            continue
        region = await _look(ports, keys, name, there)
        regions[name] = region
        unseen += region.account.unseen
        things += inventory(there, region.account)
    return Found(tuple(things), tuple(unseen), tuple(passed_over), regions)


async def _records(ports: Ports) -> tuple[list[Record], list[str]]:
    """The runs that ended, newest first, and why others are not counted."""
    records, passed_over = [], []
    for info in await ports.runs.infos():
        if info.live:
            passed_over.append(f"run {info.run_id} goes on: what it makes is no left-over yet")
            continue
        plan = await ports.runs.plan(info.run_id)
        result = await ports.runs.result(info.run_id)
        if plan.endpoint != ports.aws.endpoint():
            passed_over.append(f"run {info.run_id} used {plan.endpoint or 'AWS itself'}, which is not asked now")
        elif result is not None:
            records.append(Record(info.run_id, plan, result))
    return records, passed_over


async def _keys(ports: Ports, records: Iterable[Record]) -> AwsKeys | None:
    for checkout in dict.fromkeys(record.plan.checkout for record in records):
        try:
            placed = to_use(await look_for_keys(ports, Path(checkout)))
        except CanvosError:
            continue  # that checkout's file is unreadable; another may do
        if placed is not None:
            return placed.keys
    return None


async def _look(ports: Ports, keys: AwsKeys, name: str, records: list[Record]) -> Region:
    aws, care = await ports.aws.open(keys, name), await ports.aws.open_care(keys, name)
    asker = _Asker(name)
    no_tasks: tuple[ImportTask, ...] = ()
    no_snapshots: tuple[Snapshot, ...] = ()
    no_uploads: tuple[Upload, ...] = ()
    nothing: S3Object | None = None
    tasks = await asker.ask("import tasks", aws.import_tasks(), no_tasks)
    snapshots = await asker.ask("snapshots", care.imported_snapshots(), no_snapshots)
    unknown: tuple[Image, ...] | None = None
    images = await asker.ask("AMIs", care.images_on(tuple(s.snapshot_id for s in snapshots)), unknown) if snapshots else ()
    objects: dict[Where, S3Object] = {}
    uploads: dict[Where, tuple[Upload, ...]] = {}
    for bucket, key in dict.fromkeys(record.where for record in records):
        found = await asker.ask(f"s3://{bucket}/{key}", aws.head(bucket, key), nothing)
        if found is not None:
            objects[bucket, key] = found
        uploads[bucket, key] = await asker.ask(f"uploads of {key}", aws.uploads(bucket, key), no_uploads)
    # whether an AMI uses them is not known without the AMIs: then no snapshot counts as left over
    known = (snapshots, images) if images is not None else (no_snapshots, ())
    return Region(aws, care, Account(name, tasks, *known, objects, uploads, tuple(asker.unseen)))


class _Asker:
    """Asks, and writes down what is not answered."""

    def __init__(self, region: str) -> None:
        self._region = region
        self.unseen: list[str] = []

    async def ask(self, what: str, answer: Awaitable[T], otherwise: T) -> T:
        """The answer, or `otherwise`."""
        try:
            return await answer
        except AwsError as error:
            self.unseen.append(f"{self._region}: {what} could not be asked for: {error}")
            return otherwise


async def _secrets(ports: Ports, records: Iterable[Record]) -> list[Thing]:
    """The `.secret` of each checkout: it costs nothing, and holds keys that nobody needs between two builds."""
    found = []
    for checkout in dict.fromkeys(record.plan.checkout for record in records):
        path = Path(checkout) / ".secret"
        if await ports.files.mode(path) is not None and await ports.files.link(path) is None:
            found.append(Thing(Kind.FILE, str(path), True, "holds AWS keys in the clear; another build needs them"))
    return found
