"""A few lines of a log: those around the first error, or the last ones."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from canvos_tui.core.escapes import plain

if TYPE_CHECKING:
    from canvos_tui.core.ports import Runs

BEFORE, LINES = 5, 9  # lines before the one that matters, and all of them


async def excerpt(runs: Runs, run_id: str, line: int) -> tuple[int, list[str], int]:
    """The number of the first line (from 1), the lines as plain text, and the number of the one that matters.

    `line` counts from 1; 0 asks for the end of the log, and none of its lines matters most. No lines where there is no log.
    """
    reader = runs.open_log(run_id)
    try:
        while reader.refresh() and not (line and reader.line_count > line + LINES):  # noqa: ASYNC110  a MiB at a time, so that keys are heard in between
            await asyncio.sleep(0)
        line = line if line <= reader.line_count else 0  # a log that was cut since
        first = max(0, min((line - 1 - BEFORE) if line else reader.line_count, reader.line_count - LINES))
        return first + 1, [plain(text) for text in reader.read(first, LINES)], line
    finally:
        reader.close()
