"""Asks AWS for what the runs of this machine left, checkout by checkout; what could not be asked is said and never taken for absent."""

from __future__ import annotations

from collections.abc import Awaitable, Iterable
from dataclasses import field, replace
from pathlib import Path
from typing import TypeVar

from canvos_tui.core.aws.facts import AwsKeys, Image, ImportTask, S3Object, Snapshot, Upload
from canvos_tui.core.aws.keys import keys_in, to_use
from canvos_tui.core.checkout import secret_file
from canvos_tui.core.checkout.key_places import look_for_keys
from canvos_tui.core.errors import AwsError, CanvosError
from canvos_tui.core.leftovers.copies import of_copies
from canvos_tui.core.leftovers.docker_store import on_docker
from canvos_tui.core.leftovers.inventory import Account, Record, Where, inventory
from canvos_tui.core.leftovers.raw_images import raw_images
from canvos_tui.core.leftovers.region import Region
from canvos_tui.core.leftovers.thing import Kind, Thing
from canvos_tui.core.ports import Ports
from canvos_tui.core.run.outcome import Outcome
from canvos_tui.core.run.result import RunResult
from canvos_tui.core.run.run import BuildPlan
from canvos_tui.core.values import dataclass
from canvos_tui.core.verdict.standing import so_far

T = TypeVar("T")
_ALIVE = frozenset({"process", "container"})  # of a build that lost its supervisor
_SHARED = frozenset({Kind.TASK, Kind.SNAPSHOT, Kind.AMI})  # what a run that goes on may use without our knowing


@dataclass(frozen=True)
class Found:
    """What is left, with what each was seen by; what could not be asked, and which runs were not counted."""

    things: tuple[Thing, ...] = ()
    unseen: tuple[str, ...] = ()
    passed_over: tuple[str, ...] = ()
    seen_by: dict[str, Region] = field(default_factory=dict)  # by the thing's id

    def thing(self, name: str) -> Thing | None:
        """The thing of that id."""
        return next((thing for thing in self.things if thing.id == name), None)


@dataclass
class _Runs:
    """The runs of this machine: those that ended, those that go on with their plans, and why others are not counted."""

    ended: list[Record] = field(default_factory=list)
    going: list[tuple[str, BuildPlan]] = field(default_factory=list)
    passed_over: list[str] = field(default_factory=list)
    damaged: str = ""  # a run whose record is damaged and that may go on


async def collect(ports: Ports, keys: AwsKeys | None = None) -> Found:
    """All that is left of every run on this machine that used this AWS; never raises for what AWS or one run does.

    `keys` are those at hand for a checkout that has none of its own.
    """
    runs = await _runs(ports)
    unseen: list[str] = []
    docker = await on_docker(ports, runs.ended, runs.passed_over)
    here = (*await _secrets(ports, runs.ended), *await raw_images(ports, runs.ended), *docker)
    things: dict[tuple[Kind, str], Thing] = {(t.kind, t.id): t for t in here}
    seen_by: dict[str, Region] = {}
    for region, checkout in dict.fromkeys((r.base.region, r.plan.checkout) for r in runs.ended):
        there = [r for r in runs.ended if (r.base.region, r.plan.checkout) == (region, checkout)]
        for thing, by in await _of_checkout(ports, (region, checkout), there, unseen, keys):
            known = things.get((thing.kind, thing.id))
            if known is None or thing.certain or not known.certain:
                things[thing.kind, thing.id], seen_by[thing.id] = thing, by
    found = tuple([_spared(thing, runs.going, await _real_folder(ports, thing)) for thing in things.values()])
    if runs.damaged:  # whatever it uses: nothing is taken away under it
        found = tuple(replace(thing, needed=thing.needed or f"run {runs.damaged} may need it: its record is damaged") for thing in found)
    return Found(found, tuple(dict.fromkeys(unseen)), tuple(runs.passed_over), seen_by)


async def _of_checkout(
    ports: Ports, where: tuple[str, str], records: list[Record], unseen: list[str], other: AwsKeys | None
) -> list[tuple[Thing, Region]]:
    """What the runs of one checkout left in one region, asked with that checkout's keys, in the account that they used."""
    region, checkout = where
    keys = await _keys(ports, checkout) or other
    if keys is None:
        unseen.append(f"{region}: no AWS keys are at hand for {checkout}")
        return []
    by = Region(await ports.aws.open(keys, region), await ports.aws.open_care(keys, region))
    try:
        account = (await by.aws.identity()).account
    except AwsError as error:
        unseen.append(f"{region}: AWS could not be asked: {error}")
        return []
    mine = [record for record in records if record.base.account in {"", account}]
    unseen += [f"run {r.run} used account {r.base.account}, and these keys are of {account}" for r in records if r not in mine]
    if not mine:
        return []
    seen = await _look(by, region, mine)
    unseen += seen.unseen
    return [*((thing, by) for thing in inventory(mine, seen)), *await of_copies(ports, keys, mine, unseen)]


