"""What holds for every test: the signals of a login shell."""

from __future__ import annotations

import signal

pytest_plugins = ("tests.allowed_skips",)
_SIGNALS = (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP, signal.SIGTERM, signal.SIGTSTP)


def pytest_configure() -> None:
    heed_signals()


def heed_signals() -> None:
    """A shell that starts us in the background, or nohup, has signals ignored, and every process that a test starts would inherit that."""
    for number in _SIGNALS:
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
