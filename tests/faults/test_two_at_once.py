"""Two runs do the same at the same moment: in the account there is what one run makes, and whoever comes second says so."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from canvos_tui.adapters.aws.raw_file import RawFile
from canvos_tui.adapters.runs.local_runs import LocalRuns
from canvos_tui.core.answers.beginning import fresh
from canvos_tui.core.answers.draft import FieldAnswered, FolderChosen, KeysGiven, RouteChosen, TagChosen
from canvos_tui.core.answers.routes import Route
from canvos_tui.core.aws.crc32 import text_of
from canvos_tui.core.aws.keys import KeySource
from canvos_tui.core.ports import Ports
from canvos_tui.core.readiness import make_plan
from canvos_tui.core.run.outcome import Outcome
from canvos_tui.core.run.result import RunResult
from canvos_tui.core.stages.resume import begin, look, start_of
from canvos_tui.core.status import Status
from canvos_tui.rehearsal.aws.config import StandinConfig, StandinKey
from canvos_tui.rehearsal.aws.protocol import HttpAnswer, Request
from canvos_tui.rehearsal.aws.server import StandinAws
from canvos_tui.wiring import real_ports
from tests.benchmarks.kills import BUCKET, KEY, REGION, TAG, fill, named
from tests.faults.test_direct import digests
from tests.runs import KEY_ID, KEYS, SECRET, Site, opened

BUILD = """#!/bin/bash
mkdir -p build
echo '+base-image | --> FROM alpine'
until [ -e {go} ]; do sleep 0.02; done
exec cp {given} build/kairos-1.raw
"""


class MeetingAws(StandinAws):
    """The first two requests of one name wait for each other, and are answered at once."""

    def __init__(self, config: StandinConfig) -> None:
        super().__init__(config)
        self.meet, self.met = "", 0
        self._barrier = threading.Barrier(2)

    def handle(self, request: Request) -> tuple[str, HttpAnswer]:
        """As ever, once both are there."""
        if self.met < 2 and named(request) == self.meet:
            with suppress(threading.BrokenBarrierError):
                self._barrier.wait(10)
                self.met += 1
        return super().handle(request)


class Pair:
    """Two places for runs, on two machines or as two checkouts of one, with one account and one raw image."""

    def __init__(self, route: Route, root: Path, aws: MeetingAws, sites: tuple[Site, Site]) -> None:
        self.route, self.aws, self.sites, self._go = route, aws, sites, root / "go"
        self.given = fill(route, root / "given.raw", parts=3)
        self.ports = tuple(self._ports(site) for site in sites)

    def _ports(self, site: Site) -> Ports:
        kept = {name: os.environ[name] for name in ("PATH", "AWS_ENDPOINT_URL")}
        keys = {"AWS_ACCESS_KEY_ID": KEY_ID, "AWS_SECRET_ACCESS_KEY": SECRET}
        state = {"HOME": str(site.root), "XDG_STATE_HOME": str(site.state.parent)}
        (site.checkout / "earthly.sh").write_text(BUILD.format(go=self._go, given=self.given))
        (site.checkout / "earthly.sh").chmod(0o755)
        return replace(real_ports({**kept, **keys, **state}), runs=LocalRuns(site.state, pace=0.005))

    async def _start(self, site: Site, ports: Ports) -> str:
        draft = fresh(ports.environ).after(FolderChosen(site.checkout, "")).after(TagChosen(TAG)).after(RouteChosen(self.route))
        bucket = {"S3_BUCKET": BUCKET} if self.route.needs_bucket else {}
        for name, text in {"REGION": REGION, "S3_KEY": KEY, **bucket}.items():
            draft = draft.after(FieldAnswered(name, text))
        plan = await make_plan(ports, draft.after(KeysGiven(KEYS, KeySource.ENVIRONMENT)))
        os.environ["XDG_STATE_HOME"] = str(site.state.parent)  # what its supervisor inherits
        return await ports.runs.start(plan, KEYS)

    def run(self) -> tuple[RunResult, RunResult]:
        """Both from the same moment on to their ends."""
        first, second = (asyncio.run(self._start(*place)) for place in zip(self.sites, self.ports, strict=True))
        self._go.touch()
        return self.sites[0].result(first), self.sites[1].result(second)

    def gone_on(self, place: int, run_id: str, name: str) -> RunResult:
        """What comes of it under another name."""

        async def go_on() -> str:
            ground = await look(self.ports[place], run_id, name=name)
            start = start_of(ground)
            assert start is not None
            return await begin(self.ports[place], ground, start)

        return self.sites[place].result(asyncio.run(go_on()))


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[MeetingAws]:
    """An account with a bucket, out of reach of any engine."""
    account = StandinConfig(keys=(StandinKey(KEY_ID, SECRET),), buckets={BUCKET: REGION})
    found = MeetingAws(replace(account, import_seconds=0.3, image_seconds=0.1, seal_seconds=0.1))
    with found:
        monkeypatch.setenv("AWS_ENDPOINT_URL", found.start())
        monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent/docker.sock")
        monkeypatch.setenv("XDG_STATE_HOME", "")
        yield found


@pytest.fixture
def sites(tmp_path: Path) -> Iterator[tuple[Site, Site]]:
    """Two machines."""
    with opened(tmp_path / "a") as one, opened(tmp_path / "b") as other:
        yield one, other


def one_machine(sites: tuple[Site, Site]) -> None:
    """From now on they are two checkouts of one machine, with one folder for runs and journals."""
    sites[1].state, sites[1].runs = sites[0].state, sites[0].runs


def two_machines(_: tuple[Site, Site]) -> None:
    """As they are."""


def long(meet: str, places: Callable[[tuple[Site, Site]], None]) -> Any:
    """One more of its kind, for the long run."""
    return pytest.param(meet, places, marks=pytest.mark.long)


def whole(here: Pair) -> None:
    """Where both were: one object with the file's bytes, one AMI, and nothing that is half done."""
    cloud = here.aws.cloud
    (stored,) = cloud.buckets[BUCKET].objects.values()
    raw = RawFile(here.given)
    assert (stored.size, stored.crc32) == (raw.size, text_of(raw.whole()))
    assert cloud.buckets[BUCKET].uploads == {}, "the parts of whoever came second are given up"
    assert [image.name for image in cloud.images.values()] == [KEY]


