"""A command as rows that a mouse can copy: it goes on after a `\\`, and is broken only where a shell reads the same as before."""

from __future__ import annotations

import re
from collections.abc import Iterator

from canvos_tui.core.values import dataclass
from canvos_tui.core.values.late_pattern import pattern

COPIES = "c copies"  # stands beside a row that is cut, two columns apart
_GOES_ON = " \\"
# what must stay in one piece: quotes, a comment, a document that follows; only the blanks between such pieces may become a line end
_TOKEN = pattern(
    r"""'[^']*(?:'|\Z) | "(?:\\.|[^"\\])*(?:"|\Z) | (?<!\S)\#[^\n]* | <<.* | \\. | (?P<blanks>[ \t]+) | .""", re.DOTALL | re.VERBOSE
)


@dataclass(frozen=True)
class CommandRow:
    """One row; `cut` where a piece is longer than the row, so that only the key copies the whole."""

    text: str
    cut: bool = False

    @property
    def goes_on(self) -> bool:
        """Whether the next row is of the same command."""
        return self.text.endswith(_GOES_ON)


def command_rows(command: str, room: int) -> Iterator[CommandRow]:
    """The command in rows of at most `room` columns."""
    blanks = {m.start(): m.end() for m in _TOKEN.finditer(command) if m["blanks"]}
    at = 0
    for line in command.split("\n"):
        yield from _rows(list(_pieces(line, at, blanks)), room)
        at += len(line) + 1


def _pieces(line: str, at: int, blanks: dict[int, int]) -> Iterator[str]:
    """The line, which starts at that place of the command, in what may be apart; each with the blanks before it."""
    breaks = [start - at for start in blanks if at < start < at + len(line)]
    for start, end in zip([0, *breaks], [*breaks, len(line)], strict=True):
        yield line[start:end]


def _rows(pieces: list[str], room: int) -> Iterator[CommandRow]:
    row = ""
    for number, piece in enumerate(pieces):
        more = len(_GOES_ON) if number < len(pieces) - 1 else 0
        if row and len(row) + len(piece) + more > room:
            yield _row(row.rstrip() + _GOES_ON, room)
            row = piece.lstrip()
        else:
            row += piece
    yield _row(row.rstrip(), room)


def _row(text: str, room: int) -> CommandRow:
    if len(text) <= room:
        return CommandRow(text)
    return CommandRow(f"{text[: max(1, room - len(COPIES) - 3)]}…", cut=True)
