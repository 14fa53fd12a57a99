"""What the build screen says around the build: silence, troubles, the usual, disks, and the size it gives to the build's terminal."""

from __future__ import annotations

import re

import pytest

from canvos_tui.core.run.events import DiskLevel, DiskSeen
from canvos_tui.core.run.heartbeat import Beat, Pulse
from canvos_tui.core.session import Session
from canvos_tui.tui.widgets import phase_list
from tests import samples
from tests.tui import story
from tests.tui.screen import see, until

GB = 10**9


@pytest.fixture
def watching(make_app, ports):
    """The app on a build that goes on, at some minute of its life."""

    def make(events, minutes, pulse=None):
        ports.runs.plans[story.RUN] = story.PLAN
        ports.runs.events = [events]
        ports.runs.keep_open = True
        ports.runs.felt = pulse
        ports.clock.move(minutes * 60)
        return make_app(page="build", known=Session(run_id=story.RUN))

    yield make
    ports.runs.keep_open = False


async def test_a_phase_shows_what_is_usual_and_whose_word_that_is(watching, ports):
    ports.runs.past = ({"installer": 430.0},)
    async with watching(story.BUILDING, 14).run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "Installer image", "usually 7:10 (1 run here)", "ends in 46-106 min (our estimate)")
        ports.runs.keep_open = False


async def test_twice_the_usual_is_said_and_nothing_is_stopped(watching, ports):
    ports.runs.past = ({"installer": 60.0},)
    async with watching(story.BUILDING, 14).run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "longer than usual: see the last lines of the log; nothing is stopped")
        assert ports.runs.cancelled == []
        ports.runs.keep_open = False


async def test_silence_is_told_with_what_was_observed(watching, ports):
    pulse = Pulse(alive=True, container=1, cpu=61.0, step="+iso-image RUN x")
    async with watching(story.BUILDING, 14, pulse).run_test(size=(120, 40)) as pilot:
        assert await see(pilot, "Installer image")
        ports.clock.move(90)
        assert await see(pilot, "no output for 1:30, process alive, container up, CPU 61 %")
        ports.runs.keep_open = False


@pytest.mark.parametrize(
    ("pulse", "words"),
    [
        (Pulse(Beat.STOPPED, age=125), "the supervisor is stopped (SIGSTOP), no sign of life for 2:05"),
        (Pulse(Beat.SLOW, age=20), "the supervisor is slow: it holds its lock"),
        (Pulse(lost=12_300_000, lost_since=story.at(5), lost_why="No space left on device"), "the log cannot be written since 14:17 UTC"),
    ],
)
async def test_trouble_around_the_build_stands_beside_the_phases(watching, ports, pulse, words):
    async with watching(story.BUILDING, 14, pulse).run_test(size=(120, 40)) as pilot:
        assert await see(pilot, words)
        ports.runs.keep_open = False


async def test_a_clock_that_was_set_does_not_change_the_elapsed_time(watching, ports):
    async with watching(story.BUILDING, 14 + 120, Pulse(skew=7200.0)).run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "14:00 · ", "Installer image")
        ports.runs.keep_open = False


async def test_a_disk_that_fills_up_is_a_warning_and_in_a_wide_window_a_line(watching, ports):
    disks = tuple(DiskSeen(story.at(n), "docker", "/var/lib/docker", (60 - 10 * n) * GB, 400 * GB) for n in range(5))
    low = DiskSeen(story.at(6), "docker", "/var/lib/docker", 7 * GB, 400 * GB, 20_000_000, DiskLevel.CRITICAL)
    async with watching((*story.BUILDING, *disks, low), 14).run_test(size=(120, 40)) as pilot:
        painted = await see(pilot, "disk critical: 7.0 GB free in Docker's data root, -1.2 GB/min, full in 5:50")
        assert "7.0 GB free in /var/lib/docker · warned of below 20.0 GB" in painted
        ports.runs.keep_open = False


async def test_the_builds_terminal_follows_the_window_but_is_never_narrow(watching, ports, monkeypatch):
    async with watching(story.BUILDING, 14).run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: ports.runs.sizes == [(120, 40)])
        monkeypatch.setattr(phase_list, "SETTLED", 3600.0)  # however long the machine takes to drag a window, it is dragged in less
        for columns in range(119, 60, -samples.count(6, 1)):
            await pilot.resize_terminal(columns, 20)
        await until(pilot, lambda: len([w for w in pilot.app.workers if w.group == "fit" and not w.is_finished]) == 1)
        monkeypatch.setattr(phase_list, "SETTLED", 0.0)
        await pilot.resize_terminal(60, 20)
        await until(pilot, lambda: ports.runs.sizes[-1] == (80, 24))
        assert list(dict.fromkeys(ports.runs.sizes)) == [(120, 40), (80, 24)], "the size counts that stays"
        ports.runs.keep_open = False


async def test_what_is_typed_into_the_search_field_is_seen(watching, ports):
    async with watching(story.BUILDING, 14).run_test(size=(80, 24)) as pilot:
        await see(pilot, "FOLLOWING")
        await pilot.press("slash")
        await see(pilot, "/text, or re:EXPRESSION")
        await pilot.press("t", "w", "o")
        assert re.search(r"^ │/two  +│ *$", await see(pilot, "/two 1 of 1"), re.MULTILINE)
        ports.runs.keep_open = False
