"""What a reader sees of a terminal's bytes."""

from __future__ import annotations

import random
import re
import time
import tracemalloc
from pathlib import Path

import pytest

from canvos_tui.core.log.clean import LogCleaner, sanitize
from tests import samples
from tests.logs import CHUNKS, EARTHLY, LOGS, chunks

NAME = b"\x1b[36m    +aws-cloud-image\x1b[0m | "
FORBIDDEN = re.compile(rb"\x1b(?!\[[0-9;:]*m)|[\x00-\x08\x0a-\x1a\x1c-\x1f\x7f]|\xc2[\x80-\x9f]")


def clean(data: bytes, size: int = 65536, seed: int = 1) -> list[bytes]:
    cleaner = LogCleaner()
    lines = [line for chunk in chunks(data, size, seed) for line in cleaner.feed(chunk)]
    return lines + cleaner.flush()


@pytest.mark.parametrize("path", LOGS, ids=lambda p: p.stem)
def test_how_the_bytes_arrive_never_changes_a_line(path: Path) -> None:
    data = path.read_bytes()
    whole = clean(data, len(data))
    for size in samples.every(CHUNKS, lambda: CHUNKS[::3]):
        assert clean(data, size) == whole, size
    assert not any(FORBIDDEN.search(line) for line in whole)
    assert len(whole) > 50


def test_any_mixture_of_bytes_gives_the_same_lines_in_any_chunks() -> None:
    parts = [b"\r", b"\n", b"\r\r\n", b"\x1b[2K", b"\x1b[A", b"abc", b" ", b"\x1b[31m", NAME, b"\xe2\x82\xac", b"\xc2", b"\x9b", b"\0"]
    parts += [b"\x1b", b"0123456789ab: ", b"Waiting", b"x" * 700, b"y" * 9000, b"\x1b]0;", b"\x07"]
    dice = random.Random(7)
    for seed in range(120):
        data = b"".join(dice.choice(parts) for _ in range(dice.randint(1, 40)))
        whole = clean(data, len(data) or 1)
        for size in (1, 3, 0):
            assert clean(data, size, seed) == whole, data
        for line in whole:
            line.decode()
            assert not FORBIDDEN.search(line)


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (b"one\r\ntwo\r\r\nthree", [b"one", b"two", b"three"]),
        (b"a\n\nb\n", [b"a", b"", b"b"]),
        (b"10%\r50%\r100%\r\n", [b"100%"]),
        (b"50%\r    \r\r\n", [b"50%"]),
        (b"\x1b[31mred\x1b[0m \x1b[2J\x1b[1;1Hx\x1b]0;title\x07y\x1bPq1\x1b\\z\n", [b"\x1b[31mred\x1b[0m xyz"]),
        (b"a\x00b\x08c\x7f\td\n", [b"abc\td"]),
        (b"\xc2\x9b31mx \xff\xfe y\n", ["31mx \ufffd\ufffd y".encode()]),
        (b"\xc2\x00\x9b31mx\n", [b"31mx"]),
        (b"price \xe2\x82\xac\n", ["price €".encode()]),
        (NAME + b"[1         ]  12% RUN x\n" + NAME + b"\x1b[A[--        ]  20% RUN x\x1b[K\n", [NAME + b"[--        ]  20% RUN x"]),
        (b"other\n" + NAME + b"\x1b[Anew\n", [b"other", NAME + b"new"]),
        (NAME + b"say \x1b[Ahello\n" + NAME + b"say \x1b[Aagain\n", [NAME + b"say hello", NAME + b"say again"]),
        (NAME + b"a\r\n" + NAME + b"a\r" + NAME + b"b\r\r\n", [NAME + b"b"]),
        (NAME + b"a\r\n" + NAME + b"a\r\n", [NAME + b"a", NAME + b"a"]),
        (NAME + b"first\rsecond\n", [NAME + b"second"]),
    ],
)
def test_a_line_is_what_a_terminal_would_show(data: bytes, lines: list[bytes]) -> None:
    assert clean(data) == lines
    assert clean(data, 1) == lines