@pytest.mark.parametrize(
    ("meet", "places"),
    [
        ("CreateMultipartUpload", one_machine),
        long("CreateMultipartUpload", two_machines),
        long("CompleteMultipartUpload", one_machine),
        ("CompleteMultipartUpload", two_machines),
        long("ImportSnapshot", one_machine),
        ("RegisterImage", one_machine),
        long("RegisterImage", two_machines),
    ],
)
def test_two_uploads_of_one_image_make_one_object_and_one_ami(tmp_path, aws, sites, meet, places):
    places(sites)
    here = Pair(Route.TWO_STAGE, tmp_path, aws, sites)
    aws.meet = meet
    won, lost = sorted(here.run(), key=lambda result: result.outcome is not Outcome.SUCCEEDED)
    assert (aws.met, won.outcome, lost.outcome) == (2, Outcome.SUCCEEDED, Outcome.FAILED)
    whole(here)
    (image,) = aws.cloud.images.values()
    assert (won.ami, won.snapshot) == (image.image_id, image.snapshot_id)
    assert not [finding for finding in won.findings if finding.status is Status.FAIL], "whoever uploaded it, the AMI is proven"

    assert lost.cause is not None
    told = [lost.cause.title, lost.cause.explanation, *lost.cause.evidence]
    assert won.ami in " ".join(told)
    assert f"canvos-tui resume {lost.run_id} --name NAME" in [command.run for way in lost.cause.remedies for command in way.commands]
    assert set(aws.cloud.snapshots) == {won.snapshot, lost.snapshot}
    left = {one.id: one for one in lost.left_behind}
    assert left[lost.snapshot].certain
    assert lost.snapshot in left[lost.snapshot].removal
    assert not any(won.ami in one.removal or won.snapshot in one.removal for one in lost.left_behind)
    owners = [result.run_id for result in (won, lost) if any(one.kind == "object" and one.certain for one in result.left_behind)]
    assert len(owners) == 1, "the object is of one of them"


def test_whoever_was_beaten_goes_on_under_another_name_and_claims_nothing_of_the_winners(tmp_path, aws, sites):
    here = Pair(Route.TWO_STAGE, tmp_path, aws, sites)
    aws.meet = "RegisterImage"
    both = here.run()
    place = next(n for n, result in enumerate(both) if result.outcome is Outcome.FAILED)
    own = any(one.kind == "object" for one in both[place].left_behind)
    on = here.gone_on(place, both[place].run_id, "edge-two")
    assert (on.outcome, on.ami_name, len(aws.cloud.tasks)) == (Outcome.SUCCEEDED, "edge-two", 2)
    assert sorted(image.name for image in aws.cloud.images.values()) == ["edge-two", KEY]
    assert any(one.kind == "object" and one.certain for one in on.left_behind) is own


@pytest.mark.parametrize(
    ("meet", "places"),
    [
        ("StartSnapshot", one_machine),
        long("StartSnapshot", two_machines),
        long("CompleteSnapshot", one_machine),
        ("CompleteSnapshot", two_machines),
        ("RegisterImage", one_machine),
    ],
)
def test_two_writers_of_one_image_write_one_snapshot_and_share_its_ami(tmp_path, aws, sites, meet, places):
    places(sites)
    here = Pair(Route.DIRECT, tmp_path, aws, sites)
    aws.meet = meet
    one, other = here.run()
    (image,) = aws.cloud.images.values()
    (written,) = aws.ebs.snapshots.values()
    assert written.digests == digests(here.given)
    assert aws.cloud.buckets[BUCKET].objects == {}
    for result in (one, other):
        assert (result.outcome, result.ami, result.snapshot) == (Outcome.SUCCEEDED, image.image_id, written.snapshot_id)
        assert not [left for left in result.left_behind if left.kind != "file"]
