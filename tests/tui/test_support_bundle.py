"""`b` on the screen of a failure and on the doctor's: the preview, the file, and a word for whatever comes of it."""

from __future__ import annotations

import json
import stat
import zipfile
from pathlib import Path

import pytest

from canvos_tui.core.bundle.contents import WHAT
from canvos_tui.core.bundle.saving import keep_doctor
from canvos_tui.core.session import Session
from tests.tui import story
from tests.tui.screen import see, until


@pytest.fixture
def home(ports) -> Path:
    return Path(ports.environ["HOME"])


async def test_of_a_failed_run_it_is_shown_written_and_said_where(make_app, ports, full, home):
    run_id = await ports.runs.start(story.PLAN, full.keys)
    ports.runs.results[run_id] = story.FAILURE
    ports.runs.open_log(run_id).close()
    app = make_app(full, page="result", known=Session(run_id=run_id, result=story.FAILURE))
    async with app.run_test(size=(80, 24)) as pilot:
        await see(pilot, "FAILED")
        await pilot.press("b")
        assert await see(pilot, "Support bundle", "build.log", "never included", "Back ", "Write it     ~/canvos-support-")
        await pilot.press("escape")
        await pilot.pause()
        assert not list(home.glob("canvos-support-*"))
        await pilot.press("b")
        await see(pilot, "Support bundle")
        await pilot.press("down", "enter")
        assert await see(pilot, "The bundle is written", "canvos-tui diagnose")
        (path,) = home.glob("canvos-support-*.zip")
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        with zipfile.ZipFile(path) as archive:
            assert json.loads(archive.read("manifest.json"))["run"] == run_id
        await pilot.press("c")
        await until(pilot, lambda: ports.terminal.copied)
        assert ports.terminal.copied[-1].startswith("### canvos-tui: FAILED")
        await pilot.press("escape", "b")
        await see(pilot, "Support bundle")
        await pilot.press("down", "down", "enter")
        await see(pilot, "The bundle is written", "-2.zip")


async def test_of_the_checks_alone_there_is_a_bundle_too(make_app, ports, full, home):
    app = make_app(full, page="check")
    async with app.run_test(size=(80, 24)) as pilot:
        await see(pilot, "56 of 60 passed", "ago")
        await pilot.press("b")
        assert await see(pilot, "Support bundle", "doctor.json", "Write it")
        await pilot.press("down", "enter")
        await see(pilot, "The bundle is written")
        (path,) = home.glob("canvos-support-*.zip")
        with zipfile.ZipFile(path) as archive:
            assert json.loads(archive.read("doctor.json"))["checks"]
            assert "build.log" not in archive.namelist()


async def test_all_of_the_preview_has_room_in_the_smallest_window(make_app, ports, full):
    run_id = await ports.runs.start(story.PLAN, full.keys)
    ports.runs.results[run_id] = story.FAILURE
    ports.runs.open_log(run_id).close()
    await keep_doctor(ports, run_id, {"started_at": ports.clock.now().isoformat()})
    app = make_app(full, page="result", known=Session(run_id=run_id, result=story.FAILURE))
    async with app.run_test(size=(80, 24)) as pilot:
        await see(pilot, "FAILED")
        await pilot.press("b")
        names = (name for name in WHAT if name not in {"manifest.json", "README.md"})
        assert await see(pilot, *names, "never included; doctor: asked 0 s ago", "known secrets: none in it", "hiding account")


async def test_a_folder_that_cannot_be_written_is_said(make_app, ports, full, home):
    ports.environ["HOME"] = str(home / "gone")
    app = make_app(full, page="check")
    async with app.run_test(size=(80, 24)) as pilot:
        await see(pilot, "of 60 passed", "ago")
        await pilot.press("b")
        await see(pilot, "Support bundle")
        await pilot.press("down", "enter")
        assert await see(pilot, "No bundle was written", "name another place")
