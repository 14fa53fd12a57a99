"""What a user sees, and waiting for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from textual._context import visible_screen_stack
from textual.app import App
from textual.dom import DOMNode
from textual.pilot import Pilot

from tests.waiting import soon


def text_of(app: App[Any]) -> str:
    """The painted screen as text."""
    visible_screen_stack.set(list(app._background_screens))  # what shows around a dialog
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips)


async def until(pilot: Pilot[Any], ready: Callable[[], object]) -> None:
    """Waits until something holds; fails with the painted screen."""

    def held() -> object:
        found = ready()
        if not found and pilot.app._exception is not None:  # a crashed app never paints what is waited for
            raise pilot.app._exception
        return found

    await soon(held, pause=lambda: pilot.pause(0.02), said=lambda: text_of(pilot.app))


async def see(pilot: Pilot[Any], *words: str) -> str:
    """Waits until all the words are painted; the screen."""
    painted = ""

    def seen() -> bool:
        nonlocal painted
        painted = text_of(pilot.app)
        return all(word in painted for word in words)

    await until(pilot, seen)
    return painted


_WAITING = {"follow", "quit"}  # groups of workers that wait for a running build's next words, and for an answer to a question


async def settled(pilot: Pilot[Any], seconds: float = 20) -> None:
    """Waits until nothing is under way, so that the screen would stay as it is: whatever ticks has ticked, and painted the same twice."""
    painted, deadline = "", asyncio.get_running_loop().time() + seconds
    while True:
        await until(pilot, lambda: not _under_way(pilot.app))
        for node in _nodes(pilot.app):
            for timer in list(node._timers):
                if timer._repeat is None and timer._callback is not None:
                    node.call_later(timer._callback)
        await pilot.pause()
        before, painted = painted, text_of(pilot.app)
        if painted == before and not _under_way(pilot.app):
            return
        assert asyncio.get_running_loop().time() < deadline, painted


def _nodes(app: App[Any]) -> list[DOMNode]:
    """Of what lies below a question, too: it can be seen around it."""
    return [app, *(node for screen in app.screen_stack for node in screen.walk_children(with_self=True))]


def _under_way(app: App[Any]) -> bool:
    """Whether a worker runs that is not one of those that wait for the world, or a timer is set that rings once."""
    working = any(not worker.is_finished and worker.group not in _WAITING for worker in app.workers)
    return working or any(
        timer._repeat is not None and timer._task is not None and not timer._task.done() for node in _nodes(app) for timer in node._timers
    )


async def type_text(pilot: Pilot[Any], text: str) -> None:
    """Key presses for a text."""
    names = {".": "full_stop", "-": "minus", "_": "underscore", "/": "slash", "+": "plus", " ": "space", ":": "colon", "=": "equals_sign"}
    await pilot.press(*(names.get(c, c) for c in text))


async def push(pilot: Pilot[Any], selector: str) -> None:
    """Enter on a button; a button that was pushed just now ignores the key, as a user's double press would be."""
    button = pilot.app.screen.query_one(selector)
    await until(pilot, lambda: not button.has_class("-active"))
    button.focus()
    await until(pilot, lambda: button.has_focus)
    await pilot.press("enter")
