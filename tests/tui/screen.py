"""What a user sees, and waiting for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from textual.app import App
from textual.pilot import Pilot


def text_of(app: App[Any]) -> str:
    """The painted screen as text."""
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips)


async def until(pilot: Pilot[Any], ready: Callable[[], object], seconds: float = 8) -> None:
    """Waits until something holds; fails with the painted screen."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not ready():
        if pilot.app._exception is not None:  # a crashed app never paints what is waited for
            raise pilot.app._exception
        assert asyncio.get_running_loop().time() < deadline, text_of(pilot.app)
        await pilot.pause(0.02)


async def see(pilot: Pilot[Any], *words: str) -> str:
    """Waits until all the words are painted; the screen."""
    await until(pilot, lambda: all(w in text_of(pilot.app) for w in words))
    return text_of(pilot.app)


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
