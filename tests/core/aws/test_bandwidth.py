"""What is a rate, and how many requests fit into it."""

from __future__ import annotations

import pytest

from canvos_tui.core.aws.bandwidth import at_once, parse_limit, rate_of
from canvos_tui.core.aws.crew import FIRST, Crew
from canvos_tui.core.errors import InvalidValueError


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("", 0),
        ("20M", 20_000_000),
        (" 20MB/s ", 20_000_000),
        ("1.5m", 1_500_000),
        ("500k", 500_000),
        ("20Mi", 20 * 2**20),
        ("1 GiB", 2**30),
        ("100000", 100_000),
    ],
)
def test_a_rate_is_in_bytes_a_second(text, rate):
    assert rate_of(parse_limit(text)) == rate


@pytest.mark.parametrize("text", ["fast", "20Mbit", "20 MM", "-1M", "99k", "0", "1e6", "٢M", "9" * 50])
def test_what_is_no_rate_is_refused_with_what_is_allowed(text):
    with pytest.raises(InvalidValueError) as caught:
        parse_limit(text)
    assert "20M" in caught.value.allowed


@pytest.mark.parametrize(("rate", "count"), [(0, 6), (100_000, 1), (1_000_000, 1), (5_000_000, 5), (100_000_000, 6)])
def test_fewer_are_under_way_at_a_lower_rate(rate, count):
    assert at_once(rate, 16 * 2**20, 20.0, 6) == count


def test_the_crew_begins_with_as_many_as_the_limit_carries():
    assert [Crew(2**19, 0.0, limit).size for limit in (0, 100_000, 300_000, 10_000_000)] == [FIRST, 1, 2, FIRST]
