"""The shapes that a page takes by the size of its window, as classes of the screen."""

from __future__ import annotations

Breakpoints = list[tuple[int, str]]  # from so many columns, or rows, on

COLUMNS: Breakpoints = [(0, "-tiny"), (60, "-narrow"), (100, "-wide")]
ROWS: Breakpoints = [(0, "-low"), (16, "-short"), (21, "-high"), (30, "-tall")]


def shape(columns: int, rows: int) -> tuple[str, str]:
    """The two classes of a window of that size. A screen that has them before it is laid out is not laid out, and painted, twice."""
    return _last(COLUMNS, columns), _last(ROWS, rows)


def too_small(columns: int, rows: int) -> bool:
    """Whether no page fits into such a window."""
    return shape(columns, rows)[0] == COLUMNS[0][1] or shape(columns, rows)[1] == ROWS[0][1]


def _last(breakpoints: Breakpoints, cells: int) -> str:
    return [name for least, name in breakpoints if least <= cells][-1]
