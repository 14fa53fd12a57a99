"""Cleans and masks a log from a file and keeps the number that each line has in that file, so that an editor finds it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from canvos_tui.core.escapes import COLOUR_BYTES
from canvos_tui.core.log.clean import LogCleaner
from canvos_tui.core.log.record import ERASE
from canvos_tui.core.masking.redactor import Redactor

_REDRAWN = (re.compile(rb"\r(?![\r\n]|$)"), re.compile(rb"\x1b\[\d*[AK]"))  # in a line that is drawn over
_RESET = b"\x1b[0m"  # every second colour is this one, and taken out quicker
_ERASE = re.compile(rb"K(?<=%b)" % re.escape(ERASE))
_MOVED = (re.compile(rb"\r"), _REDRAWN[1])  # the same where no line ends with a carriage return


class SourceLines:
    """Bytes of a file in, cleaned lines and their numbers out. Where lines were printed again, the number is that of the last time.

    `plain` takes the colours out, too, but for lines that are nothing else.
    """

    def __init__(self, *, plain: bool = False) -> None:
        self._plain = plain
        self._cleaner = LogCleaner()
        self._redactor = Redactor()
        self._ended = 0  # lines of the file that have ended
        self._open = False  # whether the file's newest line has no end yet
        self._lines: list[bytes] = []  # cleaned, and not masked yet
        self._numbers: list[int] = []

    @property
    def counts(self) -> Mapping[str, int]:
        """How many places each rule masked."""
        return self._redactor.counts

    def feed(self, data: bytes) -> list[tuple[int, str]]:
        """The lines that are final after these bytes."""
        end = data.rfind(b"\n") + 1
        at = 0
        if self._open and end:
            at = data.index(b"\n") + 1
            self._take(1, self._cleaner.feed, data[:at])
        clean: Callable[[bytes], list[bytes]] = self._whole_lines
        block, signs = data[at:end], _REDRAWN
        if _ERASE.search(block) is None:
            block, signs = block.replace(b"\r\r\n", b"\n").replace(b"\r\n", b"\n"), _MOVED
            clean = self._cleaner.feed_plain
        for redrawn, count, piece in _pieces(block, signs):
            self._take(count, self._cleaner.feed_line if redrawn else clean, piece)
        if end < len(data):
            self._cleaner.feed(data[end:])  # a line that has not ended gives nothing yet
        self._open = end < len(data) or (self._open and not end)
        return self._masked()

    def _whole_lines(self, piece: bytes) -> list[bytes]:
        """Cleans lines in which nothing is drawn over, but that may end with carriage returns, too."""
        if b"\r" in piece:
            piece = piece.replace(b"\r\r\n", b"\n").replace(b"\r\n", b"\n")
        return self._cleaner.feed(piece) if b"\r" in piece else self._cleaner.feed_plain(piece)

    def flush(self) -> list[tuple[int, str]]:
        """The rest, at the end of the file."""
        self._take(1, lambda _: self._cleaner.flush(), b"")
        return self._masked()

    def _take(self, count: int, clean: Callable[[bytes], list[bytes]], data: bytes) -> None:
        """Cleans so many lines of the file; the first that comes out is the one that was held back, if one was."""
        first, last = self._ended + (not self._cleaner.holds), self._ended + count
        self._ended = last
        if lines := clean(data):
            self._lines += lines
            if len(lines) == 1:
                self._numbers.append(first)
            elif len(lines) <= last + 1 - first:
                self._numbers += range(first, first + len(lines))
            else:
                self._numbers += [min(first + n, last) for n in range(len(lines))]

    def _masked(self) -> list[tuple[int, str]]:
        """All of them at once: none of a file's secrets is known by its value, so that no line waits for the next one."""
        if not self._lines:
            return []
        text = b"\n".join(self._lines)
        if self._plain and b"\x1b" in text:
            text = self._bare(text)
        masked = self._redactor.feed(text + b"\n").decode("utf-8", "replace")
        found = list(zip(self._numbers, masked.removesuffix("\n").split("\n"), strict=True))
        self._lines, self._numbers = [], []
        return found

    def _bare(self, text: bytes) -> bytes:
        """The lines without colours, but for those that are nothing else."""
        bare = COLOUR_BYTES.sub(b"", text.replace(_RESET, b""))
        if bare and not (bare.startswith(b"\n") or bare.endswith(b"\n") or b"\n\n" in bare):
            return bare  # each line says something
        return b"\n".join([line or coloured for line, coloured in zip(bare.split(b"\n"), self._lines, strict=True)])


def _pieces(whole: bytes, signs: Sequence[re.Pattern[bytes]]) -> Iterator[tuple[bool, int, bytes]]:
    """Each line that has a sign, by itself and without its end; between them each line becomes one line, and many are taken at once.

    With each piece whether it has a sign, and how many lines it has.
    """
    first, second = signs
    at, one, two, size = 0, -1, -1, len(whole)
    while at < size:
        if one < at:
            one = found.start() if (found := first.search(whole, at)) else size
        if two < at:
            two = found.start() if (found := second.search(whole, at)) else size
        drawn = min(one, two)
        start = whole.rfind(b"\n", at, drawn) + 1 or at if drawn < size else drawn
        if at < start:
            yield False, whole.count(b"\n", at, start), whole[at:start]
        at = start
        if drawn < size:
            at = whole.index(b"\n", drawn) + 1
            yield True, 1, whole[start : at - 1]
