"""Lines of a file that grows while it is read."""

from __future__ import annotations

import random
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from canvos_tui.adapters.log_file import CLIP, STEP, LogFile
from canvos_tui.core.ports import LogReader


def opened(path: Path) -> LogFile:
    log = LogFile(path)
    while log.refresh():
        pass
    return log


def expected(data: bytes) -> list[str]:
    lines = data.split(b"\n")
    if not lines[-1]:
        lines.pop()
    return [line[:CLIP].decode("utf-8", "replace") for line in lines]


def test_it_is_a_log_reader(tmp_path: Path) -> None:
    log: LogReader = LogFile(tmp_path / "x")
    assert not log.refresh()
    assert (log.line_count, log.size, log.read(0, 10)) == (0, 0, [])
    log.close()


@pytest.mark.parametrize("size", [0, 1, 100, 65_535, 65_536, 65_537, 400_000, 3_000_000])
@pytest.mark.parametrize("kind", ["short", "long", "blank", "mixed"])
def test_any_window_of_any_file(tmp_path: Path, size: int, kind: str) -> None:
    dice = random.Random(f"{size}{kind}")
    width: dict[str, Callable[[], int]] = {
        "short": lambda: dice.randint(0, 80),
        "long": lambda: dice.randint(0, 150_000),
        "blank": lambda: 0,
        "mixed": lambda: dice.choice((0, 1, 65_535, 65_536, 30)),
    }
    parts: list[bytes] = []
    total = 0
    while total < size:
        parts.append(f"{len(parts)}:".encode()[: width[kind]()] + b"x" * width[kind]() + b"\n")
        total += len(parts[-1])
    data = b"".join(parts)[:size]
    path = tmp_path / "log"
    path.write_bytes(data)
    log = opened(path)
    lines = expected(data)
    assert log.line_count == len(lines)
    assert log.size == len(data)
    for first in {0, 1, len(lines) // 2, max(len(lines) - 3, 0), *(dice.randrange(len(lines) + 1) for _ in range(15))}:
        for count in (0, 1, 40):
            assert log.read(first, count) == lines[first : first + count]
    assert log.read(len(lines), 5) == []
    log.close()


def test_it_follows_a_growing_file_and_an_open_line(tmp_path: Path) -> None:
    path = tmp_path / "log"
    log = LogFile(path)
    assert not log.refresh()
    with path.open("ab", buffering=0) as out:
        out.write(b"one\ntw")
        assert log.refresh()
        assert (log.line_count, log.read(0, 9)) == (2, ["one", "tw"])
        assert not log.refresh()
        out.write(b"o\n")
        assert log.refresh()
        assert (log.line_count, log.read(1, 9)) == (2, ["two"])
    path.write_bytes(b"new\n")
    assert log.refresh()
    log.refresh()
    assert log.read(0, 9) == ["new"]
    log.close()


def test_a_refresh_looks_at_a_limited_part(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"0123456789abcde\n" * 200_000)
    log = LogFile(path)
    assert log.refresh()
    assert log.size == STEP
    assert log.line_count == STEP // 16
    log.close()


def test_bytes_that_are_no_text_are_shown_as_such(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"\xff\xfe a\n")
    assert opened(path).read(0, 1) == ["\ufffd\ufffd a"]


def test_a_big_file_costs_little(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"a line of a log that is of a usual length, more or less, and goes on for a bit\n" * 400_000)
    tracemalloc.start()
    began = time.perf_counter()
    log = opened(path)
    seconds = time.perf_counter() - began
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert log.line_count == 400_000
    assert held < 50_000
    assert seconds < 1.0
    began = time.perf_counter()
    for first in range(0, 400_000, 4_001):
        assert len(log.read(first, 50)) == 50 or first > 399_950
    assert time.perf_counter() - began < 1.0
    log.close()
