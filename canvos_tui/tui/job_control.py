"""Being stopped and continued by a shell, by `kill -STOP` or by whatever freezes processes."""

from __future__ import annotations

import signal
from collections.abc import Callable
from types import FrameType
from typing import Any

from textual.app import App


def watch_stops(app: App[Any], before: Callable[[], None]) -> None:
    """Lets Textual come back only from a stop that it went into; `before` is called when one begins.

    Textual restarts its terminal at every SIGCONT. After a plain SIGSTOP, which no program sees coming, that would be a second start
    over a running one: two threads that read keys, the raw terminal taken for the user's own, and a program that never ends.
    """
    stop, go_on = signal.getsignal(signal.SIGTSTP), signal.getsignal(signal.SIGCONT)
    if not callable(stop) or not callable(go_on):
        return  # no driver with a terminal

    asleep = False

    def stopped(number: int, frame: FrameType | None) -> None:
        nonlocal asleep
        asleep = True
        before()
        stop(number, frame)

    def continued(number: int, frame: FrameType | None) -> None:
        nonlocal asleep
        if asleep:
            asleep = False
            go_on(number, frame)
        else:
            app.call_later(app.screen.refresh, layout=True)

    signal.signal(signal.SIGTSTP, stopped)
    signal.signal(signal.SIGCONT, continued)
