"""A disk is told of when that matters: at a step, at a warning, and when it fills up fast."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from canvos_tui.core.run.disk_trend import DiskTrend, disk_line, spark
from canvos_tui.core.run.events import DiskLevel, DiskSeen
from canvos_tui.core.text import GB

AT = datetime(2026, 11, 22, 14, 5, tzinfo=UTC)
TOTAL = 400 * GB


def played(*samples: tuple[float, float], total: int = TOTAL) -> list[DiskSeen]:
    """What is told of samples of (seconds, GB free)."""
    trend, told = DiskTrend("docker"), []
    for seconds, free in samples:
        trend, seen = trend.after(seconds, AT + timedelta(seconds=seconds), "/var/lib/docker", int(free * GB), total)
        told += [seen] if seen else []
    return told


def test_small_changes_are_not_worth_an_event() -> None:
    told = played((0, 200), (15, 199.9), (30, 199), (400, 195), (800, 191.5))
    assert [seen.free // GB for seen in told] == [200, 191]
    assert all(seen.level is DiskLevel.OK for seen in told)


def test_little_room_is_a_warning_whatever_the_rate() -> None:
    told = played((0, 21), (15, 19.5), (30, 19.4), (45, 4.9))
    assert [seen.level for seen in told] == [DiskLevel.OK, DiskLevel.LOW, DiskLevel.CRITICAL]
    assert disk_line(told[0]) == ""
    assert disk_line(told[2]) == "disk critical: 4.9 GB free in Docker's data root"


def test_a_fast_fall_is_a_warning_long_before_the_end() -> None:
    told = played(*((15.0 * n, 60 - 0.5 * n) for n in range(30)))
    first = next(seen for seen in told if seen.level is DiskLevel.LOW)
    assert first.free > 50 * GB
    assert first.full_in is not None
    assert 1500 < first.full_in < 1800
    line = disk_line(first)
    assert line.startswith("disk low: ")
    assert "-2.0 GB/min, full in 2" in line


def test_a_rate_needs_two_minutes_and_a_slow_leak_is_none() -> None:
    assert all(seen.falling == 0 for seen in played((0, 100), (15, 60), (30, 40)))
    assert all(seen.falling == 0 for seen in played((0, 25), (600, 24), (1200, 23)))


def test_room_that_comes_back_ends_the_warning() -> None:
    assert [seen.level for seen in played((0, 19), (400, 30))] == [DiskLevel.LOW, DiskLevel.OK]


def test_the_line_of_samples_marks_the_warning_point() -> None:
    samples = tuple(DiskSeen(AT, "docker", "/d", free * GB, TOTAL) for free in (100, 80, 60, 40, 19, 3))
    assert spark(samples[:1], 10) == ""
    drawn = spark(samples, 10)
    assert len(drawn) == 6
    assert drawn[-2:] == "!!"
    assert "!" not in drawn[:4]
    assert len(spark(samples, 3)) == 3
