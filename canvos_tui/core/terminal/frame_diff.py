"""What a frame changes on the terminal, and no more: a slow line carries a page in the time of a row.

A frame is what Textual writes for one update: places (CUP), styles (SGR, each whole and ended by a reset), links (OSC 8), texts. It holds
every cell of the widgets that were painted, changed or not. What stands on the terminal is remembered here cell by cell; cells that
would get what they have are left out, and of a style only what is new is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import field
from functools import lru_cache
from typing import NamedTuple
from unicodedata import combining, east_asian_width

from canvos_tui.core.values import dataclass

_CUP, _SGR, _LINK, _END, _TEXT = range(1, 6)  # the groups below
_TOKEN = re.compile(r"\x1b\[(\d+;\d+)H|\x1b\[([\d;]*)m|\x1b\](8;[^\x07\x1b]*)\x1b\\|(\r?\n)|([^\x00-\x1f\x7f\x80-\x9f]+)")
_SGRS = re.compile(r"\x1b\[([\d;]*)m")
_FRAME = re.compile(r"\x1b\[\d+;\d+H")
_ANEW = ("\x1b[?1049", "\x1b[2J", "\x1bc")  # after these nothing stands where it stood
_NEAR = 8  # cells between two changes that cost less than to say where the second begins
_EXTENDED = {"2": 5, "5": 3}  # how many numbers a colour takes, by the second of them
_NO_LINK = "8;;"

Style = tuple[str, str]  # the numbers of the SGR, and the OSC 8
NO_STYLE = ("", _NO_LINK)


class _Run(NamedTuple):
    """A text in one style; row and column count from 1, column 0 goes on where the run before it ended. `narrow`: a cell a character."""

    row: int
    column: int
    text: str
    style: Style
    narrow: bool = True


@dataclass
class _Row:
    chars: list[str] = field(default_factory=list)  # "" for what is not known, and for the right half of a wide character
    styles: list[Style | None] = field(default_factory=list)
    plain: bool = True  # each cell holds one character; only then a part of the row can be left out

    def reach(self, end: int) -> None:
        """At least that many cells."""
        if (missing := end - len(self.chars)) > 0:
            self.chars += [""] * missing
            self.styles += [None] * missing


class FrameDiff:
    """Remembers one terminal; what is written to it must all go through `passed`. Without `colours` none goes out (no-color.org)."""

    def __init__(self, *, colours: bool = True) -> None:
        self._colours = colours
        self._rows: dict[int, _Row] = {}
        self._cursor: tuple[int, int] | None = None  # where the last frame left it

    def forget(self) -> None:
        """Nothing is known of the terminal: it has another size, or somebody else wrote to it."""
        self._rows.clear()
        self._cursor = None

    def passed(self, data: str) -> str:
        """The same for the eye, in fewer characters; what is no frame passes as it is."""
        if not _FRAME.match(data):
            if any(word in data for word in _ANEW):
                self.forget()
            return data
        if not self._colours:
            data = _SGRS.sub(lambda found: f"\x1b[{_uncoloured(found[1])}m", data)
        runs = _runs(data)
        if runs is None:  # something that is not understood may have moved anything
            self.forget()
            return data
        pen = _Pen()
        for run in runs[:-1]:
            self._draw(pen, run)
        end = runs[-1]
        if pen.out or self._cursor != (end.row, end.column):
            pen.leave(end)
        self._cursor = (end.row, end.column)
        return "".join(pen.out)

    def _draw(self, pen: _Pen, run: _Run) -> None:
        row, column, text, style = self._rows.setdefault(run.row, _Row()), run.column, run.text, run.style
        if not run.narrow or not row.plain:
            row.plain = False
            pen.write(run)
            return
        cells, end = list(text), column + len(text)
        row.reach(end)
        for start, stop in _changed(row.chars[column:end], row.styles[column:end], cells, style):
            pen.write(_Run(run.row, column + start, text[start:stop], style))
        row.chars[column:end] = cells
        row.styles[column:end] = [style] * len(cells)


def _runs(data: str) -> list[_Run] | None:
    """Each piece of text; the last, empty, is where the cursor ends. None for what is no plain frame."""
    found: list[_Run] = []
    at, row, column, sgr, link = 0, 0, 0, "", _NO_LINK
    while at < len(data):
        token = _TOKEN.match(data, at)
        if token is None:
            return None
        at = token.end()
        match token.lastindex:
            case 1:
                row, column = map(int, token[_CUP].split(";"))
            case 2:
                sgr = token[_SGR] if token[_SGR].strip("0") else ""
            case 3:
                link = token[_LINK] if not token[_LINK].endswith(";") else _NO_LINK
            case 4:
                row = 0  # the next text has to say where it stands
            case _:
                if not row:
                    return None
                text = token[_TEXT]
                narrow = column > 0 and _narrow(text)
                found.append(_Run(row, column, text, (sgr, link), narrow))
                column = column + len(text) if narrow else 0
    return [*found, _Run(row, column, "", NO_STYLE)] if row and column else None


def _changed(chars: list[str], styles: list[Style | None], cells: list[str], style: Style) -> Iterator[tuple[int, int]]:
    """Stretches, from and to before, in which a cell gets something else; those that lie near to each other are one."""
    same = styles.count(style)
    if not same:  # a page that is new: nothing in it stays, and nobody has to look cell by cell
        yield 0, len(cells)
        return
    if chars == cells and same == len(styles):
        return
    start = stop = -1
    for n, (char, worn) in enumerate(zip(chars, styles, strict=True)):
        if char == cells[n] and worn == style:
            continue
        if start >= 0 and n - stop > _NEAR:
            yield start, stop
            start = n
        start, stop = (n if start < 0 else start), n + 1
    yield start, stop


class _Pen:
    """Writes what is new; knows where the cursor stands and which style is on, but neither at the start of a frame."""

    def __init__(self) -> None:
        self.out: list[str] = []
        self._at: tuple[int, int] | None = None
        self._style: Style = NO_STYLE  # every frame ends without one

    def write(self, run: _Run) -> None:
        if run.column and self._at != (run.row, run.column):
            self.out.append(f"\x1b[{run.row};{run.column}H")
        self._wear(run.style)
        self.out.append(run.text)
        self._at = (run.row, run.column + len(run.text)) if run.column and run.narrow else None

    def leave(self, end: _Run) -> None:
        self._wear(NO_STYLE)
        self.out.append(f"\x1b[{end.row};{end.column}H")

    def _wear(self, style: Style) -> None:
        if style[1] != self._style[1]:
            self.out.append(f"\x1b]{style[1]}\x1b\\")
        self.out.append(_change(self._style[0], style[0]))
        self._style = style


@lru_cache(maxsize=4096)
def _change(worn: str, wanted: str) -> str:
    """The SGR that makes one style of another; empty where they are the same."""
    if worn == wanted:
        return ""
    (was, fore, back), (marks, front, ground) = _parts(worn), _parts(wanted)
    if not wanted or not set(was) <= set(marks):
        return f"\x1b[0;{wanted}m" if wanted else "\x1b[0m"
    said = [mark for mark in marks if mark not in was]
    said += [front or "39"] if front != fore else []
    said += [ground or "49"] if ground != back else []
    return f"\x1b[{';'.join(said)}m"


def _uncoloured(sgr: str) -> str:
    return ";".join(_parts(sgr)[0])


@lru_cache(maxsize=4096)
def _parts(sgr: str) -> tuple[tuple[str, ...], str, str]:
    """Attributes, foreground and background of a style."""
    numbers = sgr.split(";") if sgr else []
    marks, fore, back = [], "", ""
    while numbers:
        first = numbers[0]
        count = _EXTENDED.get(numbers[1] if len(numbers) > 1 else "", 1) if first in {"38", "48"} else 1
        said, numbers = ";".join(numbers[:count]), numbers[count:]
        if first == "38" or first in _FORE:
            fore = said
        elif first == "48" or first in _BACK:
            back = said
        else:
            marks.append(said)
    return tuple(marks), fore, back


_FORE = {str(n) for n in (*range(30, 38), 39, *range(90, 98))}
_BACK = {str(n) for n in (*range(40, 48), 49, *range(100, 108))}


def _narrow(text: str) -> bool:
    """Whether each character takes one cell on every terminal, as far as anybody knows."""
    return text.isascii() or all(map(_one_cell, text))


# Latin, Greek and Cyrillic; punctuation; currencies; arrows to mathematics; boxes and shapes; marks
_SURE = (
    (0x20, 0x2FF),
    (0x370, 0x52F),
    (0x2010, 0x2027),
    (0x2030, 0x205E),
    (0x20A0, 0x20BF),
    (0x2190, 0x22FF),
    (0x2500, 0x25FF),
    (0x2700, 0x27BF),
)


@lru_cache(maxsize=4096)
def _one_cell(char: str) -> bool:
    known = any(first <= ord(char) <= last for first, last in _SURE)
    return known and char.isprintable() and not combining(char) and east_asian_width(char) not in {"W", "F"}
