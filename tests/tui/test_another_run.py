"""Whoever watches a run of another checkout is told of that checkout, and nothing there is done to this window's own."""

from __future__ import annotations

from dataclasses import replace

import pytest

from canvos_tui.core.run.outcome import Outcome
from canvos_tui.core.run.result import RunInfo
from canvos_tui.tui.steps import start as start_page
from tests.tui import story
from tests.tui.fakes import NOW
from tests.tui.screen import see, text_of, until

ELSEWHERE = "/srv/theirs/CanvOS"
ARGS = (("CUSTOM_TAG", "theirs"), ("IMAGE_REGISTRY", "their-team"), ("REGION", "us-west-2"), ("S3_BUCKET", "their-bucket"))
PLAN = replace(story.PLAN, checkout=ELSEWHERE, tag="v4.8.8", args=ARGS, baseline=replace(story.PLAN.baseline, region="us-west-2"))
MINE = ("~/CanvOS", "v4.9.38", "eu-west-1", "acme-team", "acme-edge-images", "AKIA")


@pytest.fixture
def start(ports, make_app, full):
    """This window has its answers, and on the machine a build of another checkout runs; `result` is how that ends."""

    def make(result=None):
        ports.runs.listed = (RunInfo(story.RUN, ELSEWHERE, "v4.8.8", NOW, live=True, outcome=None),)
        ports.runs.plans[story.RUN] = PLAN
        ports.runs.events = [story.BUILDING]
        ports.runs.keep_open = result is None
        if result is not None:
            ports.runs.results[story.RUN] = result
        return make_app(draft=replace(full, page="image"), page="start")

    return make


async def watch(pilot) -> None:
    await see(pilot, "Watch      build running")
    await pilot.press("enter")


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_frame_tells_of_the_run_that_is_watched_and_of_ones_own_answers_again_behind_it(start, size):
    async with start().run_test(size=size) as pilot:
        await watch(pilot)
        painted = await see(pilot, f"{ELSEWHERE} › v4.8.8 › us-west-2", "Build · ")
        assert not [word for word in MINE if word in painted], painted
        assert size[0] < 100 or all(words in painted for words in ("theirs", "their-bucket"))
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.current_mode != "build")
        assert all(word in text_of(pilot.app).splitlines()[0] for word in MINE[:3])


async def test_the_door_follows_the_build_and_stays_under_the_cursor(start, ports, monkeypatch):
    monkeypatch.setattr(start_page, "AGAIN", 0.05)
    async with start().run_test(size=(80, 24)) as pilot:
        await see(pilot, "▸ Watch      build running 0:00 · Installer image")
        ports.clock.move(3723)
        await see(pilot, "▸ Watch      build running 1:02:03 · Installer image")


async def test_the_secret_that_the_result_offers_to_delete_is_that_of_the_run(start, ports, checkout):
    (checkout / ".secret").write_text("AWS_PROFILE=\n")
    async with start(story.SUCCESS).run_test(size=(80, 24)) as pilot:
        await watch(pilot)
        await see(pilot, story.AMI.image_id)
        await pilot.press("d")
        assert "Delete .secret" not in await see(pilot, "d does nothing here"), "theirs has none, and ours is not offered"
    assert (checkout / ".secret").exists()


async def test_a_failed_run_of_another_checkout_offers_no_step_of_this_one(start):
    async with start(replace(story.FAILURE, outcome=Outcome.FAILED)).run_test(size=(80, 24)) as pilot:
        await watch(pilot)
        painted = await see(pilot, "E-VMIMPORT", "Log and phases", "Leave it as it is")
        assert "step 16 again" not in painted
        assert "AWS rights again" not in painted
