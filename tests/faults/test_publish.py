"""An AMI goes to other regions and accounts: one copy a region whatever happens, and nothing said that AWS was not seen to say."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from canvos_tui.core.errors import RunError
from canvos_tui.core.leftovers.collect import collect
from canvos_tui.core.leftovers.remove import chosen, remove
from canvos_tui.core.leftovers.thing import Kind, Thing
from canvos_tui.core.ports import Ports
from canvos_tui.core.publish import copying
from canvos_tui.core.publish.copying import MISSING, Copy
from canvos_tui.core.publish.wish import Wish
from canvos_tui.core.publish.words import data, lines, plan_lines
from canvos_tui.core.publish.work import Report, Target, Work, opened
from canvos_tui.core.run.copies import Copied
from canvos_tui.rehearsal.aws.cloud import GIB, StoredImage, StoredSnapshot
from canvos_tui.rehearsal.aws.config import Fault, FaultKind
from canvos_tui.rehearsal.aws.server import StandinAws
from tests.runs import KEYS, Site

AMI, SNAP, HOME = "ami-0aaaaaaaaaaaaaaaa", "snap-0aaaaaaaaaaaaaaaa", "us-east-1"
THREE = ("eu-central-1", "eu-west-1", "us-west-2")
FRIEND = "999999999999"
HOUR = 3600.0  # seconds of a copy that no test waits for
ORGANIZATION = "arn:aws:organizations::123456789012:organization/o-abcdefghij"


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copying, "PAUSE", 0.05)


@pytest.fixture
def site(without_engine: Site) -> Site:
    return without_engine


@pytest.fixture
def stocked(standin: StandinAws) -> StandinAws:
    cloud = standin.cloud
    cloud.snapshots[SNAP] = StoredSnapshot(SNAP, "of the build", 4 * GIB, region=HOME)
    cloud.images[AMI] = StoredImage(AMI, "edge.raw", SNAP, "/dev/xvda", state="available", region=HOME)
    cloud.tags[AMI] = {"Name": "edge.raw"}
    return standin


def a_run(site: Site) -> str:
    plan = replace(site.plan("exit 1"), endpoint=os.environ["AWS_ENDPOINT_URL"])
    run_id = asyncio.run(site.runs.start(plan, KEYS))
    site.result(run_id)
    return run_id


def done(ports: Ports, wish: Wish, run: str = "", changed: Callable[[Copy], None] = lambda _: None) -> tuple[Work, Report]:
    async def go() -> tuple[Work, Report]:
        work = await opened(ports, KEYS, Target(HOME, AMI, run))
        return work, await work.do(wish, changed)

    return asyncio.run(go())


def later(standin: StandinAws, region: str, seconds: float) -> None:
    """Lets time pass for the copies in that region: none of them takes as long as it is asked to, and none is done by itself."""
    cloud = standin.cloud
    for image in [i for i in cloud.images.values() if i.region == region]:
        snapshot = cloud.snapshots[image.snapshot_id]
        cloud.snapshots[image.snapshot_id] = replace(snapshot, copied=snapshot.copied - seconds)
        cloud.images[image.image_id] = replace(image, ready=image.ready - seconds)


def in_region(standin: StandinAws, region: str) -> list[str]:
    return [i.image_id for i in standin.cloud.images.values() if i.region == region]


def test_three_regions_at_once_each_with_its_own_progress(stocked, ports):
    stocked.cloud.config = replace(stocked.cloud.config, copy_seconds=HOUR)
    heard: list[Copy] = []

    def changed(copy: Copy) -> None:
        heard.append(copy)
        if copy.snapshot:
            later(stocked, copy.region, HOUR / 4)

    work, report = done(ports, Wish(THREE), changed=changed)
    assert report.whole
    assert [copy.state for copy in report.copies.values()] == ["available"] * 3
    for region in THREE:
        grown = [copy.percent for copy in heard if copy.region == region and copy.percent is not None]
        assert len(set(grown)) > 2
        assert grown == sorted(grown)
        assert in_region(stocked, region) == [report.copies[region].image]
    assert any(f"https://{THREE[0]}.console.aws.amazon.com" in line for line in lines(work, Wish(THREE)))


def test_asked_again_there_is_one_copy_a_region(stocked, ports):
    first = done(ports, Wish(THREE))[1]
    second = done(ports, Wish(THREE))[1]
    assert {c.image for c in first.copies.values()} == {c.image for c in second.copies.values()}
    assert all(copy.earlier and copy.done for copy in second.copies.values())
    assert all(len(in_region(stocked, region)) == 1 for region in THREE)


def test_a_start_that_was_stopped_is_picked_up(stocked, ports, site):
    stocked.cloud.config = replace(stocked.cloud.config, copy_seconds=HOUR)
    run = a_run(site)

    async def stopped() -> None:
        work = await opened(ports, KEYS, Target(HOME, AMI, run))
        going = asyncio.ensure_future(work.do(Wish(THREE), lambda _: None))
        while not all(copy.image for copy in work.report.copies.values()) or not work.report.copies:
            await asyncio.sleep(0.01)
        going.cancel()
        with pytest.raises(asyncio.CancelledError):
            await going
        assert all(copy.goes_on for copy in work.report.copies.values())

    asyncio.run(stopped())
    assert {c.region for c in asyncio.run(ports.runs.copies(run))} == set(THREE)
    for region in THREE:
        later(stocked, region, HOUR)
    assert done(ports, Wish(THREE), run)[1].whole
    assert all(len(in_region(stocked, region)) == 1 for region in THREE)


def test_an_answer_that_is_lost_makes_no_second_copy(stocked, ports):
    stocked.set_faults(Fault("ec2:CopyImage", FaultKind.LOST, times=1))
    assert done(ports, Wish(("eu-west-1",)))[1].whole
    assert len(in_region(stocked, "eu-west-1")) == 1


def test_one_region_that_is_denied_stops_no_other(stocked, ports):
    stocked.set_faults(Fault("ec2:CopyImage", FaultKind.DENY, region="eu-west-1"))
    report = done(ports, Wish(THREE))[1]
    assert not report.whole
    assert report.copies["eu-west-1"].right == "ec2:CopyImage"
    assert [report.copies[region].done for region in THREE] == [True, False, True]


def test_throttling_is_waited_for(stocked, ports):
    stocked.set_faults(Fault("ec2:CopyImage", FaultKind.THROTTLE, times=6))
    assert done(ports, Wish(("eu-west-1",)))[1].whole
    assert len(in_region(stocked, "eu-west-1")) == 1


def test_a_region_that_is_not_enabled_is_told_in_words(stocked, ports):
    stocked.gate._closed_regions = frozenset({"ap-east-1"})
    report = done(ports, Wish(("ap-east-1", "eu-west-1")))[1]
    assert "not enabled" in report.copies["ap-east-1"].problem
    assert "enable ap-east-1" in report.copies["ap-east-1"].remedy
    assert report.copies["eu-west-1"].done


def test_a_copy_that_failed_is_made_anew(stocked, ports, site):
    stocked.cloud.config = replace(stocked.cloud.config, failing_copies=("eu-west-1",))
    run = a_run(site)
    work, report = done(ports, Wish(("eu-west-1",)), run)
    assert report.copies["eu-west-1"].state == "failed"
    assert any(line.startswith("! eu-west-1") for line in lines(work, Wish(("eu-west-1",))))
    stocked.cloud.config = replace(stocked.cloud.config, failing_copies=())
    assert done(ports, Wish(("eu-west-1",)), run)[1].whole


def test_a_copy_that_somebody_removed_is_made_anew(stocked, ports, site):
    run = a_run(site)
    gone = done(ports, Wish(("eu-west-1",)), run)[1].copies["eu-west-1"].image
    del stocked.cloud.images[gone]
    again = done(ports, Wish(("eu-west-1",)), run)[1].copies["eu-west-1"]
    assert again.done
    assert again.image != gone
    assert {c.image for c in asyncio.run(ports.runs.copies(run))} == {gone, again.image}


def test_without_a_run_a_token_of_a_removed_copy_is_told_and_never_taken_for_done(stocked, ports, monkeypatch):
    monkeypatch.setattr(copying, "_LOST", 3)
    gone = done(ports, Wish(("eu-west-1",)))[1].copies["eu-west-1"].image
    del stocked.cloud.images[gone]
    again = done(ports, Wish(("eu-west-1",)))[1].copies["eu-west-1"]
    assert (again.state, again.done) == (MISSING, False)
    assert "new copy" not in again.remedy


def test_sharing_is_read_back_and_reaches_the_snapshot(stocked, ports):
    wish = Wish(accounts=(FRIEND,), organizations=(ORGANIZATION,))
    assert done(ports, wish)[1].whole
    work, report = done(ports, wish)
    assert report.whole
    assert report.shared == (FRIEND, ORGANIZATION)
    assert report.snapshot_shared == (FRIEND,)
    assert data(work)["shared_with"] == [FRIEND, ORGANIZATION]


def test_under_the_default_key_nothing_is_shared(stocked, ports):
    stocked.cloud.snapshots[SNAP] = replace(stocked.cloud.snapshots[SNAP], key="")
    report = done(ports, Wish(accounts=(FRIEND,)))[1]
    assert "encrypted with a key" in report.problems[0].text
    assert report.shared == ()


def test_the_date_is_the_one_that_aws_shows(stocked, ports):
    at = (datetime.now(UTC) + timedelta(days=30)).replace(second=0, microsecond=0)
    work, report = done(ports, Wish(until=at))
    assert report.until == at
    assert any(f"{at:%Y-%m-%d %H:%M} UTC" in line for line in plan_lines(work, Wish(until=at)))
    stocked.set_faults(Fault("ec2:EnableImageDeprecation", FaultKind.DENY))
    assert done(ports, Wish(until=at + timedelta(days=1)))[1].problems[0].right == "ec2:EnableImageDeprecation"


def test_a_try_to_launch_starts_nothing(stocked, ports):
    work, _ = done(ports, Wish(launch=True))
    assert any("would be allowed; nothing was started" in line for line in lines(work, Wish(launch=True)))
    stocked.set_faults(Fault("ec2:RunInstances", FaultKind.DENY))
    work, _ = done(ports, Wish(launch=True))
    assert any("is denied" in line for line in lines(work, Wish(launch=True)))


def test_an_ami_that_is_not_ready_goes_nowhere(stocked, ports):
    stocked.cloud.images[AMI] = replace(stocked.cloud.images[AMI], state="pending")
    with pytest.raises(RunError, match="is `pending`"):
        done(ports, Wish(THREE))
    assert all(in_region(stocked, region) == [] for region in THREE)


def test_a_copy_that_failed_is_left_over_and_one_that_works_is_not(stocked, ports, site):
    stocked.cloud.config = replace(stocked.cloud.config, failing_copies=("eu-west-1",))
    run = a_run(site)
    copies = done(ports, Wish(THREE), run)[1].copies
    asyncio.run(ports.runs.note_copy(run, Copied("us-west-2", AMI, AMI)))  # a note alone proves nothing
    things = asyncio.run(collect(ports))
    (left,) = [thing for thing in things.things if thing.kind is Kind.AMI]
    assert (left.id, left.certain, left.place.region) == (copies["eu-west-1"].image, True, "eu-west-1")
    assert "is gone" in asyncio.run(remove(ports, things, chosen(things, left.id)))
    assert in_region(stocked, "eu-west-1") == []
    assert AMI in stocked.cloud.images


def snapshots_left(ports: Ports) -> dict[str, Thing]:
    return {thing.id: thing for thing in asyncio.run(collect(ports)).things if thing.kind is Kind.SNAPSHOT and thing.place.region != HOME}


def test_the_snapshot_of_a_copy_that_is_gone_is_left_over_in_its_region_and_goes(stocked, ports, site):
    stocked.cloud.config = replace(stocked.cloud.config, failing_copies=("eu-west-1",))
    run = a_run(site)
    copies = done(ports, Wish(THREE), run)[1].copies
    theirs = replace(next(iter(stocked.cloud.snapshots.values())), snapshot_id="snap-0bbbbbbbbbbbbbbbb", region="eu-west-1")
    stocked.cloud.snapshots[theirs.snapshot_id] = theirs
    stocked.cloud.tags[theirs.snapshot_id] = {"created-by": "canvos-tui", "canvos-tui-copy-of": f"{HOME}/ami-0cccccccccccccccc"}
    (broken,) = snapshots_left(ports).values()
    assert (broken.certain, broken.needed, broken.run) == (True, f"{copies['eu-west-1'].image} uses it", run)
    del stocked.cloud.images[copies["eu-west-1"].image], stocked.cloud.images[copies["us-west-2"].image]  # deregistered by somebody
    left = snapshots_left(ports)
    assert sorted(thing.place.region for thing in left.values()) == ["eu-west-1", "us-west-2"]
    assert all(thing.removable and thing.size == 4 * GIB and thing.monthly > 0 for thing in left.values())
    for name in left:
        things = asyncio.run(collect(ports))
        assert "is gone" in asyncio.run(remove(ports, things, chosen(things, name)))
    assert snapshots_left(ports) == {}
    kept = {found.region for found in stocked.cloud.snapshots.values()}
    assert kept == {HOME, "eu-central-1", "eu-west-1"}, "that of the copy which works, and somebody else's"
    assert theirs.snapshot_id in stocked.cloud.snapshots


def test_while_a_copy_is_made_no_snapshot_of_it_goes(stocked, ports, site):
    run = a_run(site)
    first = done(ports, Wish(("eu-west-1",)), run)[1].copies["eu-west-1"].image
    gone = stocked.cloud.images.pop(first)
    stocked.cloud.images["ami-0ddddddddddddddddd"] = replace(gone, image_id="ami-0ddddddddddddddddd", state="pending", snapshot_id="")
    stocked.cloud.tags["ami-0ddddddddddddddddd"] = stocked.cloud.tags[first]
    assert [thing.needed for thing in snapshots_left(ports).values()] == ["ami-0ddddddddddddddddd is being copied"]


def test_a_region_that_cannot_be_asked_for_its_copies_is_named(stocked, ports, site):
    run = a_run(site)
    done(ports, Wish(("eu-west-1",)), run)
    stocked.set_faults(Fault("ec2:DescribeImages", FaultKind.DENY, region="eu-west-1"))
    assert any(text.startswith("eu-west-1: the copies of") for text in asyncio.run(collect(ports)).unseen)


def test_what_is_noted_survives_a_damaged_file(site, ports):
    run = a_run(site)
    one = Copied("eu-west-1", "ami-1", AMI)
    for _ in range(2):
        asyncio.run(ports.runs.note_copy(run, one))
    assert asyncio.run(ports.runs.copies(run)) == (one,)
    (site.folder(run) / "copies.json").write_text("{")
    assert asyncio.run(ports.runs.copies(run)) == ()
