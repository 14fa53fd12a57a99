"""Cleans and masks a log from a file and keeps the number that each line has in that file, so that an editor finds it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from canvos_tui.core.log.pipe import LogPipe

_REDRAWN = re.compile(rb"\r(?![\r\n]|$)|\x1b\[\d*[AK]")


class SourceLines:
    """Bytes of a file in, cleaned lines and their numbers out. Where lines were printed again, the number is that of the last time."""

    def __init__(self) -> None:
        self._pipe = LogPipe()
        self._ended = 0  # lines of the file that have ended; the pipe holds the last one back

    @property
    def counts(self) -> Mapping[str, int]:
        """How many places each rule masked."""
        return self._pipe.counts

    def feed(self, data: bytes) -> list[tuple[int, str]]:
        """The lines that are final after these bytes."""
        end = data.rfind(b"\n") + 1
        whole, rest = data[:end], data[end:]
        found = [line for piece in _pieces(whole) for line in self._take(piece)]
        if rest:
            self._pipe.feed(rest)  # a line that has not ended gives nothing yet
        return found

    def flush(self) -> list[tuple[int, str]]:
        """The rest, at the end of the file."""
        return self._numbered(self._pipe.flush(), self._ended + 1)

    def _take(self, piece: bytes) -> list[tuple[int, str]]:
        last = self._ended + piece.count(b"\n")
        found = self._numbered(self._pipe.feed(piece), last)
        self._ended = last
        return found

    def _numbered(self, lines: bytes, last: int) -> list[tuple[int, str]]:
        """The first of these lines is the one that was held back."""
        texts = lines.decode("utf-8", "replace").removesuffix("\n").split("\n") if lines else []
        first = max(self._ended, 1)
        return [(min(first + n, last), text) for n, text in enumerate(texts)]


def _pieces(whole: bytes) -> Iterator[bytes]:
    """Each line that is drawn over one by itself; between them each line of the file becomes one line, and many are taken at once.

    The first of those is taken by itself, too: a line that was drawn over may have left none that is held back.
    """
    at = 0
    while at < len(whole):
        redrawn = _REDRAWN.search(whole, at)
        start = whole.rfind(b"\n", at, redrawn.start()) + 1 or at if redrawn else len(whole)
        first = whole.index(b"\n", at) + 1
        yield whole[at:first]
        if first < start:
            yield whole[first:start]
        at = max(first, start)
