"""Going on from a failed run on the screen: what is done is shown before anything begins, and the build page follows what was begun."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from canvos_tui.core.answers.beginning import fresh
from canvos_tui.core.answers.draft import FolderChosen, KeysGiven
from canvos_tui.core.answers.routes import Route
from canvos_tui.core.aws.facts import AwsKeys, Image, S3Object
from canvos_tui.core.aws.keys import KeySource
from canvos_tui.core.errors import AwsError, Remedy
from canvos_tui.core.questions.result import THROUGH_S3, failure_ways
from canvos_tui.core.run.events import PhaseEntered, Started
from canvos_tui.core.run.outcome import Outcome
from canvos_tui.core.run.phase import Phase
from canvos_tui.core.run.result import Cause
from canvos_tui.core.run.run import Resumes
from canvos_tui.core.run.stage import StageId
from canvos_tui.core.secret import Secret
from canvos_tui.core.session import Session
from tests.tui import story
from tests.tui.conftest import KEYS
from tests.tui.screen import see, settled, text_of, until

SNAP = "snap-0123456789abcdef0"
OTHER = AwsKeys("AKIAOTHERACCOUNT0000", Secret("another"))
UNREGISTERED = replace(story.FAILURE, snapshot=SNAP, import_task=story.TASK.task_id, cause=None)


@pytest.fixture
def account(ports):
    """What AWS has of the run: the object and a completed import."""
    ports.environ.update(AWS_ACCESS_KEY_ID=KEYS.key_id, AWS_SECRET_ACCESS_KEY=KEYS.secret.reveal())
    ports.aws.account.tasks = (replace(story.TASK, status="completed", snapshot_id=SNAP),)
    ports.aws.account.objects["palette-learn"] = S3Object("palette-learn", 4_100_000_000, story.at(66), '"new"')
    return ports.aws.account


@pytest.fixture
def ended(ports, make_app, account):
    def make(result=UNREGISTERED):
        ports.runs.plans[story.RUN] = story.PLAN
        ports.runs.events = [story.IMPORTING]
        ports.runs.results[story.RUN] = result
        ports.clock.move(95 * 60)
        mine = fresh(ports.environ).after(FolderChosen(Path(story.PLAN.checkout), ""))
        return make_app(mine, page="build", known=Session(run_id=story.RUN))

    return make


@pytest.mark.parametrize(
    ("resumes", "phase", "whose"),
    [
        (None, Phase.IMPORT, "exit 1 of earthly.sh"),
        (Resumes("", StageId.IMAGE, token="t"), Phase.RAW, "exit 1 of earthly.sh"),
        (Resumes("", StageId.IMAGE, token="t"), Phase.IMPORT, "exit 1 of our own stages"),
        (Resumes("20261122-0000-0001", StageId.REGISTER), Phase.REGISTER, "exit 1 of our own stages"),
    ],
)
async def test_the_exit_code_is_said_to_be_that_of_the_program_that_failed(ended, ports, resumes, phase, whose):
    app = ended(replace(UNREGISTERED, phase=phase, exit_code=1))
    ports.runs.plans[story.RUN] = replace(story.PLAN, resumes=resumes)
    async with app.run_test(size=(120, 40)) as pilot:
        assert await see(pilot, whose)


async def test_from_the_failure_to_a_run_that_registers(ended, ports):
    async with ended().run_test(size=(80, 24)) as pilot:
        await see(pilot, "▸ Go on: AMI", "nothing is built again")
        await pilot.press("enter")
        painted = await see(pilot, "Go on with AMI?", "by time and size", "is completed", "no AMI of this snapshot")
        assert "register  open" in painted
        ports.runs.keep_open = True
        await pilot.press("down", "enter")
        await until(pilot, lambda: ports.runs.started)
        (plan, keys, _) = ports.runs.started[0]
        assert plan.resumes is not None
        assert (plan.resumes.stage, plan.resumes.snapshot, plan.resumes.run) == (StageId.REGISTER, SNAP, story.RUN)
        assert keys == KEYS
        await until(pilot, lambda: pilot.app.current_mode == "build")
        assert pilot.app.known.run_id != story.RUN
        await until(pilot, lambda: pilot.app.known.plan is not None)
        await pilot.press("ctrl+q")
        assert await see(pilot, "Quit: a run is under way", "Detach  the run goes on", "stop the run"), "it builds nothing"


DENIED = replace(
    story.FAILURE,
    bucket="",
    object_size=0,
    import_task="",
    phase=Phase.SNAPSHOT,
    raw="/home/alice/CanvOS/build/kairos-1.raw",
    cause=Cause("E-EBS-DENIED", "The AWS user may not write snapshots by EBS direct", "denied", (Remedy("add the right"),)),
)


async def test_a_direct_run_that_may_not_write_is_offered_the_way_through_s3(ended, ports):
    async with ended(DENIED).run_test(size=(80, 24)) as pilot:
        painted = await see(pilot, "Through S3 instead", "Go on: Write snapshot")
        assert painted.index("AWS rights") < painted.index("Through S3 instead") < painted.index("Go on: Write snapshot")
        await pilot.press("down", "enter")
        await see(pilot, "name the bucket; Esc comes back to the failure")
        assert (pilot.app.current_mode, pilot.app.draft.route) == ("s3", Route.TWO_STAGE)
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.current_mode == "result")
    assert ports.runs.started == []


def test_the_way_through_s3_is_one_of_the_direct_route_with_its_image_alone():
    words = [[choice.word for choice in failure_ways(result)] for result in (UNREGISTERED, replace(DENIED, raw=""), DENIED)]
    assert [THROUGH_S3 in found for found in words] == [False, False, True]
    assert THROUGH_S3 not in [choice.word for choice in failure_ways(DENIED, another=True)]


async def test_back_begins_nothing(ended, ports):
    async with ended().run_test(size=(120, 40)) as pilot:
        await see(pilot, "▸ Go on: AMI")
        await pilot.press("enter")
        await see(pilot, "Go on with AMI?")
        await pilot.press("enter")  # the first answer is the safe one
        await until(pilot, lambda: len(pilot.app.screen_stack) == 1)
        assert ports.runs.started == []
        assert pilot.app.current_mode == "result"


async def test_an_ami_that_is_there_by_now_is_the_result(ended, account):
    account.images.append(Image("ami-0a1b2c3d4e5f67890", "palette-learn", "available", SNAP, "x86_64", "uefi", True))
    async with ended().run_test(size=(80, 24)) as pilot:
        await see(pilot, "▸ Go on: AMI")
        await pilot.press("enter")
        assert await see(pilot, "every stage is done")


async def test_what_cannot_be_gone_on_from_is_said_whole(ended, ports, account):
    account.objects.clear()
    account.tasks = ()
    async with ended(replace(story.FAILURE, cause=None)).run_test(size=(80, 24)) as pilot:
        await see(pilot, "▸ Go on: Snapshot import")
        await pilot.press("enter")
        painted = await see(pilot, "How far the run came", "there is nothing to go on from", "the whole build has to run again")
        assert "does not exist" in painted
        await pilot.press("escape")
        assert ports.runs.started == []


async def test_without_keys_or_without_aws_it_says_why(ended, ports, monkeypatch):
    async def silent(*_: object) -> None:
        raise AwsError("no answer from AWS", code="unreachable", remedy="look at the network")

    monkeypatch.setattr(ports.aws, "open", silent)
    async with ended().run_test(size=(80, 24)) as pilot:
        await see(pilot, "▸ Go on: AMI")
        await pilot.press("enter")
        assert await see(pilot, "It does not go on", "no answer from AWS", "look at the network")


async def test_what_has_to_be_mended_comes_first_and_what_has_nothing_offers_nothing(ended):
    async with ended(story.FAILURE).run_test(size=(80, 24)) as pilot:
        painted = await see(pilot, "▸ AWS rights", "Go on: Snapshot import")
        assert painted.index("AWS rights") < painted.index("Go on: Snapshot import")
    early = replace(story.FAILURE, outcome=Outcome.FAILED, object_size=0, cause=None)
    async with ended(early).run_test(size=(80, 24)) as pilot:
        await see(pilot, "▸ Log and phases")
        assert "Go on:" not in text_of(pilot.app)


async def test_the_build_page_names_the_raw_image_that_it_began_with(ports, make_app):
    ports.runs.plans[story.RUN] = replace(story.PLAN, resumes=Resumes("", StageId.UPLOAD, raw="/home/alice/CanvOS/build/kairos.raw"))
    ports.runs.events = [(Started(story.at(0), 7, "canvos-tui resume"), PhaseEntered(story.at(0), Phase.UPLOAD, 1))]
    ports.runs.keep_open = True
    ports.clock.move(5)
    async with make_app(page="build", known=Session(run_id=story.RUN)).run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "✓ image   /home/alice/CanvOS/build/kairos.raw", "▸ Upload to S3")


async def test_the_build_page_names_what_was_taken_over_and_calls_nothing_unseen(ports, make_app):
    taken = Resumes("20260823-1200-aaaa", StageId.REGISTER, story.TASK.task_id, SNAP)
    ports.runs.plans[story.RUN] = replace(story.PLAN, resumes=taken)
    ports.runs.events = [(Started(story.at(0), 7, "canvos-tui resume"), PhaseEntered(story.at(0), Phase.REGISTER, 1))]
    ports.runs.keep_open = True
    ports.clock.move(5)
    for size in ((80, 24), (120, 40)):
        async with make_app(page="build", known=Session(run_id=story.RUN)).run_test(size=size) as pilot:
            painted = await see(pilot, "✓ image · upload · import   of run 20260823-1200-aaaa", "▸ Register AMI")
            assert "not seen in the log" not in painted


@pytest.fixture
def slow(ports, monkeypatch):
    """AWS answers only when it is let."""
    gate = asyncio.Event()
    real = ports.aws.open

    async def opened(*words: object) -> object:
        await gate.wait()
        return await real(*words)

    monkeypatch.setattr(ports.aws, "open", opened)
    return gate


async def test_whoever_leaves_the_page_meanwhile_is_asked_nothing(ended, ports, slow):
    async with ended().run_test(size=(80, 24)) as pilot:
        await see(pilot, "▸ Go on: AMI")
        await pilot.press("enter")
        await see(pilot, "asking AWS how far the run came")
        await pilot.press("end", "enter")  # leave it as it is
        await until(pilot, lambda: pilot.app.current_mode == "start")
        slow.set()
        await settled(pilot)
        assert len(pilot.app.screen_stack) == 1
        assert ports.runs.started == []


async def test_asking_twice_begins_once(ended, ports, monkeypatch):
    gate, real = asyncio.Event(), ports.runs.start

    async def start(*words: object) -> str:
        await gate.wait()
        run_id: str = await real(*words)
        return run_id

    monkeypatch.setattr(ports.runs, "start", start)
    async with ended().run_test(size=(80, 24)) as pilot:
        await see(pilot, "▸ Go on: AMI")
        await pilot.press("enter")
        await see(pilot, "Go on with AMI?")
        await pilot.press("down", "enter")
        await see(pilot, "beginning ...")
        await pilot.press("enter", "enter")
        ports.runs.keep_open = True
        gate.set()
        await until(pilot, lambda: pilot.app.current_mode == "build")
        assert len(ports.runs.started) == 1
        assert len(pilot.app.screen_stack) == 1


async def test_a_run_of_another_checkout_is_asked_for_with_its_own_keys(ended, ports, make_app):
    ended()
    theirs = fresh(ports.environ).after(FolderChosen(Path("/home/alice/Other"), "")).after(KeysGiven(OTHER, KeySource.TYPED, ()))
    asked = []
    real = ports.aws.open

    async def opened(keys, region):
        asked.append(keys.key_id)
        return await real(keys, region)

    ports.aws.open = opened
    async with make_app(theirs, page="build", known=Session(run_id=story.RUN)).run_test(size=(80, 24)) as pilot:
        await see(pilot, "▸ Go on: AMI")
        await pilot.press("enter")
        await see(pilot, "Go on with AMI?")
        assert asked == [KEYS.key_id]
