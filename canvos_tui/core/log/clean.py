"""Turns the bytes of a terminal into clean lines: progress collapsed to its last state, nothing left that could move a cursor.

The build tool prints an unfinished line again and again, whole, with a cursor-up before it; one upload can grow to gigabytes that way.
So history is thrown away as it arrives: the memory held is bounded, the time is linear, and how the bytes were cut into chunks never
changes a line.
"""

from __future__ import annotations

import re

from canvos_tui.core.escapes import OTHER_BYTES, OTHER_START_BYTES
from canvos_tui.core.log.record import (
    ERASE,
    FIRST,
    HEAD,
    LIMIT,
    Clipped,
    OpenRecord,
    Record,
    drawn_list,
    is_visible,
    newest_state,
    only_text,
)

_UP = re.compile(rb"\x1b\[\d*A")
_DROP = re.compile(OTHER_BYTES + rb"|[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f]")
_CONTROLS = bytes(c for c in range(32) if c not in b"\t\n\x1b") + b"\x7f"
_C1 = re.compile(rb"\xc2[\x80-\x9f]")
_TRANSIENT = re.compile(rb"\[[ 1-9-]{10}\] {1,3}\d|Completed [\d.]+ ?[KMGT]?i?B?")
_BLANK_NEAR = 1024  # how far a cut looks for a blank, so that no word is cut in two


def sanitize(data: bytes) -> bytes:
    """Valid UTF-8 without any control character but tab, line feed and colour sequences."""
    if len(data.translate(None, _CONTROLS)) != len(data) or OTHER_START_BYTES.search(data):
        data = _DROP.sub(b"", data)
    try:
        data.decode()
    except UnicodeDecodeError:
        data = data.decode("utf-8", "replace").encode()
    return _C1.sub(b"", data) if b"\xc2" in data else data


def _head(data: bytes) -> bytes:
    """The kept beginning of a clipped line, ending where a word ends if one ends near."""
    blank = data.rfind(b" ", len(data) - _BLANK_NEAR)
    return sanitize(data[:blank] if blank > 0 else data)


def _tail(data: bytes) -> bytes:
    """The kept end of a clipped line, beginning where a word begins."""
    blank = data.find(b" ", 0, _BLANK_NEAR)
    return sanitize(data[blank + 1 :])


def _clipped(piece: Clipped) -> bytes:
    """A line that is too long, with the number of bytes left out in its middle."""
    head, tail = _head(piece.head), _tail(piece.tail)
    return b"%s ...[%d bytes left out]... %s" % (head, piece.size - len(piece.head) - len(piece.tail), tail)


def _prefix(text: bytes) -> bytes | None:
    """What stands before the first ` | `, None where there is none."""
    before, bar, _ = text.partition(b" | ")
    return before if bar else None


