"""Waiting in tests: until something holds. Nobody sleeps for a time that was guessed; the deadline is for faults alone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")
PATIENCE = 30.0  # seconds; a loaded machine takes its time, and whoever waits in vain does so once
_LOOK = 0.02


def _never() -> str:
    return "it never came to be"


def until(
    what: Callable[[], T | None],
    seconds: float = PATIENCE,
    *,
    pause: Callable[[], object] = lambda: time.sleep(_LOOK),
    said: Callable[[], str] = _never,
) -> T:
    """Asks again and again until the answer is true, and gives it; `pause` lets time pass between, `said` is for who waits in vain."""
    deadline = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < deadline, said()
        pause()
    return found


async def soon(
    what: Callable[[], T | None],
    seconds: float = PATIENCE,
    *,
    pause: Callable[[], Awaitable[object]] = lambda: asyncio.sleep(_LOOK),
    said: Callable[[], str] = _never,
) -> T:
    """The same on an event loop."""

    async def ask() -> T | None:
        return what()

    return await answered(ask, seconds, pause=pause, said=said)


async def answered(
    ask: Callable[[], Awaitable[T | None]],
    seconds: float = PATIENCE,
    *,
    pause: Callable[[], Awaitable[object]] = lambda: asyncio.sleep(_LOOK),
    said: Callable[[], str] = _never,
) -> T:
    """The same for a question whose answer is awaited."""
    deadline = time.monotonic() + seconds
    while not (found := await ask()):
        assert time.monotonic() < deadline, said()
        await pause()
    return found
