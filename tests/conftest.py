"""What holds for every test: how much it tries, the signals of a login shell, and seldom a search for garbage."""

from __future__ import annotations

import gc
import os
import signal

import hypothesis
import pytest

from tests import no_name_server, samples
from tests.doubles import warm_supervisor

_EARLY = 0.6  # of a worker's share
pytest_plugins = ("tests.allowed_skips",)
_SIGNALS = (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP, signal.SIGTERM, signal.SIGTSTP)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="try everything that the ordinary suite tries a sample of")


def pytest_configure(config: pytest.Config) -> None:
    heed_signals()
    no_name_server.answer_for_the_name_server()
    gc.set_threshold(50_000, 20, 100)  # the modules of all tests live as long as the process, and to walk over them took a fifth of it
    samples.choose(long=config.getoption("--long"))
    # no deadline: it would measure the machine
    hypothesis.settings.register_profile("ours", deadline=None, max_examples=samples.count(100, 2000))
    hypothesis.settings.load_profile("ours")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What is marked `long` waits for the long run.

    With several workers: those that take many seconds lie within the first part of each worker's share, so that none ends alone.

    A worker gets a piece of the list in one, and takes from the others' when it is done (`--dist worksteal`).
    """
    if not config.getoption("--long"):
        _leave_out(config, items)
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    if workers > 1:
        slow = [item for item in items if item.get_closest_marker("slow")]
        quick = [item for item in items if not item.get_closest_marker("slow")]
        items[:] = [item for n in range(workers) for item in _mixed(slow[n::workers], quick[n::workers])]


def _leave_out(config: pytest.Config, items: list[pytest.Item]) -> None:
    left = [item for item in items if item.get_closest_marker("long")]
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if not item.get_closest_marker("long")]


def _mixed(slow: list[pytest.Item], quick: list[pytest.Item]) -> list[pytest.Item]:
    found, room = list(quick), int(len(quick) * _EARLY)
    for number, item in reversed(list(enumerate(slow))):
        found.insert(room * number // len(slow), item)
    return found


@pytest.fixture(autouse=True)
def supervisors_that_are_warm(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that a test starts within its own process gets its supervisor in no time, unless the test is marked `cold`."""
    if request.node.get_closest_marker("cold") is None:
        warm_supervisor.use(monkeypatch)


def pytest_sessionfinish() -> None:
    """Looks for garbage once: pytest does it five times, to hear what objects complain of when they go."""
    gc.collect()
    gc.freeze()


def heed_signals() -> None:
    """A shell that starts us in the background, or nohup, has signals ignored, and every process that a test starts would inherit that."""
    for number in _SIGNALS:
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
