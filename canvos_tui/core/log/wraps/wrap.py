"""How the lines of a text were broken, and what joins two rows of it."""

from __future__ import annotations

from unicodedata import combining, east_asian_width

from canvos_tui.core.values import dataclass

EDGE = 3  # columns before the edge in which blanks at the end of a row may have been taken away


@dataclass(frozen=True)
class Wrap:
    """Where the rows end, and what the copy did with the blanks there.

    `filled`: blanks up to the edge, `spaced`: one behind it, `lost`: they may have been taken away, `folded`: cut behind blanks only.
    """

    columns: int
    filled: bool = False
    spaced: bool = False
    lost: bool = False
    folded: bool = False

    def bare(self, row: bytes) -> bytes:
        """The row without what the copy put behind it."""
        if self.filled:
            return row.rstrip(b" ")
        return row[:-1] if self.spaced and row.endswith(b" ") and columns_of(row.decode("utf-8", "replace")) > self.columns else row

    def glue(self, row: str, after: str) -> str | None:
        """What stood between a row and the one behind it that begins no line; None where they are no line."""
        size = columns_of(row)
        missing = self.columns - size
        if self.folded:
            return "" if missing == 0 or (row.endswith(" ") and size + first_word(after) > self.columns) else None
        if missing == 0 or (missing == 1 and columns_of(after[:1]) > 1):
            return ""
        if self.lost and 0 < missing <= EDGE and after[:2].strip():  # where more blanks follow, a line that is set in begins
            return " " * missing
        return "" if len(row) == self.columns else None  # terminals do not agree about the width of every sign


def columns_of(text: str) -> int:
    """The columns that a text takes in a terminal."""
    if "\t" in text:
        text = text.expandtabs()
    if text.isascii():
        return len(text)
    return sum(0 if combining(c) or "\ufe00" <= c <= "\ufe0f" else 2 if east_asian_width(c) in "WF" else 1 for c in text)


def first_word(text: str) -> int:
    """The columns of a text up to its second word."""
    return columns_of(text) - columns_of(text.lstrip(" ").partition(" ")[2].lstrip(" "))
