"""The doctor's own screen: its list is painted with the first answers, and without them where they take their time."""

from __future__ import annotations

import asyncio

import pytest

from canvos_tui.core.answers.beginning import fresh
from canvos_tui.core.checks.check import Check, CheckAnswer, Severity
from canvos_tui.core.checks.report import Report
from canvos_tui.core.session import Session
from canvos_tui.core.status import Status
from canvos_tui.tui import doctor_app
from canvos_tui.tui.doctor_app import DoctorApp
from canvos_tui.tui.opening import Opening, Room
from canvos_tui.tui.steps import step00_prerequisites
from canvos_tui.tui.widgets.check_list import CheckList
from tests.doubles.check_world import World
from tests.tui.screen import see

TITLES = ("Weather", "Moon")


@pytest.fixture
def gate() -> asyncio.Event:
    """What the checks wait for."""
    return asyncio.Event()


@pytest.fixture
def app(tmp_path, monkeypatch, gate) -> DoctorApp:
    async def ask(_) -> CheckAnswer:
        await gate.wait()
        return CheckAnswer(Status.FAIL, "it rains", "sun")

    checks = tuple(Check(f"SKY-{title.upper()}", title, "host", Severity.REQUIRED, "step 1", "it is wet", ask, 60) for title in TITLES)
    monkeypatch.setattr(step00_prerequisites, "CHECKS", checks)
    return DoctorApp(Room(World(tmp_path).ports(), fresh(), Opening(page="check", known=Session(report=Report(checks)))))


async def test_the_list_is_painted_with_the_first_answers(app, gate, monkeypatch):
    monkeypatch.setattr(doctor_app, "_PATIENCE", 60.0)
    painted: list[bool] = []
    render = CheckList.render

    def recorded(self: CheckList):
        painted.append(bool(app.screen.query_one(step00_prerequisites.Prerequisites).report.results))
        return render(self)

    monkeypatch.setattr(CheckList, "render", recorded)
    first = DoctorApp._first_answers

    async def later(self: DoctorApp) -> None:
        asyncio.get_running_loop().call_later(0.2, gate.set)  # the page is there, and the answers are not
        await first(self)

    monkeypatch.setattr(DoctorApp, "_first_answers", later)
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "Weather", "it rains")
    assert painted
    assert all(painted)


async def test_a_list_without_answers_is_shown_after_a_moment(app, gate, monkeypatch):
    monkeypatch.setattr(doctor_app, "_PATIENCE", 0.05)
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "Weather", "Moon")
        gate.set()
        assert await see(pilot, "it rains")