class LogCleaner:
    """Feed bytes as they come; get finished lines without their line feeds, as valid UTF-8 with colours."""

    def __init__(self) -> None:
        self._open: OpenRecord | None = None
        self._held: Record | None = None
        self._shortened = False

    def took_away(self) -> bool:
        """Whether a line since the last call lost its beginning to a later state of it; its start is the middle of what was printed."""
        told, self._shortened = self._shortened, False
        return told

    @property
    def holds(self) -> bool:
        """Whether a line is held back, which the next one may replace."""
        return self._held is not None

    def feed_line(self, line: bytes) -> list[bytes]:
        """The same as `feed` for one whole line without its line feed, where the one before had its end, too."""
        return self._settle(_whole(line))

    def feed_plain(self, block: bytes) -> list[bytes]:
        """The same for whole lines with nothing in them that redraws, nor a carriage return."""
        *lines, last = block[:-1].split(b"\n")
        if max(map(len, lines), default=0) > LIMIT or len(last) > LIMIT:
            return self.feed(block)
        before = [] if self._held is None else [_text(self._held)]
        self._held = Record(last, last[:FIRST], history=False)
        return before + sanitize(block[: len(block) - len(last) - 2]).split(b"\n") if lines else before

    def feed(self, data: bytes) -> list[bytes]:
        """The lines that are final after these bytes; the newest record is held back, the next one may replace it."""
        end = data.rfind(b"\n")
        if end < 0:
            self._append(data)
            return []
        done: list[Record] = []
        block = data[:end]
        if self._open is not None:
            first, _, block = block.partition(b"\n")
            self._open.add(first)
            done += self._open.close()
            self._open = None
            if len(first) == end:
                self._append(data[end + 1 :])
                return self._settle(done)
        lines = self._settle(done)
        lines += self._plain(block) or self._settle([record for line in block.split(b"\n") for record in _whole(line)])
        self._append(data[end + 1 :])
        return lines

    def _plain(self, block: bytes) -> list[bytes]:
        """The short way for complete lines none of which redraws anything; empty when there is such a line or only one."""
        block = block.replace(b"\r\r\n", b"\n").replace(b"\r\n", b"\n").rstrip(b"\r")
        if b"\r" in block or b"\n" not in block or ERASE in block or _UP.search(block) or max(map(len, block.split(b"\n"))) > LIMIT:
            return []
        return self.feed_plain(block + b"\n")

    def _append(self, data: bytes) -> None:
        """Keeps bytes of a line that has no end yet."""
        if data:
            self._open = self._open or OpenRecord()
            self._open.add(data)

    def _settle(self, records: list[Record]) -> list[bytes]:
        """Lines of all these records but the last, which is held, and but those replaced by their follower."""
        lines: list[bytes] = []
        clipped: dict[int, bytes] = {}
        held = self._held
        for record in records:
            self._shortened = self._shortened or record.history
            if held is not None and not _replaces(record, held):
                if isinstance(held.line, Clipped):
                    clipped[len(lines)] = _clipped(held.line)
                    lines.append(b"")
                else:
                    lines.append(held.line)
            held = record
        self._held = held
        if not lines:
            return []
        cleaned = sanitize(b"\n".join(lines)).split(b"\n")
        for at, line in clipped.items():
            cleaned[at] = line
        return cleaned

    def idle(self) -> list[bytes]:
        """To be called when no line came for a while: the held one, unless it is progress or what comes may take its place."""
        held = self._held
        if held is None or (self._open is not None and _may_replace(self._open.so_far(), held)):
            return []
        if held.history or _TRANSIENT.search(_text(held)[:FIRST]):
            return []
        self._held = None
        return [_text(held)]

    def peek(self) -> bytes:
        """The newest text, also of a line that has no end yet; it is not stored by that."""
        if self._open is not None and (text := self._open.newest()):
            return sanitize(text)
        return _text(self._held) if self._held is not None else b""

    def flush(self) -> list[bytes]:
        """What is left at the end of the stream."""
        records = self._open.close() if self._open is not None else []
        self._open = None
        lines = self._settle(records)
        if self._held is not None:
            lines.append(_text(self._held))
            self._held = None
        return lines


def _text(record: Record) -> bytes:
    return _clipped(record.line) if isinstance(record.line, Clipped) else sanitize(record.line)


def _whole(raw: bytes) -> list[Record]:
    """The records of one complete line; the short way for a line that has nothing special in it."""
    line = raw.rstrip(b"\r")
    if len(line) <= HEAD and ERASE not in line:
        return [newest_state(line) if b"\r" in line else Record(line, line[:FIRST], history=False)]
    if len(raw) <= HEAD and (records := drawn_list(raw)):
        return records
    record = OpenRecord()
    record.add(raw)
    return record.close()


def _replaces(new: Record, held: Record) -> bool:
    """Whether a terminal would show `new` in the place of `held`.

    Either the cursor goes up at the start of the body, or the new line begins with the very text of the held one and went on by
    carriage returns: then the held one is a part of it.
    """
    if up := _UP.search(new.first):
        before = new.first[: up.start()]
        if is_visible(before):
            return False  # somewhere in a text, not at its start
        return _prefix(new.first) == _prefix(held.first)
    if not new.history:
        return False
    begun = only_text(new.first)
    return begun != b"" and begun == only_text(held.first) and is_visible(begun)


def _may_replace(begun: Record, held: Record) -> bool:
    """The same for a line that has only begun."""
    return not is_visible(begun.first) or only_text(held.first).startswith(only_text(begun.first)) or _replaces(begun, held)
