from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canvos_tui.core.text import Whole, ago, at_home, clip, elapsed, folded, middle, size


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (4_100_000_000, "4.1 GB"), (310_000_000, "310 MB"), (10**13, "10.0 TB")],
)
def test_sizes_are_decimal(count, text):
    assert size(count) == text


def test_durations_and_ages():
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert [elapsed(s) for s in (48, 751, 3723, -1)] == ["0:48", "12:31", "1:02:03", "0:00"]
    assert [ago(now, now - timedelta(seconds=s)) for s in (12, 300, 7200, 130000, 300000, -5)] == [
        "12 s ago",
        "5 min ago",
        "2 h ago",
        "36 h ago",
        "3 days ago",
        "0 s ago",
    ]


@given(st.integers(0, 10**7), st.integers(0, 10**7))
def test_what_is_older_never_looks_younger(one, other):
    now, unit = datetime(2026, 11, 23, 12, tzinfo=UTC), {"s": 1, "min": 60, "h": 3600, "days": 86400}
    told = [ago(now, now - timedelta(seconds=age)).split() for age in sorted((one, other))]
    younger, older = (int(number) * unit[name] for number, name, _ in told)
    assert younger <= older


def test_the_own_folder_is_called_as_a_shell_calls_it():
    assert at_home("/home/alice/CanvOS", "/home/alice") == "~/CanvOS"
    assert at_home("/home/alice", "/home/alice/") == "~"
    assert at_home("/home/alice2/CanvOS", "/home/alice") == "/home/alice2/CanvOS"
    assert at_home("/srv/CanvOS", "") == "/srv/CanvOS"


def test_long_texts_are_cut_where_they_tell_least():
    assert clip("abcdefgh", 6) == "abc..."
    assert middle("/home/alice/very/long/path/CanvOS", 20).endswith("th/CanvOS")
    assert len(middle("x" * 100, 20)) == 20


def test_a_line_that_is_too_long_is_folded_below_its_text() -> None:
    long = ["cause  a full disk on this machine", "line 963  one two three four five six", "READY SO FAR for now, and on and on"]
    lines = [*long, "short", "", "          deep in it as words"]
    assert list(folded(lines, 30)) == [
        *("cause  a full disk on this", "       machine"),
        *("line 963  one two three four", "          five six"),
        *("READY SO FAR for now, and on", "  and on"),
        "short",
        "",
        "          deep in it as words",
    ]
    assert list(folded(lines[-1:], 24)) == ["          deep in it as", "          words"]
    assert list(folded(lines, 0)) == lines
    command = Whole("            $ docker run --rm --privileged alpine true")
    assert list(folded([command], 24)) == [command]
