"""The few lines of a log that a failure shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from canvos_tui.adapters.log.file import LogFile
from canvos_tui.core.log.excerpt import LINES, excerpt


class Runs:
    def __init__(self, path: Path) -> None:
        self.path = path

    def open_log(self, _: str) -> LogFile:
        return LogFile(self.path)


@pytest.mark.parametrize(
    ("count", "line", "first", "at"),
    [
        (40, 30, 25, 30),
        (40, 2, 1, 2),
        (40, 40, 32, 40),
        (40, 0, 32, 0),
        (40, 41, 32, 0),  # cut since
        (3, 2, 1, 2),
        (0, 5, 1, 0),
        (200_000, 150_000, 149_995, 150_000),
    ],
)
async def test_the_lines_around_the_one_that_matters(tmp_path, count, line, first, at):
    (tmp_path / "build.log").write_text("".join(f"\x1b[31mline {n}\x1b[0m\n" for n in range(1, count + 1)))
    begins, lines, matters = await excerpt(Runs(tmp_path / "build.log"), "run", line)  # type: ignore[arg-type]
    assert (begins, matters) == (first, at)
    assert lines == [f"line {n}" for n in range(first, min(first + LINES, count + 1))]


async def test_no_log_has_no_lines(tmp_path):
    assert await excerpt(Runs(tmp_path / "gone"), "run", 7) == (1, [], 0)  # type: ignore[arg-type]
