"""Joins the rows of a wrapped text to lines, a piece at a time, and keeps where each line begins in the text as it was given."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from canvos_tui.core.log.wraps.begins import Begins, goes_on_drawn, is_ruler
from canvos_tui.core.log.wraps.hidden import covers, uncovers
from canvos_tui.core.log.wraps.width import perhaps, wrap_of
from canvos_tui.core.log.wraps.wrap import Wrap

HEAD = 1 << 16  # bytes by which a wrap is recognised
_ROWS = 400  # of one line; what is longer is no line


class Joined:
    """The rows of a text as lines; `wrap` is how it is wrapped, where somebody knows that.

    `text` is a small text that was left as it is although it may be wrapped, and `doubts` are the ways in which it may be. `secret`
    is whether one was cut in two where a given wrap has a seam.
    """

    def __init__(self, stamps: Sequence[re.Pattern[bytes]] = (), wrap: Wrap | None = None) -> None:
        self.text = b""
        self.doubts: tuple[Wrap, ...] = ()
        self._begins = Begins(stamps)
        self._wrap = wrap
        self._tried = wrap is not None
        self.secret = False
        self._lines = 0  # that have begun
        self._before = ""  # the row before
        self._rows = 0  # of the line so far
        self._seams: array[int] = array("Q")  # for each row that was joined the number of its line

    @property
    def columns(self) -> int:
        """Where the rows were cut that were joined."""
        return self._wrap.columns if self._wrap is not None and self._seams else 0

    def placed(self, lines: list[tuple[int, str]]) -> list[tuple[int, str]]:
        """The same lines, each with the number that the row has in the given text with which it begins."""
        return [(number + bisect_left(self._seams, number), text) for number, text in lines] if self._seams else lines

    def parts(self, given: Iterable[bytes]) -> Iterator[bytes]:
        """The text with its lines joined; the very same parts where it is not wrapped."""
        source, kept, size = iter(given), [], 0
        while size < HEAD and (part := next(source, None)) is not None:
            kept.append(part)
            size += len(part)
        head = b"".join(kept)
        wrap = self._wrap = self._wrap or wrap_of(head if size < HEAD else head[: head.rfind(b"\n") + 1], self._begins)
        if wrap is None and size < HEAD:
            self.text, self.doubts = head, perhaps(head, self._begins)
        yield from chain(kept, source) if wrap is None else self._joined(wrap, chain([head], source))

    def _joined(self, wrap: Wrap, parts: Iterator[bytes]) -> Iterator[bytes]:
        rest = b""
        for part in parts:
            *rows, rest = (rest + part).split(b"\n")
            if rows:
                yield b"".join([self._next(wrap, wrap.bare(row.removesuffix(b"\r"))) for row in rows])
            if len(rest) > HEAD:  # no terminal has printed this
                yield b"\n" + rest
                yield from parts
                return
        yield self._next(wrap, wrap.bare(rest.removesuffix(b"\r"))) if rest else b"\n"

    def _next(self, wrap: Wrap, row: bytes) -> bytes:
        """What the next row adds to the text: its end is written with the one behind it."""
        text = row.decode("utf-8", "replace")
        glue = self._glue(wrap, row, text) if self._lines else ""
        self._before = text
        if glue is not None:
            self._rows += 1
            if self._lines:
                self._seams.append(self._lines)
            self._lines = max(self._lines, 1)
            return glue.encode() + row
        self._rows = 1
        self._lines += 1
        return b"\n" + row

    def _glue(self, wrap: Wrap, row: bytes, text: str) -> str | None:
        """What stood between the row before and this one that goes on with it; None when a line begins here."""
        if not self._before or self._rows >= _ROWS:
            return None
        if is_ruler(self._before):
            return "" if goes_on_drawn(self._before, text) and wrap.glue(self._before, text) == "" else None
        glue = wrap.glue(self._before, text)
        if glue is None or self._begins(row):
            return None
        before = self._before.encode()
        self.secret = self.secret or (self._tried and covers(before, glue.encode() + row))
        return glue or (" " if uncovers(before, row) else "")
