"""Keys act in the order in which they were pressed, however fast they come."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import pytest
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.keys import key_to_character
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Input, Static

from canvos_tui.tui.key_order import Mark, OrderlyApp
from tests.tui.screen import until


class Two(Screen[None]):
    """Two fields and a key that leaves."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("f8", "go", "Go")]

    def __init__(self, name: str) -> None:
        super().__init__(name=name)

    def compose(self) -> ComposeResult:
        yield Static(self.name or "")
        yield Input("old-text", id="first", select_on_focus=False)
        yield Input(id="second", select_on_focus=False)

    def on_input_submitted(self) -> None:
        self.query_one("#second").focus()

    async def action_go(self) -> None:
        await self.app.push_screen(Two("next"))


class Plain(OrderlyApp[None]):
    async def on_mount(self) -> None:
        await self.push_screen(Two("one"))


def burst(app: OrderlyApp[None], keys: Sequence[str]) -> None:
    """All of them at once, as a terminal sends what lies in one packet."""
    for key in keys:
        app.post_message(events.Key(key, key_to_character(key) if len(key) > 1 else key))


@pytest.mark.parametrize(
    ("keys", "first", "second"),
    [
        (["home", "ctrl+k", *"new"], "new", ""),
        (["ctrl+u", *"ab", "left", *"c", "end", *"d"], "acbd", ""),
        ([*"-1", "tab", *"two", "shift+tab", "backspace", *"2"], "old-text-2", "two"),
        (["enter", *"here"], "old-text", "here"),
        (["ctrl+w", "ctrl+u", *"x", "delete", "home", "delete"], "", ""),
    ],
    ids=str,
)
async def test_a_burst_does_what_the_keys_do_one_by_one(keys, first, second):
    app = Plain()
    async with app.run_test() as pilot:
        app.screen.query_one("#first", Input).focus()
        await pilot.pause()
        burst(app, keys)
        texts = app.screen.query_one("#first", Input), app.screen.query_one("#second", Input)
        await until(pilot, lambda: not app._queue and not app._rounds)
        await pilot.pause()
        assert [field.value for field in texts] == [first, second]


async def test_what_follows_the_key_that_leaves_a_page_reaches_the_next_one():
    app = Plain()
    async with app.run_test() as pilot:
        before = app.screen
        before.query_one("#first", Input).focus()
        await pilot.pause()
        burst(app, ["x", "f8", *"on"])
        await until(pilot, lambda: app.screen.name == "next" and app.screen.query_one("#first", Input).value == "old-texton")
        assert before.query_one("#first", Input).value == "old-textx"


async def test_a_mark_that_never_comes_stops_nothing(monkeypatch):
    monkeypatch.setattr("canvos_tui.tui.key_order.LOST", 0.01)
    app, passed_on, swallowed = Plain(), Input.post_message, []

    def swallows(self: Input, message: Message) -> bool:
        if isinstance(message, Mark):
            swallowed.append(message)
            return True
        return passed_on(self, message)

    async with app.run_test() as pilot:
        before = app.screen
        before.query_one("#first", Input).focus()
        await pilot.pause()
        monkeypatch.setattr(Input, "post_message", swallows)
        burst(app, ["home", "f8"])
        await until(pilot, lambda: app.screen is not before)
        assert swallowed, "the key went on without them"
        assert not app._queue


async def test_keys_that_still_wait_when_the_screens_are_gone_are_dropped():
    app = Plain()
    async with app.run_test():
        stack = app._screen_stack
        kept = list(stack)
        app._queue.append(events.Key("f8", None))
        stack.clear()
        try:
            await app._pass_on()
        finally:
            stack.extend(kept)
        assert not app._queue
