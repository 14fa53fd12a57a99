"""How many requests at once: more while it helps, fewer when AWS or the line pushes back."""

from __future__ import annotations

from canvos_tui.core.aws.crew import FEWEST, FIRST, MOST, Crew

BLOCK = 512 * 1024


def carry(crew: Crew, now: float, seconds: float, rate: float) -> float:
    """A line of so many bytes a second, for so long."""
    pause = BLOCK / rate
    end = now + seconds
    while now < end:
        now += pause
        crew.acknowledged(now)
    return now


def growing(crew: Crew, now: float, seconds: float) -> float:
    """A line that carries more the more are at work, 1 MB/s each."""
    end = now + seconds
    while now < end:
        now += BLOCK / (crew.size * 1e6)
        crew.acknowledged(now)
    return now


def test_it_grows_while_that_helps():
    crew = Crew(BLOCK, 0.0)
    assert crew.size == FIRST
    growing(crew, 0.0, 40.0)
    assert crew.size >= 28
    growing(crew, 100.0, 400.0)
    assert crew.size <= MOST


def test_a_slow_line_gets_no_more_than_it_carries():
    crew = Crew(BLOCK, 0.0)
    carry(crew, 0.0, 300.0, 0.35e6)
    assert crew.size == FIRST


def test_a_push_halves_once_and_holds():
    crew = Crew(BLOCK, 0.0)
    now = growing(crew, 0.0, 40.0)
    full = crew.size
    for n in range(10):  # several at once are one push
        crew.pushed_back(now + n / 100)
    assert crew.size == full // 2
    growing(crew, now, 20.0)
    assert crew.size == full // 2
    for n in range(20):
        crew.pushed_back(now + 50.0 + 3 * n)
    assert crew.size == FEWEST
