"""What is typed stands in the field, and the draft holds what stands in the field, however fast the keys come."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from textual import events
from textual.app import App
from textual.keys import key_to_character
from textual.pilot import Pilot
from textual.widgets import Checkbox, Input

from canvos_tui.core.answers import draft as d
from canvos_tui.core.answers import fields
from canvos_tui.core.answers.beginning import fresh
from canvos_tui.core.answers.draft import answer_for
from canvos_tui.core.checkout.state import parse_folder
from canvos_tui.core.errors import InvalidValueError
from canvos_tui.core.pages import OF_FIELD
from canvos_tui.core.session import RunsSeen
from canvos_tui.tui.app import CanvosApp
from canvos_tui.tui.dialogs.ask_path import AskPath
from canvos_tui.tui.dialogs.ask_text import AskText
from canvos_tui.tui.dialogs.pick_one import PickOne
from canvos_tui.tui.messages import Answered, Learned
from canvos_tui.tui.widgets.field_row import FieldRow
from tests import samples
from tests.tui.conftest import SECRET
from tests.tui.screen import until

BURSTS = samples.count(1, 100)  # rounds of one to three packets for each field: more than 4 000 packets in all
LETTERS = "abcxyz0189-./_:"
EDITS = ("left", "right", "home", "end", "backspace", "delete", "ctrl+k", "ctrl+u")


@dataclass
class Model:
    """A line of text and a cursor, as the keys move them."""

    text: str
    at: int

    def press(self, key: str) -> None:
        before, after = self.text[: self.at], self.text[self.at :]
        match key:
            case "left" | "right":
                self.at = max(0, min(len(self.text), self.at + (1 if key == "right" else -1)))
            case "home" | "end":
                self.at = len(self.text) if key == "end" else 0
            case "backspace":
                self.text, self.at = before[:-1] + after, max(0, self.at - 1)
            case "delete":
                self.text = before + after[1:]
            case "ctrl+k":
                self.text = before
            case "ctrl+u":
                self.text, self.at = after, 0
            case letter:
                self.text, self.at = before + letter + after, self.at + 1


def send(app: App[Any], *keys: str) -> None:
    """All of them in one packet."""
    for key in keys:
        app.post_message(events.Key(key, key_to_character(key) if len(key) > 1 else key))


def some_keys(chance: random.Random) -> list[str]:
    return [chance.choice(LETTERS) if chance.random() < 0.7 else chance.choice(EDITS) for _ in range(chance.randint(1, 12))]


async def bursts(pilot: Pilot[Any], field: Input, held: Callable[[str], object], seed: int) -> None:
    """Bursts into a field with hardly a pause between; from time to time a look whether everything is there."""
    chance = random.Random(seed)
    field.focus()
    await until(pilot, lambda: field.has_focus)
    model = Model(field.value, field.cursor_position)
    field.selection = type(field.selection).cursor(model.at)
    for number in range(BURSTS):
        for _ in range(chance.randint(1, 3)):
            keys = some_keys(chance)
            send(pilot.app, *keys)
            for key in keys:
                model.press(key)
            if chance.random() < 0.5:
                await pilot.pause(chance.choice((0, 0.001, 0.02)))
        try:
            await until(pilot, lambda: field.value == model.text and held(model.text))
        except AssertionError as error:
            raise AssertionError(f"seed {seed}, burst {number}: {model.text!r} was typed, {field.value!r} is there") from error
    # keys that change no text may still be on their way, and are not for the next field
    await until(pilot, lambda: not pilot.app._queue and not pilot.app._rounds)  # type: ignore[attr-defined]


def held_by(app: CanvosApp, key: str, text: str) -> bool:
    """Whether the draft has it, in the spelling that its parser gives it."""
    answer = answer_for(fields.ASKED_BY_KEY[key], text)
    return app.draft.entry(key).text.strip() == (answer.text if isinstance(answer, d.FieldRefused) else answer.value).strip()


def seeds() -> int:
    return random.randrange(10**6)


@pytest.mark.parametrize("page", dict.fromkeys(OF_FIELD[f.key] for f in fields.ASKED))
async def test_nothing_that_is_typed_into_a_field_is_lost(make_app, full, page):
    for name, text in (("OS_DISTRIBUTION", "rhel"), ("BASE_IMAGE", "a/b:1"), ("HTTPS_PROXY", "http://p:1"), ("NO_PROXY", "b")):
        full = full.after(d.FieldAnswered(name, text))
    app = make_app(full, page=page)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.current_mode == page and app.screen.query(FieldRow))
        for key in (f.key for f in fields.ASKED if OF_FIELD[f.key] == page):
            field = app.screen.query_one(f"#{fields.BY_KEY[key].anchor}", Input)
            assert all(part.display for part in field.ancestors_with_self), f"{key} is not shown"
            await bursts(pilot, field, partial(held_by, app, key), seeds())


async def test_a_field_that_is_emptied_to_be_typed_anew_stays_until_it_is_left(make_app, full):
    app = make_app(full.after(d.FieldAnswered("BASE_IMAGE", "a/b:1")), page="os")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.current_mode == "os" and app.screen.query(FieldRow))
        field = app.screen.query_one("#base-image", Input)
        field.focus()
        await until(pilot, lambda: field.has_focus)
        send(app, "end", "ctrl+u")
        await until(pilot, lambda: not app.draft.text("BASE_IMAGE"))
        await pilot.pause()
        send(app, *"c/d")
        await until(pilot, lambda: app.draft.text("BASE_IMAGE") == "c/d")
        send(app, "ctrl+u", "tab")
        await until(pilot, lambda: not field.display or not all(part.display for part in field.ancestors))


async def test_nothing_is_lost_while_the_draft_and_what_is_known_change_all_the_time(make_app, full):
    app = make_app(full, page="image")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.current_mode == "image" and app.screen.query(FieldRow))
        field = app.screen.query_one("#image-registry", Input)
        number = 0

        def meanwhile() -> None:
            nonlocal number
            number += 1
            app.post_message(Answered(d.CheckAccepted("HOST-MEM", str(number))))
            app.post_message(Learned(RunsSeen(())))

        app.set_interval(0.002, meanwhile)
        await bursts(pilot, field, lambda text: app.draft.entry("IMAGE_REGISTRY").text.strip() == text.strip(), seeds())


async def test_what_comes_from_elsewhere_waits_until_the_field_is_left(make_app, full):
    app = make_app(full, page="image")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.current_mode == "image" and app.screen.query(FieldRow))
        field = app.screen.query_one("#custom-tag", Input)
        field.focus()
        await until(pilot, lambda: field.has_focus)
        app.post_message(Answered(d.FieldAnswered("CUSTOM_TAG", "from-elsewhere")))
        await until(pilot, lambda: app.draft.text("CUSTOM_TAG") == "from-elsewhere")
        assert field.value == "palette-learn"
        await pilot.press("tab")
        await until(pilot, lambda: field.value == "from-elsewhere")


async def test_a_letter_and_its_deletion_at_once_leave_nothing_in_the_draft(make_app, full):
    app = make_app(full, page="image")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.current_mode == "image" and app.screen.query(FieldRow))
        field = app.screen.query_one("#image-registry", Input)
        field.value = "acme-teamx"
        field.value = "acme-team"
        field.value = "acme-teamy"
        field.value = "acme-team"
        await pilot.pause()
        await until(pilot, lambda: app.draft.text("IMAGE_REGISTRY") == "acme-team")


@pytest.mark.parametrize("name", ["folder", "repository", "tag-filter"])
async def test_nothing_is_lost_on_the_page_of_the_checkout(make_app, tmp_path, full, name):
    home = tmp_path / "home"
    app = make_app(fresh().after(d.FolderChosen(home / "new", "https://example.invalid/x")), page="repo")

    def held(text: str) -> bool:
        if name == "folder":
            try:
                return bool(app.draft.folder == parse_folder(text, home))
            except InvalidValueError:
                return True
        if name == "tag-filter" or not text.strip() or text.startswith("-"):
            return True
        repository: str = app.draft.repository
        return repository == text.strip()

    async with app.run_test(size=(80, 24)) as pilot:
        await until(
            pilot, lambda: app.current_mode == "repo" and app.screen.query("#clone") and app.screen.query_one("#clone-line").display
        )
        await bursts(pilot, app.screen.query_one(f"#{name}", Input), held, seeds())


@pytest.mark.parametrize("name", ["aws-access-key-id", "aws-secret-access-key"])
async def test_nothing_is_lost_of_typed_keys(make_app, full, name):
    app = make_app(full.after(d.KeysGiven(None, full.key_source)), page="keys")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.current_mode == "keys" and app.screen.query("#test"))
        await bursts(pilot, app.screen.query_one(f"#{name}", Input), lambda _: app.draft.keys is None, seeds())


async def test_a_pair_of_keys_that_is_whole_and_broken_again_at_once_is_not_kept(make_app, full):
    app = make_app(full.after(d.KeysGiven(None, full.key_source)), page="keys")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.current_mode == "keys" and app.screen.query("#test"))
        first, second = app.screen.query_one("#aws-access-key-id", Input), app.screen.query_one("#aws-secret-access-key", Input)
        first.focus()
        await until(pilot, lambda: first.has_focus)
        send(app, *"AKIAIOSFODNN7EXAMPLE", "tab", *SECRET, "backspace")
        await until(pilot, lambda: second.value == SECRET[:-1])
        await until(pilot, lambda: app.draft.keys is None)
        send(app, SECRET[-1])
        await until(pilot, lambda: app.draft.keys is not None)


@pytest.mark.parametrize(
    "dialog",
    [
        lambda: AskText("t", "x", "old-value"),
        lambda: AskPath("t", "/tmp/old.log"),
        lambda: PickOne("t", ("one", "two"), "two"),
    ],
    ids=["text", "path", "pick"],
)
async def test_nothing_is_lost_in_a_dialog(make_app, full, dialog):
    app: CanvosApp = make_app(full, page="start")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.current_mode == "start")
        await app.push_screen(dialog())
        await until(pilot, lambda: app.screen.query(Input))
        await bursts(pilot, app.screen.query(Input).first(), lambda _: True, seeds())


@pytest.mark.parametrize(
    ("page", "key", "name"), [("check", "slash", "check-filter"), ("versions", "", "versions-filter"), ("build", "slash", "log-query")]
)
async def test_nothing_is_lost_in_a_line_that_filters_or_searches(make_app, full, page, key, name):
    app = make_app(full.after(d.SeveralChosen(True)), page=page)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.current_mode == page and app.screen.query(f"#{name}"))
        if key:
            await until(pilot, lambda: app.focused is not None)
            await pilot.press(key)
        await bursts(pilot, app.screen.query_one(f"#{name}", Input), lambda _: True, seeds())


async def test_a_tick_that_is_set_and_taken_back_at_once_is_taken_back(make_app, full):
    app = make_app(full, page="os")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.current_mode == "os" and app.screen.query("#several"))
        box = app.screen.query_one("#several", Checkbox)
        for _ in range(3):
            box.toggle()
            box.toggle()
            await pilot.pause()
        await pilot.pause(0.1)
        assert (box.value, app.draft.several) == (False, False)
