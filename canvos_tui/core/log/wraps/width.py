"""Recognises from the beginning of a text that its lines were broken, at which column, and what became of the blanks there.

It has to be certain, because a log that is not wrapped must be read as it is: a longest line there is in any text. What counts is how
the rows behind those of full width begin, beside how lines begin in this text elsewhere.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

from canvos_tui.core.log.wraps.begins import is_ruler
from canvos_tui.core.log.wraps.wrap import EDGE, Wrap, columns_of, first_word

_USUAL = (80, 90, 96, 100, 110, 120, 128, 132, 140, 150, 160)  # widths that people give to a terminal
_NARROWEST, _WIDEST = 60, 500
_OBEYED = re.compile(rb"\x1b|\r(?!\n|$)")  # what a terminal obeys is not in what is copied from it
_SHAPE = re.compile(r"[^\W_]+|\s+")
_CANDIDATES = 4
_NEAR = 4  # columns before the edge in which few rows end that are cut at it, and as many as there of a text that is not
_FEW, _HARDLY = 5, 0.01  # so many cuts let a hundredth of the rows be longer: what somebody wrote above his paste
_RATHER = 3  # so many cuts an unusual width needs
_MOST = 0.8
_ENOUGH = 4.0  # natural logarithm of how many times likelier a wrap has to be
_ONE_OF_MANY = 3.0  # the same of that the longest line has a usual width by chance
_BY_CHANCE, _NEVER = 0.05, 0.03  # shares of lines that end at the edge by themselves, and that begin as none did so far


class _Row(NamedTuple):
    raw: bytes
    text: str
    columns: int


def wrap_of(head: bytes, begins: Callable[[bytes], bool]) -> Wrap | None:
    """How the text is wrapped whose beginning this is, in whole rows; None for one that is not, or of which it cannot be said.

    `begins` says whether a line begins with a row.
    """
    rows = _rows(head)
    edge = max(row.columns for row in rows)
    if edge < _NARROWEST:
        return None
    return _filled(rows, edge) or _folded(rows, edge, begins) or _spaced(rows, edge, begins) or _cut(rows, begins)


def perhaps(text: bytes, begins: Callable[[bytes], bool]) -> tuple[Wrap, ...]:
    """How a whole text may be wrapped of which too little is seen to be certain: at its longest row, the blank behind it, or others."""
    rows = _rows(text)
    edge = max(row.columns for row in rows)
    if not _NARROWEST <= edge <= _WIDEST:
        return ()
    may = [(row, after) for row, after in pairwise(rows) if row.columns >= edge - 1 or row.text.endswith(" ")]
    on = [row for row, after in may if not begins(after.raw) and not is_ruler(row.text)]
    full = any(row.columns >= edge - 1 for row in on)
    folded = any(row.text.endswith(" ") for row in on)
    spaced = full and all(row.text.endswith(" ") for row in rows if row.columns == edge)
    ways = ((spaced, Wrap(edge - 1, spaced=True)), (full, Wrap(edge, lost=True)), (full, Wrap(edge + 1, lost=True)))
    return tuple(wrap for seen, wrap in (*ways, (folded, Wrap(edge, folded=True))) if seen)


def _rows(text: bytes) -> list[_Row]:
    """The rows of a text; none with a width where it is no copy."""
    if _OBEYED.search(text):
        return [_row(b"")]
    return [_row(row.removesuffix(b"\r")) for row in text.removesuffix(b"\n").split(b"\n")]


def _row(raw: bytes) -> _Row:
    text = raw.decode("utf-8", "replace")
    return _Row(raw, text, columns_of(text))


def _filled(rows: list[_Row], edge: int) -> Wrap | None:
    """Nearly all rows have the same width, and most of them thanks to blanks: that alone is certain."""
    blank = [row.text.endswith(" ") for row in rows if row.columns == edge]
    full = len(blank) >= max(3, _MOST * sum(bool(row.raw) for row in rows))
    return Wrap(edge, filled=True, lost=True) if full and 2 * sum(blank) >= _MOST * len(blank) else None


def _folded(rows: list[_Row], edge: int, begins: Callable[[bytes], bool]) -> Wrap | None:
    """Broken between words, as mail and editors do, with the blank left at the end of the row."""
    ends = [n for n, row in enumerate(rows[:-1]) if row.text.endswith(" ") and row.text.strip()]
    wrap = Wrap(edge, folded=True)
    on = [n for n in ends if not begins(rows[n + 1].raw) and wrap.glue(rows[n].text, rows[n + 1].text) is not None]
    before_edge = sum(rows[n].columns < edge for n in on)  # else they are cut wherever it may be
    if edge > _WIDEST or before_edge < max(1, len(on) / 2) or len(on) < _MOST * len(ends):
        return None
    widest = min(rows[n].columns + first_word(rows[n + 1].text) for n in on)
    usual = next((width for width in _USUAL if edge <= width <= widest), 0)
    return Wrap(usual or edge, folded=True) if usual or len(on) >= _RATHER else None


def _spaced(rows: list[_Row], edge: int, begins: Callable[[bytes], bool]) -> Wrap | None:
    if not all(row.text.endswith(" ") for row in rows if row.columns == edge):
        return None
    wrap = Wrap(edge - 1, spaced=True)
    return wrap if _points([_row(wrap.bare(row.raw)) for row in rows], wrap.columns, begins) >= _ENOUGH else None


def _cut(rows: list[_Row], begins: Callable[[bytes], bool]) -> Wrap | None:
    told = sorted({row.columns for row in rows if row.columns >= _NARROWEST and row.text.isascii()}, reverse=True)
    for columns in told[:_CANDIDATES]:
        if columns <= _WIDEST and _points(rows, columns, begins) >= _ENOUGH:
            return Wrap(columns, lost=not any(row.columns == columns and row.text.endswith(" ") for row in rows))
    return None


def _points(rows: list[_Row], columns: int, begins: Callable[[bytes], bool]) -> float:
    """How much speaks for a cut at that column."""
    full = [n for n, row in enumerate(rows[:-1]) if row.columns == columns and row.text.isascii() and not is_ruler(row.text)]
    full = list({(_shape(rows[n].text), _shape(rows[n + 1].text)): n for n in full}.values())  # a block of equal lines is one
    own = sum(begins(rows[n + 1].raw) for n in full)
    on = len(full) - own
    usual = columns in _USUAL
    longer = sum(row.columns > columns for row in rows if row.text.isascii())
    near = sum(columns - _NEAR <= row.columns < columns for row in rows)
    words = sum(_in_word(rows[n].text, rows[n + 1].text) for n in full)
    needed = _RATHER if not usual else 1 if words else 2
    if on < needed or own > on or near > 2 * len(full) or longer > (_HARDLY * len(rows) if on > _FEW else 0):
        return 0.0
    starts = [0, *(n + 1 for n, row in enumerate(rows[:-1]) if row.columns < columns - EDGE and rows[n + 1].raw)]
    known = (sum(begins(rows[n].raw) for n in starts) + 1) / (len(starts) + 2)
    points = on * math.log((1 - _NEVER) / max(1 - known, _NEVER)) + own * math.log(_BY_CHANCE / known) + _ONE_OF_MANY * usual
    return points + min(3.0, 0.5 * (len(full) - 1)) + min(2.0, 0.5 * words)


def _shape(text: str) -> str:
    """What is the same in lines that differ in names and numbers only."""
    return _SHAPE.sub("a", text)


def _in_word(row: str, after: str) -> bool:
    """Whether the cut goes through a word, as far as can be seen."""
    return row[-1:].isalnum() and (after[:1].islower() or after[:1].isdigit())
