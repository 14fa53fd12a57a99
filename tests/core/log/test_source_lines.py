"""Lines of a file are taken many at once where nothing is drawn over: with the same lines and numbers as one by one."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canvos_tui.core.log import source_lines
from canvos_tui.core.log.source_lines import SourceLines

LOGS = sorted((Path(__file__).parents[2] / "data" / "earthly").glob("*.log"))
PARTS = [b"one", b" two", b"\n", b"\n", b"\n", b"\r\n", b"\r", b"\x1b[1A", b"\x1b[K", b"+base | ", b"\x1b[32m", b"***", b"50%"]


def at_once(data: bytes) -> list[tuple[int, str]]:
    lines = SourceLines()
    return lines.feed(data) + lines.flush()


def one_by_one(data: bytes) -> list[tuple[int, str]]:
    lines = SourceLines()
    *whole, rest = data.split(b"\n")
    found = [got for line in whole for got in lines.feed(line + b"\n")]
    return found + lines.feed(rest) + lines.flush()


@given(st.lists(st.sampled_from(PARTS), max_size=40))
def test_any_text(parts: list[bytes]) -> None:
    data = b"".join(parts)
    assert at_once(data) == one_by_one(data)
    whole = data[: data.rfind(b"\n") + 1]
    pieces = list(source_lines._pieces(whole, source_lines._REDRAWN))
    assert b"".join(piece + b"\n" * redrawn for redrawn, _, piece in pieces) == whole
    assert sum(count for _, count, _ in pieces) == whole.count(b"\n")


@pytest.mark.parametrize("path", LOGS, ids=lambda path: path.stem)
def test_the_real_logs(path: Path) -> None:
    data = path.read_bytes()
    found = at_once(data)
    assert len(found) > 100
    assert found == one_by_one(data)


def test_the_line_behind_one_that_was_drawn_over_and_left_nothing() -> None:
    data = b"\t\x1b[2K\r\n\x1b[2K\r\n \nplain\nmore\n"
    assert at_once(data) == one_by_one(data)
