"""Dialogs answer every key: it acts, or a row at the foot says why not; and nothing is stacked on what is asked already."""

from __future__ import annotations

import pytest
from textual.widgets import Input

from canvos_tui.core.session import Session
from canvos_tui.tui.dialogs.ask_path import AskPath
from canvos_tui.tui.dialogs.ask_text import AskText
from canvos_tui.tui.dialogs.confirm import Ask, Choice
from canvos_tui.tui.dialogs.pick_one import PickOne
from canvos_tui.tui.dialogs.read_text import ReadText
from canvos_tui.tui.messages import decline
from tests.tui import story
from tests.tui.screen import see, text_of, type_text, until

DIALOGS = {
    "ask": (lambda: Ask("Accept?", "a machine", tuple(Choice(str(n), f"answer {n}") for n in range(4))), "z", "Enter takes the line"),
    "a long one": (lambda: Ask("Changes", "\n".join("abcdefghijkl"), (Choice("", "Stay"),)), "z", "Enter takes the line"),
    "read": (lambda: ReadText("Help", "words\n" * 90), "z", "c copies, Esc closes"),
    "pick": (lambda: PickOne("REGION", ("eu-west-1", "us-east-1"), ""), "f9", "type to filter, Enter takes, Esc closes"),
    "text": (lambda: AskText("Accept", "Why?", ""), "f9", "Enter confirms, Esc closes"),
    "path": (lambda: AskPath("Save", "/tmp/x"), "f9", "Enter saves, Esc closes"),
}


@pytest.mark.parametrize("name", DIALOGS)
async def test_a_key_that_a_dialog_does_not_use_says_so_until_the_next_one(make_app, full, name):
    make, key, instead = DIALOGS[name]
    app = make_app(full, page="image")
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "Registry")
        app.push_screen(make())
        await until(pilot, lambda: app.screen.is_modal and app.screen.query("#hint"))
        for pressed in (key, "f1" if name != "read" else "f3", "f8"):
            await pilot.press(pressed)
            assert f"{pressed} does nothing here; " in await see(pilot, f"{pressed} does nothing here; ", instead)
        await pilot.press("down")
        await until(pilot, lambda: "does nothing" not in text_of(app))
        await pilot.press("escape")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        assert "does nothing" not in text_of(app)


async def test_copying_twice_in_a_dialog_says_it_once_and_hides_nothing(make_app, ports, full):
    app = make_app(full, page="image")
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        assert await see(pilot, "Registry")
        await pilot.press("f2")
        assert await see(pilot, "Guide commands (")
        await pilot.press("c")
        assert await see(pilot, "Guide commands (steps 6-7): copied with a fake")
        await pilot.press("c")
        await until(pilot, lambda: len(ports.terminal.copied) == 2)
        await pilot.pause()
        assert text_of(app).count("copied with a fake") == 1
        assert len(app.screen_stack) == 2
        assert not app._notifications


async def test_a_long_sentence_is_read_to_its_end_in_a_dialog(make_app, full):
    """At the foot of a page it may be cut, for the help says it in full; a dialog has none."""
    app = make_app(full, page="image")
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "Registry")
        app.push_screen(AskText("Accept", "Why?", ""))
        await until(pilot, lambda: app.screen.query("#ask-text"))
        decline(app.screen, f"x {'too long ' * 20}and its end")
        assert await see(pilot, "and its end")


async def test_quitting_twice_asks_once(make_app, ports):
    ports.runs.plans[story.RUN] = story.PLAN
    ports.runs.events, ports.runs.keep_open = [story.BUILDING], True
    app = make_app(page="build", known=Session(run_id=story.RUN))
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "Installer image")
        await pilot.press("ctrl+q")
        assert await see(pilot, "Quit: a build is running")
        await pilot.press("ctrl+q", "ctrl+c")
        await pilot.pause()
        assert len(app.screen_stack) == 2
        await pilot.press("escape")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        assert app.is_running
        ports.runs.keep_open = False


async def test_what_a_form_refused_goes_when_it_is_typed_anew(make_app, full):
    app = make_app(full, page="image")
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "Registry")
        app.push_screen(AskText("Accept", "Why?", ""))
        await until(pilot, lambda: app.screen.query("#ask-text"))
        await pilot.press("enter", "f8")
        assert await see(pilot, "f8 does nothing here")
        await pilot.press("enter")
        assert await see(pilot, "✗ nothing was typed")
        await type_text(pilot, "z")
        await until(pilot, lambda: "nothing was typed" not in text_of(app))
        assert app.screen.query_one("#ask-text", Input).value == "z"
