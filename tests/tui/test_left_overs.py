"""The list of what is left: shown with its price, removed after a question, kept where it is needed or not proven."""

from __future__ import annotations

from datetime import timedelta

import pytest

from canvos_tui.core.errors import RightError
from canvos_tui.core.leftovers.collect import Found
from canvos_tui.core.leftovers.thing import Kind, Place, Thing
from canvos_tui.tui.dialogs import left_overs
from canvos_tui.tui.dialogs.left_overs import LeftOvers
from tests.tui.fakes import NOW
from tests.tui.screen import see, until

OBJECT = Thing(Kind.OBJECT, "s3://acme/edge", True, "the AMI is made of it", 4_100_000_000, NOW - timedelta(days=3), "run-1")
NEEDED = Thing(Kind.SNAPSHOT, "snap-0123456789abcdef0", True, "no AMI uses it", 9_000_000_000, needed="run run-2 goes on")
OTHER = Thing(Kind.UPLOAD, "abc", False, "whose they are, AWS does not say", place=Place("us-east-1"))


@pytest.fixture
def account(monkeypatch):
    """What is left, and what was removed of it."""
    left, gone = [OBJECT, NEEDED, OTHER], []

    async def collect(*_: object) -> Found:
        return Found(tuple(left), ("us-east-1: AMIs could not be asked for: denied",))

    async def remove(ports: object, found: Found, thing: Thing) -> str:
        left.remove(thing)
        gone.append(thing.id)
        return f"{thing.id} is gone"

    monkeypatch.setattr(left_overs, "collect", collect)
    monkeypatch.setattr(left_overs, "remove", remove)
    return gone


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_what_is_left_is_shown_with_its_price_and_removed_after_a_question(make_app, full, account, size):
    app = make_app(full, page="review")
    async with app.run_test(size=size) as pilot:
        await app.push_screen(LeftOvers(app.ports, None))
        painted = await see(
            pilot, "▸ snapshot", "object      s3://acme/edge", "4.1 GB · 0.09 USD", "together at most", "? us-east-1: AMIs could not"
        )
        assert "stays: run run-2 goes on" in painted
        await pilot.press("down")
        await see(pilot, "canvos-tui leftovers --delete s3://acme/edge")
        await pilot.press("enter")
        await see(pilot, "Remove s3://acme/edge?", "Keep it")
        await pilot.press("enter")
        await see(pilot, "▸ object")
        assert account == []
        await pilot.press("enter")
        await see(pilot, "Keep it")
        await pilot.press("down", "enter")
        painted = await see(pilot, "s3://acme/edge is gone", "▸ upload")
        assert account == ["s3://acme/edge"]


async def test_what_is_needed_or_not_proven_stays_and_says_why(make_app, full, account):
    app = make_app(full, page="review")
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(LeftOvers(app.ports, None))
        await see(pilot, "▸ snapshot")
        await pilot.press("enter")
        await see(pilot, "▸ snapshot", "stays: run run-2 goes on")
        await pilot.press("down", "down", "enter", "c")
        await see(pilot, "▸ upload", "is not removed by this program")
        assert account == []
        await pilot.press("escape")
        await until(pilot, lambda: len(app.screen_stack) == 1)


async def test_a_refusal_is_said_and_the_thing_stays(make_app, full, account, monkeypatch):
    async def refused(*_: object) -> str:
        raise RightError("your keys lack s3:DeleteObject", remedy="whoever has that right removes it")

    monkeypatch.setattr(left_overs, "remove", refused)
    app = make_app(full, page="review")
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(LeftOvers(app.ports, None))
        await see(pilot, "▸ snapshot")
        await pilot.press("down", "enter")
        await see(pilot, "Keep it")
        await pilot.press("down", "enter")
        await see(pilot, "your keys lack s3:DeleteObject", "whoever has that right removes it", "▸ object")
        assert [thing.id for thing in app.screen._things] == [NEEDED.id, OBJECT.id, OTHER.id]


async def test_nothing_left_is_said(make_app, full, monkeypatch):
    async def nothing(*_: object) -> Found:
        return Found()

    monkeypatch.setattr(left_overs, "collect", nothing)
    app = make_app(full, page="review")
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(LeftOvers(app.ports, None))
        await see(pilot, "nothing is left of the runs of this machine")
        await pilot.press("enter")
        await see(pilot, "enter does nothing here; Enter removes")
        await pilot.press("c")
        await see(pilot, "nothing here is removed by a command")
        await pilot.press("r")
        assert await see(pilot, "nothing is left of the runs of this machine")