async def _runs(ports: Ports) -> _Runs:
    """Newest first. A build that lost its supervisor and lives goes on as well."""
    found = _Runs()
    for run_id, ended in (await ports.runs.unreadable()).items():
        found.passed_over.append(f"run {run_id} is not counted: its record is damaged")
        found.damaged = found.damaged if ended else run_id
    for info in await ports.runs.infos():
        plan, result = await ports.runs.plan(info.run_id), await ports.runs.result(info.run_id)
        if info.live or result is None or _alive(result):
            found.going.append((info.run_id, replace(plan, checkout=str(await ports.files.real(Path(plan.checkout))))))
            found.passed_over.append(f"run {info.run_id} goes on: what it makes is no left-over yet")
        elif plan.endpoint != ports.aws.endpoint():
            found.passed_over.append(f"run {info.run_id} used {plan.endpoint or 'AWS itself'}, which is not asked now")
        else:
            found.ended.append(await _record(ports, info.run_id, plan, result))
    return found


def _alive(result: RunResult) -> bool:
    return result.outcome is Outcome.INTERRUPTED and any(left.kind in _ALIVE for left in result.left_behind)


async def _record(ports: Ports, run_id: str, plan: BuildPlan, result: RunResult) -> Record:
    """With what the run itself proves: the object that it wrote, and the import that its log names."""
    run = await so_far(ports, run_id)
    wrote = frozenset(run.named[kind] for kind in ("writing", "snapshot") if plan.baseline.direct and kind in run.named)
    volumes = frozenset(name for seen in run.containers.values() for name in seen.volumes)
    upload = run.named.get("upload", "") if plan.resumes is not None else ""
    return Record(run_id, plan, result, run.uploaded, run.named.get("import_task", ""), run.named.get("ami", ""), wrote, upload, volumes)


async def _real_folder(ports: Ports, thing: Thing) -> str:
    """The folder of a file without links in it, "" for what is no file."""
    return str(await ports.files.real(Path(thing.id).parent)) if thing.kind is Kind.FILE else ""


def _spared(thing: Thing, going: Iterable[tuple[str, BuildPlan]], folder: str) -> Thing:
    """What a run that goes on uses, or may use, is needed."""
    for run_id, plan in going:
        base, place = plan.baseline, thing.place
        same_key = (place.region, place.bucket, place.key) == (base.region, base.bucket, base.key)
        shared = thing.kind in _SHARED and place.region == base.region
        if same_key or shared or thing.kind.docker or (thing.kind is Kind.FILE and Path(folder).is_relative_to(plan.checkout)):
            return replace(thing, needed=thing.needed or f"run {run_id} goes on")
    return thing


async def _keys(ports: Ports, checkout: str) -> AwsKeys | None:
    try:
        placed = to_use(await look_for_keys(ports, Path(checkout)))
    except CanvosError:
        return keys_in(ports.environ)  # that checkout's file is unreadable
    return placed.keys if placed is not None else None


async def _look(by: Region, name: str, records: list[Record]) -> Account:
    asker = _Asker(name)
    no_tasks: tuple[ImportTask, ...] | None = None
    no_snapshots: tuple[Snapshot, ...] = ()
    no_uploads: tuple[Upload, ...] = ()
    nothing: S3Object | None = None
    unknown: tuple[Image, ...] | None = None
    imports = any(not record.base.direct for record in records)  # the direct route has neither imports nor the right to ask for them
    tasks = await asker.ask("import tasks", by.aws.import_tasks(), no_tasks) if imports else ()
    snapshots = await asker.ask("snapshots", by.care.made_snapshots(), no_snapshots)
    images = await asker.ask("AMIs", by.care.images_on(tuple(s.snapshot_id for s in snapshots)), unknown) if snapshots else ()
    objects: dict[Where, S3Object] = {}
    uploads: dict[Where, tuple[Upload, ...]] = {}
    for bucket, key in dict.fromkeys(record.where for record in records if not record.base.direct):
        found = await asker.ask(f"s3://{bucket}/{key}", by.aws.head(bucket, key), nothing)
        if found is not None:
            objects[bucket, key] = found
        uploads[bucket, key] = await asker.ask(f"uploads of {key}", by.aws.uploads(bucket, key), no_uploads)
    # whether an AMI uses them is not known without the AMIs: then no snapshot counts as left over
    known = (snapshots, images) if images is not None else (no_snapshots, ())
    return Account(name, tasks, *known, objects, uploads, tuple(asker.unseen))


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
    for checkout in dict.fromkeys(record.plan.checkout for record in records if record.plan.resumes is None):
        try:
            data = await ports.files.read_own(Path(checkout), ".secret")
        except CanvosError:
            continue  # a folder that is gone, a link, a file that may not be read: nothing of ours
        if data is not None and secret_file.keys_of(data) is not None:
            note = "holds AWS keys in the clear; another build needs them"
            found.append(Thing(Kind.FILE, str(Path(checkout) / ".secret"), True, note))
    return found
