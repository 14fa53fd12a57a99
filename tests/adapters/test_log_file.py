"""Lines of a file that grows while it is read."""

from __future__ import annotations

import random
import struct
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from canvos_tui.adapters.log.file import CLIP, REPEAT, STEP, LogFile
from canvos_tui.adapters.log.times import TimesWriter, times_path
from canvos_tui.core.errors import FilesError
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
    log = opened(path)
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert log.line_count == 400_000
    assert held < 50_000
    for first in range(0, 400_000, 4_001):
        assert len(log.read(first, 50)) == 50 or first > 399_950
    log.close()


async def scanned(log: LogFile, at: int = 0, stop: Callable[[bytes], bool] = lambda _: False) -> tuple[bytes, list[int]]:
    pieces: list[bytes] = []

    def look(piece: bytes, byte: int) -> bool:
        assert log.line_at(byte) == log.path.read_bytes().count(b"\n", 0, byte)
        pieces.append(piece)
        return stop(piece)

    reached = [byte async for byte in log.scan(at, look)]
    return b"".join(pieces), reached


async def test_a_scan_gives_every_whole_line_in_order(tmp_path: Path) -> None:
    dice = random.Random(8)
    data = b"".join(b"%d:" % n + b"x" * dice.choice((0, 5, 300, 20_000)) + b"\n" for n in range(3000)) + b"open"
    path = tmp_path / "log"
    path.write_bytes(data)
    log = opened(path)
    found, reached = await scanned(log)
    assert found == data.removesuffix(b"open")
    assert reached[-1] == len(found)
    half = data.index(b"\n1500:") + 1
    assert (await scanned(log, half))[0] == found[half:]
    log.close()


async def test_a_scan_tells_at_once_when_something_was_found(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"a usual line of a log\n" * 200_000)
    log = opened(path)
    _, reached = await scanned(log, 0, lambda piece: True)
    assert len(reached) > 10
    assert reached == sorted(set(reached))
    log.close()


async def test_a_scan_clips_a_line_without_end_and_goes_on_behind_it(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"one\n" + b"x" * 9_000_000 + b"\ntwo\n")
    log = opened(path)
    found, reached = await scanned(log)
    one, long, two = found.splitlines()
    assert (one, two) == (b"one", b"two")
    assert 1_000_000 < len(long) < 1_500_000
    assert reached[-1] == log.size
    log.close()


async def test_a_scan_of_a_file_that_is_gone_ends(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"one\n")
    log = opened(path)
    path.unlink()
    assert await scanned(log) == (b"", [])
    log.close()


async def test_a_log_is_saved_but_never_over_a_file_without_leave(tmp_path: Path) -> None:
    path, target = tmp_path / "log", tmp_path / "out" / "copy.log"
    path.write_bytes(b"one\n")
    target.parent.mkdir()
    log = opened(path)
    assert await log.save(target)
    assert target.read_bytes() == b"one\n"
    assert target.stat().st_mode & 0o777 == 0o600
    target.write_bytes(b"mine")
    assert not await log.save(target)
    assert target.read_bytes() == b"mine"
    assert await log.save(target, overwrite=True)
    assert target.read_bytes() == b"one\n"
    for wrong in (tmp_path / "none" / "copy.log", tmp_path, path):
        with pytest.raises(FilesError) as caught:
            await log.save(wrong, overwrite=True)
        assert caught.value.remedy
    assert path.read_bytes() == b"one\n"
    assert sorted(p.name for p in target.parent.iterdir()) == ["copy.log"]
    log.close()


def test_the_places_where_a_failure_is_repeated_are_known(tmp_path: Path) -> None:
    path = tmp_path / "log"
    word = b"+x *failed* | " + REPEAT + b"...\n"
    filler = b"-" * 63 + b"\n"
    for before in (0, 1, STEP // 64 - 1, STEP // 64, STEP // 64 + 3):
        # so that the word lies on the border between two looks
        path.write_bytes(filler * before + word + filler * 3 + word)
        log = opened(path)
        assert log.repeats == (before, before + 4)
        log.close()
    for shift in range(60):
        path.write_bytes(b"-" * (STEP - shift - 1) + b"\n" + word)
        log = opened(path)
        assert log.repeats == (1,)
        log.close()


def test_lines_know_when_they_came(tmp_path: Path) -> None:
    path = tmp_path / "build.log"
    path.write_bytes(b"a\nb\nc\nd\n")
    log = opened(path)
    log.refresh_times()
    assert log.time_of(0) is None
    mark = struct.Struct("<QQ")
    times_path(path).write_bytes(mark.pack(0, 1_000_000) + mark.pack(2, 9_500_250) + b"half")
    log.refresh_times()
    seconds = [known.timestamp() if (known := log.time_of(line)) else None for line in range(5)]
    assert seconds == [1000.0, 1000.0, 9500.25, 9500.25, 9500.25]
    log.close()


def test_times_are_marked_sparsely_and_in_order(tmp_path: Path) -> None:
    path = tmp_path / "build.log"
    writer, began = TimesWriter(path), time.time()
    for _ in range(1000):
        writer.stored(b"one\ntwo\n")
    writer.begin_anew()
    writer.stored(b"x\n")
    writer.close()
    assert times_path(path).stat().st_size <= 16 * 20
    assert times_path(path).stat().st_mode & 0o777 == 0o600
    log = opened(path)
    log.refresh_times()
    first = log.time_of(0)
    assert first is not None
    assert abs(first.timestamp() - began) < 60