def test_a_redrawn_list_of_layers_becomes_its_last_states() -> None:
    lines = clean((EARTHLY / "success-v4.10.0.log").read_bytes())
    layers = [line for line in lines if re.match(rb"[0-9a-f]{12}: ", line)]
    assert sum(line.endswith(b": Pull complete") for line in layers) == 10
    assert not any(b"[==" in line or b"Extracting" in line for line in lines)
    assert any(line.startswith(b"Digest: sha256:") for line in lines)
    assert not any(b"Completed " in line for line in lines)
    assert sum(b"upload: ./kairos" in line for line in lines) == 1


def test_a_long_line_keeps_both_ends_and_says_how_much_went() -> None:
    (line,) = clean(b"begin " + b"word " * 200_000 + b"end\n")
    assert line.startswith(b"begin word")
    assert line.endswith(b"word end")
    found = re.search(rb" \.\.\.\[(\d+) bytes left out\]\.\.\. ", line)
    assert found
    assert len(line) < 17_000
    assert int(found[1]) == 6 + 1_000_000 + 3 - 16 * 1024


def storm(updates: int) -> bytes:
    """What the build tool prints for a program that reports by carriage returns: the whole line so far, again and again."""
    line = b""
    parts = []
    for n in range(updates):
        line += (NAME if n else b"") + b"Completed %d.0 MiB/900.0 MiB (65.6 MiB/s) with 1 file(s) remaining \r" % n
        parts.append(NAME + b"\x1b[A" + line + b"\r\n")
    return b"".join(parts)


def test_a_storm_of_progress_is_one_line_in_linear_time_and_little_memory() -> None:
    updates = samples.count(400, 1000)
    data = storm(updates)
    cleaner = LogCleaner()
    tracemalloc.start()
    began = time.thread_time()
    lines = [line for at in range(0, len(data), 65536) for line in cleaner.feed(data[at : at + 65536])]
    seconds = time.thread_time() - began
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert b"Completed %d.0 MiB" % (updates - 1) in cleaner.peek()
    assert lines + cleaner.flush() == [NAME + b"Completed %d.0 MiB/900.0 MiB (65.6 MiB/s) with 1 file(s) remaining " % (updates - 1)]
    assert peak < 2_000_000
    assert len(data) / seconds > 50_000_000


def test_a_line_without_end_needs_no_memory() -> None:
    cleaner = LogCleaner()
    block = b"x" * 65536
    tracemalloc.start()
    for _ in range(samples.count(400, 1600)):
        assert cleaner.feed(block) == []
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_000_000
    (line,) = cleaner.flush()
    assert len(line) < 17_000


def test_the_newest_text_can_be_seen_before_its_line_ends() -> None:
    cleaner = LogCleaner()
    assert cleaner.feed(b"done\n" + NAME + b"Completed 1.0 MiB/64.0 MiB") == []
    assert cleaner.peek() == NAME + b"Completed 1.0 MiB/64.0 MiB"
    cleaner.feed(b" (1 MiB/s)\rComp")
    assert cleaner.peek() == b"Comp"
    assert cleaner.flush() == [b"done", NAME + b"Comp"]


def test_the_held_line_comes_out_when_nothing_follows_but_progress_stays() -> None:
    cleaner = LogCleaner()
    assert cleaner.feed(b"+ set -u\r\n") == []
    assert cleaner.idle() == [b"+ set -u"]
    assert cleaner.idle() == []
    cleaner.feed(NAME + b"Completed 1.0 MiB/64.0 MiB (1.0 MiB/s) with 1 file(s) remaining\r\r\n")
    assert cleaner.idle() == []
    assert b"Completed" in cleaner.peek()
    assert len(cleaner.flush()) == 1


@pytest.mark.parametrize(
    ("begun", "goes"),
    [
        (NAME + b"Completed 1.0 MiB\r", True),
        (NAME + b"next", True),
        (NAME + b"\x1b[Afirst", False),  # printed anew in its place
        (NAME + b"first\r", False),  # the same line, and there is more of it
        (NAME + b"fir", False),
        (NAME, False),
    ],
)
def test_the_held_line_comes_out_above_an_open_one_that_cannot_take_its_place(begun: bytes, goes: bool) -> None:
    cleaner = LogCleaner()
    assert cleaner.feed(NAME + b"first\n" + begun) == []
    assert cleaner.idle() == ([NAME + b"first"] if goes else [])


def test_sanitizing_leaves_colours_and_text() -> None:
    assert sanitize(b"\x1b[1;31mx\x1b[m\x1b") == b"\x1b[1;31mx\x1b[m"
