"""A run counts on, whatever is done to the machine's clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from canvos_tui.adapters.runs.clock import RunClock, boot_id, skew_of, steady


class Hands:
    """A clock on the wall and the time that really passes."""

    def __init__(self) -> None:
        self.wall, self.passed = 1_700_000_000.0, 50.0

    def wait(self, seconds: float) -> None:
        self.wall += seconds
        self.passed += seconds


def test_a_clock_that_is_set_moves_nothing_and_is_noticed() -> None:
    hands = Hands()
    clock = RunClock(lambda: hands.wall, lambda: hands.passed)
    start = clock.now()
    assert start == datetime.fromtimestamp(1_700_000_000, UTC)
    hands.wait(60)
    hands.wall -= 7200
    hands.wait(60)
    assert clock.now() - start == timedelta(seconds=120)
    assert clock.skew() == -7200
    hands.wall += 10_000
    assert clock.now() - start == timedelta(seconds=120)
    assert clock.skew() == 2800


def test_another_process_finds_the_same_skew() -> None:
    clock = RunClock()
    assert abs(skew_of(clock.wall0, clock.steady0)) < 1
    assert abs(skew_of(clock.wall0 + 3600, clock.steady0) + 3600) < 1
    assert steady() >= clock.steady0
    assert boot_id() == boot_id()
