"""Whatever else an account holds: all that a run left there goes, and nothing of anybody else is touched."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from canvos_tui.core.answers.draft import RouteChosen
from canvos_tui.core.answers.routes import Route
from canvos_tui.core.aws.facts import CREATED_BY, IMPORTED_BY
from canvos_tui.core.leftovers.collect import collect
from canvos_tui.core.leftovers.remove import chosen, remove
from canvos_tui.core.leftovers.thing import Kind, Thing
from canvos_tui.core.ports import Ports
from canvos_tui.core.run.outcome import Outcome
from canvos_tui.core.stages.elsewhere import plan_of
from canvos_tui.rehearsal.aws.cloud import GIB, Cloud, OpenUpload, StoredImage, StoredSnapshot, new_id
from canvos_tui.rehearsal.aws.config import Fault, FaultKind
from canvos_tui.rehearsal.aws.server import StandinAws
from tests.faults.ended import failed
from tests.faults.test_leftovers import imported
from tests.faults.test_raw_upload import answers
from tests.faults.test_raw_upload import raw as raw
from tests.runs import KEYS, Site

ENDINGS: dict[str, tuple[Route, Fault]] = {  # by what ends the run: its route, and what is refused
    "upload": (Route.TWO_STAGE, Fault("s3:PutObject", FaultKind.DENY, times=1, real=True)),
    "import": (Route.TWO_STAGE, Fault("ec2:ImportSnapshot", FaultKind.DENY)),
    "register": (Route.TWO_STAGE, Fault("ec2:RegisterImage", FaultKind.DENY)),
    "blocks": (Route.DIRECT, Fault("ebs:PutSnapshotBlock", FaultKind.DENY, times=1, real=True)),
    "register-direct": (Route.DIRECT, Fault("ec2:RegisterImage", FaultKind.DENY)),
}


@pytest.fixture
def site(without_engine: Site) -> Site:
    return without_engine


def of_others(cloud: Cloud, dice: random.Random) -> None:
    """Some of what other people and other machines may have there, much of it close to what a run makes."""
    bucket = cloud.buckets["images"]
    for key in dice.sample(["edge", "edge.raw.bak", "edge.raw2", "old/edge.raw", "theirs.raw", "Edge.raw"], dice.randrange(5)):
        cloud.put("images", key, dice.randbytes(dice.randrange(1, 2000)), f'"{dice.getrandbits(64):x}"')
        if dice.random() < 0.5:
            cloud.start_import("images", key, f"Import {dice.choice(['edge.raw', key])}", dice.choice([{}, dict([CREATED_BY])]))
    for _ in range(dice.randrange(4)):
        begun = datetime.now(UTC) - timedelta(minutes=dice.randrange(-2, 600))
        name = f"{dice.getrandbits(128):032x}"
        bucket.uploads[name] = OpenUpload(name, dice.choice(["edge.raw", "edge.raw", "other"]), begun, {1: (5, "0" * 32)})
    for _ in range(dice.randrange(5)):
        name, text = new_id("snap"), dice.choice([f"{IMPORTED_BY}{new_id('import-snap')}", "edge.raw", "by hand"])
        cloud.snapshots[name] = StoredSnapshot(name, text, dice.randrange(1, 9) * GIB, state=dice.choice(["completed", "pending", "error"]))
        cloud.tags[name] = dice.choice([{}, dict([CREATED_BY]), {"Name": "edge"}])
        if dice.random() < 0.5:
            ami = new_id("ami")
            cloud.images[ami] = StoredImage(ami, f"edge-{ami}", name, "/dev/xvda", state=dice.choice(["available", "failed"]))


def held(cloud: Cloud) -> dict[str, Any]:
    """All that is there, as far as it can be taken away."""
    with cloud.lock:
        cloud.settle()
        bucket = cloud.buckets["images"]
        tasks = {task.task_id: cloud.look(task).status for task in cloud.tasks.values()}
        return {
            **{f"s3://images/{key}": stored for key, stored in bucket.objects.items()},
            **{name: (upload.key, dict(upload.parts)) for name, upload in bucket.uploads.items()},
            **{name: (found, dict(cloud.tags.get(name, {}))) for name, found in cloud.snapshots.items()},
            **cloud.images,
            **tasks,
        }


def ended(ports: Ports, site: Site, raw: Path, route: Route) -> str:
    """The outcome of a run of our own stages."""

    async def start() -> str:
        return await ports.runs.start(await plan_of(ports, raw, answers(ports).after(RouteChosen(route)), KEYS), KEYS)

    return site.result(asyncio.run(start())).outcome.value


def take_all(ports: Ports) -> list[Thing]:
    """Takes whatever may be taken, one after the other, until nothing may."""
    taken: list[Thing] = []

    async def once() -> Thing | None:
        found = await collect(ports)
        assert found.unseen == ()
        thing = next((thing for thing in found.things if thing.removable and thing.kind is not Kind.FILE), None)
        if thing is not None:
            await remove(ports, found, chosen(found, thing.id))
        return thing

    while (gone := asyncio.run(once())) is not None:
        taken.append(gone)
    return taken


QUICK = [("upload", 0), ("register-direct", 0), ("guide", 0)]
ALL = [(ending, seed) for ending in (*ENDINGS, "guide") for seed in range(8)]


@pytest.mark.parametrize(("ending", "seed"), [*QUICK, *(pytest.param(*one, marks=pytest.mark.long) for one in ALL if one not in QUICK)])
def test_the_account_is_as_it_was(site, standin: StandinAws, ports, raw, ending, seed):
    dice, cloud = random.Random(f"{ending}{seed}"), standin.cloud
    cloud.config = replace(cloud.config, import_seconds=0.05)
    of_others(cloud, dice)
    imported(standin)
    before = held(cloud)
    if ending == "guide":
        failed(site, standin)
    else:
        route, fault = ENDINGS[ending]
        standin.set_faults(fault)
        assert ended(ports, site, raw, route) == Outcome.FAILED.value
        standin.set_faults()
    imported(standin)
    ours = held(cloud).keys() - before.keys()
    of_others(cloud, dice)
    imported(standin)
    others = {name: found for name, found in held(cloud).items() if name not in ours}
    taken = take_all(ports)
    left = held(cloud)
    assert {name: left.get(name) for name in others} == others, "something of others is gone"
    ended_imports = {name for name in ours if name.startswith("import-snap-")}  # AWS forgets them by itself
    assert left.keys() - others.keys() <= ended_imports, "something of the run is left"
    assert {thing.id for thing in taken} == ours - ended_imports
