"""Log lines as strips: colours that we make anew, search hits marked, long lines cut into rows or shifted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from rich.cells import cell_len
from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from canvos_tui.core.escapes import COLOUR, showable

_COLOURS = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
_BLANKS = 30  # columns from the end of a row in which a blank is looked for
# blinking and hidden text (5, 6, 8) are left out on purpose
_MARKS = {1: "bold", 2: "dim", 3: "italic", 4: "underline", 7: "reverse", 22: "not bold not dim", 23: "not italic", 24: "not underline"}
Spans = Sequence[tuple[int, int]]


def pieces(line: str) -> list[tuple[str, str]]:
    """Text and the colour parameters in force there, joined by semicolons from the last reset on."""
    line = showable(line)
    if "\x1b" not in line:
        return [(line, "")]
    out: list[tuple[str, str]] = []
    state, at = "", 0
    for found in COLOUR.finditer(line):
        if found.start() > at:
            out.append((line[at : found.start()], state))
        at = found.end()
        told = found[0][2:-1].replace(":", ";")
        state = "" if told in {"", "0"} else f"{state};{told}"[-200:]
    out.append((line[at:], state))
    return out


@lru_cache(maxsize=2000)
def _style(state: str) -> Style:
    """The style of colour parameters."""
    style = Style()
    codes = iter([int(code[:3] or 0) for code in state.split(";") if code.isdigit() or not code][:40])
    for code in codes:
        if code == 0:
            style = Style()
        elif code in {38, 48}:
            style += _extended(codes, background=code == 48)
        elif code in _MARKS:
            style += Style.parse(_MARKS[code])
        elif colour := _colour(code):
            style += Style(bgcolor=colour) if code // 10 in {4, 10} else Style(color=colour)
    return style


def _colour(code: int) -> str:
    tens, ones = divmod(code, 10)
    if ones < len(_COLOURS) and tens in {3, 4}:
        return _COLOURS[ones]
    if ones < len(_COLOURS) and tens in {9, 10}:
        return f"bright_{_COLOURS[ones]}"
    return "default" if code in {39, 49} else ""


def _extended(codes: Iterator[int], *, background: bool) -> Style:
    """One of 256 colours, or red, green and blue; nothing for numbers that are none."""
    take = [next(codes, -1) for _ in range(2)]
    if take[0] == 5 and 0 <= take[1] <= 255:
        colour = Color.from_ansi(take[1])
    elif take[0] == 2:
        parts = (take[1], next(codes, -1), next(codes, -1))
        if not all(0 <= part <= 255 for part in parts):
            return Style()
        colour = Color.from_rgb(*parts)
    else:
        return Style()
    return Style(bgcolor=colour) if background else Style(color=colour)


def strip_of(line: str, base: Style, spans: Spans = (), mark: Style | None = None) -> Strip:
    """The whole line; `spans` of its text get the style `mark`."""
    segments = [Segment(text, base + _style(state) if state else base) for text, state in pieces(line) if text]
    if spans and mark is not None:
        segments = _marked(segments, spans, mark)
    return Strip(segments)


def _marked(segments: list[Segment], spans: Spans, mark: Style) -> list[Segment]:
    out: list[Segment] = []
    at = 0
    for text, style, _ in segments:
        end, done = at + len(text), at
        for begin, until in spans:
            begin, until = max(begin, done), min(until, end)
            if begin < until:
                out += [Segment(text[done - at : begin - at], style), Segment(text[begin - at : until - at], (style or Style()) + mark)]
                done = until
        out.append(Segment(text[done - at :], style))
        at = end
    return [segment for segment in out if segment.text]


def rows_of(strip: Strip, width: int) -> list[Strip]:
    """The line cut into rows of at most `width` columns, at blanks where there are some near the end."""
    whole = strip.cell_length
    if whole <= width:
        return [strip]
    text = strip.text
    ends = _cuts(text, width) if text.isascii() else _wide_cuts(text, width)
    return [strip.crop(begin, end) for begin, end in zip([0, *ends], [*ends, whole], strict=True)]


def _cuts(text: str, width: int) -> list[int]:
    ends, at = [], 0
    while len(text) - at > width:
        blank = text.rfind(" ", at + max(1, width - _BLANKS), at + width)
        at = blank + 1 if blank >= 0 else at + width
        ends.append(at)
    return ends


def _wide_cuts(text: str, width: int) -> list[int]:
    """The same where characters may take two columns or none."""
    ends, cells, row, blank = [], 0, 0, 0
    for char in text:
        size = cell_len(char)
        if cells + size - row > width:
            row = blank if blank > row + width - _BLANKS else cells
            ends.append(row)
        cells += size
        if char == " ":
            blank = cells
    return ends


def filled(strip: Strip, width: int, base: Style) -> Strip:
    """Exactly `width` columns; blanks join the last segment where the style is the same, which saves bytes on the way to a terminal."""
    missing = width - strip.cell_length
    if missing <= 0:
        return strip.crop(0, width)
    segments = list(strip)
    if segments and segments[-1].style == base:
        segments[-1] = Segment(segments[-1].text + " " * missing, base)
    else:
        segments.append(Segment(" " * missing, base))
    return Strip(segments, width)
