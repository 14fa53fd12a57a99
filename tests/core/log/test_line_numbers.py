"""Lines keep their numbers whatever was left out between them, and those that follow one another cost nothing."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from canvos_tui.core.log.line_numbers import LineNumbers


@given(st.lists(st.lists(st.integers(1, 50), max_size=6), max_size=8))
def test_each_line_has_the_number_that_it_came_with(batches: list[list[int]]) -> None:
    numbers, came = LineNumbers(), [number for batch in batches for number in batch]
    for batch in batches:
        numbers.add(batch)
    assert [numbers.of(line) for line in range(1, len(came) + 1)] == came
    assert [numbers.of(line) for line in (-1, 0, len(came) + 1)] == [0, 0, 0]


def test_a_log_without_gaps_is_one_run() -> None:
    numbers = LineNumbers()
    for first in range(1, 100_000, 1000):
        numbers.add(list(range(first, first + 1000)))
    assert (len(numbers._firsts), numbers.of(99_999)) == (1, 99_999)
