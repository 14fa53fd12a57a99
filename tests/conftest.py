"""What holds for every test: how much it tries, the signals of a login shell, and seldom a search for garbage."""

from __future__ import annotations

import gc
import signal

import hypothesis
import pytest

from tests import samples

pytest_plugins = ("tests.allowed_skips",)
_SIGNALS = (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP, signal.SIGTERM, signal.SIGTSTP)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="try everything that the ordinary suite tries a sample of")


def pytest_configure(config: pytest.Config) -> None:
    heed_signals()
    gc.set_threshold(50_000, 20, 100)  # the modules of all tests live as long as the process, and to walk over them took a fifth of it
    samples.choose(long=config.getoption("--long"))
    # no deadline: it would measure the machine
    hypothesis.settings.register_profile("ours", deadline=None, max_examples=samples.count(100, 2000))
    hypothesis.settings.load_profile("ours")


def heed_signals() -> None:
    """A shell that starts us in the background, or nohup, has signals ignored, and every process that a test starts would inherit that."""
    for number in _SIGNALS:
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
