"""Blocks of a log: an error with what belongs to it, and the repetition of a failing step that is folded away."""

from __future__ import annotations

from array import array

from canvos_tui.core.escapes import plain
from canvos_tui.core.log.level import LogLevel, level_of
from canvos_tui.core.log.line import Kind, LogLine, parse_line
from canvos_tui.core.log.query import after, before
from canvos_tui.core.ports import LogReader

CONTEXT = 20  # lines before and behind an error
_LONGEST = 60  # lines of one error
_STEP = 200
_REPEATED = 100_000  # lines that are looked at for the end of a repetition


def error_block(reader: LogReader, line: int) -> tuple[int, int]:
    """First line and the one behind the last, of the error at `line` with 20 lines around it."""
    texts = reader.read(line, _LONGEST)
    head = parse_line(plain(texts[0])) if texts else LogLine(Kind.BLANK, "", "")
    size = 1
    for text in texts[1:]:
        told = parse_line(plain(text))
        if told.target != head.target or not _belongs(told):
            break
        size += 1
    return max(0, line - CONTEXT), min(line + size + CONTEXT, reader.line_count)


def _belongs(line: LogLine) -> bool:
    body = line.body.strip()
    return (
        line.kind is Kind.ECHO
        or level_of(line) is LogLevel.ERROR
        or body.startswith(("The command", "The internal command", "did not complete", "failed:", "was terminated"))
    )


def repetition(reader: LogReader, line: int) -> tuple[int, int]:
    """The lines to fold behind the head of a repetition at `line`: first, and the one behind the last."""
    end = at = line + 1
    while at < line + _REPEATED:
        texts = reader.read(at, _STEP)
        for text in texts:
            told = parse_line(plain(text))
            at += 1
            if told.failed:
                end = at
            elif told.kind is not Kind.BLANK:  # blank lines of a command's output have no name in front
                return line + 1, end
        if len(texts) < _STEP:
            break
    return line + 1, end


class Folds:
    """The repetitions of a log that are hidden behind their first line, until the user unfolds them."""

    def __init__(self) -> None:
        self._blocks: dict[int, tuple[int, int]] = {}  # first line -> the lines to hide
        self.open = False

    def update(self, reader: LogReader) -> bool:
        """Looks for new repetitions and for the end of those that still grow; True when something changed."""
        known = dict(self._blocks)
        for line in reader.repeats:
            if line not in known or known[line][1] >= reader.line_count - 1:
                self._blocks[line] = repetition(reader, line)
        return self._blocks != known

    @property
    def hidden(self) -> tuple[tuple[int, int], ...]:
        """First line and the one behind the last of what is hidden now."""
        return () if self.open else tuple(sorted(block for block in self._blocks.values() if block[1] > block[0]))

    def notes(self) -> dict[int, str]:
        """What stands behind the line in whose place a block is hidden."""
        return {begin - 1: f"[{end - begin} folded: u]" for begin, end in self.hidden}

    def around(self, line: int) -> tuple[int, int] | None:
        """The hidden block in which a line lies."""
        return next((block for block in self.hidden if block[0] <= line < block[1]), None)

    def beside(self, lines: array[int], line: int, way: int) -> int | None:
        """The next of these lines (or with -1 the one before) that is not hidden; None when there is none."""
        found = after(lines, line) if way > 0 else before(lines, line)
        while found is not None and (block := self.around(found)):
            found = after(lines, block[1] - 1) if way > 0 else before(lines, block[0])
        return found
