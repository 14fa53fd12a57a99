"""Keys in the order in which they were pressed, however fast they come.

Textual hands each key to the widget that has the focus as soon as it arrives. A letter acts there; a key with a binding first climbs to
the app. So of keys that come in one packet the letters act before the Home, Tab or Ctrl+K that was pressed before them. Here a key waits
until the one before it has done what it does. Letters into a field follow each other without waiting: there the order is kept already.

A mark that goes the way of a key, from the widget with the focus up to the app, tells that everything ahead of it was dealt with.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Sequence
from typing import TypeVar

from textual import events, on
from textual.dom import DOMNode
from textual.driver import Driver
from textual.message import Message
from textual.widgets import Input

from canvos_tui.tui.textual_inside import QuietlyLeavingApp

ROUNDS = 2  # the first mark follows the key, the second what the key brought about: a text changed, a button pushed, a page left
MOST = 6  # marks behind one key: each time the focus moves one more, so that the next key finds it where it comes to rest
SOON = 0.3  # seconds that a picture waits for what was typed before it
LOST = 1.0  # seconds after which a mark is not waited for any more; whoever was to pass it on is gone
Result = TypeVar("Result")


class Mark(Message, verbose=True):
    """Everything that was posted before it, along its way, was dealt with."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__()


class KeyCame(Message):
    """For the screen: a key is about to do what it does, and what was said of the one before it holds no more."""


class OrderlyApp(QuietlyLeavingApp[Result]):
    """Passes a key on when the one before it is done with."""

    def __init__(self, *, driver_class: type[Driver] | None = None) -> None:
        super().__init__(driver_class=driver_class)
        self._queue: deque[events.Event] = deque()
        self._number = 0
        self._rounds = 0  # marks still to come before the next key
        self._sent = 0  # marks since the last key
        self._stood: DOMNode | None = None  # where the last of them set out
        self._lettered = False  # whether letters went out since, without a mark

    async def pressed(self, keys: Sequence[events.Key]) -> None:
        """Passes on what was typed when nothing could take it; returns when it has done what it does, or soon."""
        if not keys:
            return
        self._caught_up = asyncio.Event()
        for key in keys:
            self.post_message(key)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._caught_up.wait(), SOON)

    _caught_up: asyncio.Event | None = None  # somebody waits for the keys

    async def on_event(self, event: events.Event) -> None:
        """Keys and pasted texts queue up; everything else goes its way."""
        if not isinstance(event, events.Key | events.Paste) or event.is_forwarded:
            await super().on_event(event)
            return
        self._queue.append(event)
        if not self._rounds:
            await self._pass_on()

    async def _pass_on(self) -> None:
        if self._focus() is None:
            self._queue.clear()  # the screens are gone: the app is ending
        while self._queue and not self._rounds:
            letter = self._is_letter(self._queue[0])
            if self._lettered and not letter:
                self._lettered = False
                self._begin()
                return
            self.screen.post_message(KeyCame())
            await super().on_event(self._queue.popleft())
            if letter:
                self._lettered = True
            else:
                self._begin()
        if self._caught_up is not None and not self._queue and not self._rounds:
            self._caught_up.set()

    def _is_letter(self, event: events.Event) -> bool:
        return isinstance(self._focus(), Input) and (not isinstance(event, events.Key) or event.is_printable)

    def _focus(self) -> DOMNode | None:
        if not self.screen_stack:
            return None
        return self.focused or self.screen

    def _begin(self) -> None:
        self._rounds, self._sent = ROUNDS, 0
        self._send()

    def _send(self) -> None:
        self._number += 1
        self._sent += 1
        self._stood = self._focus()
        mark = Mark(self._number)
        if self._stood is None or not self._stood.post_message(mark):
            self.post_message(mark)
        asyncio.get_running_loop().call_later(LOST, self._miss, self._number)

    def _miss(self, number: int) -> None:
        if self._rounds and number == self._number:
            self.post_message(Mark(number))

    @on(Mark)
    async def _came(self, event: Mark) -> None:
        if event.number != self._number or not self._rounds:
            return
        self._rounds -= 1
        if not self._rounds and self._focus() is not self._stood and self._sent < MOST:
            self._rounds = 1
        if self._rounds:
            self._send()
        else:
            await self._pass_on()
