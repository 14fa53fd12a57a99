"""One line of a terminal's output while it grows: only its first and its newest state are kept, however long its history is."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass

from canvos_tui.core.escapes import ANY_BYTES

HEAD, TAIL = 12 * 1024, 4 * 1024  # of a line that is longer than both together, so much is kept
LIMIT = HEAD + TAIL
FIRST = 512  # bytes of the first state, enough to recognise a line that is printed again
_LAYERS, _OTHERS, _STATE = 256, 50, 300  # bounds of what a redrawn list of layers may hold
ERASE = b"\x1b[2K"
_INVISIBLE = re.compile(ANY_BYTES + rb"|[\x00-\x08\x0a-\x1f\x7f]")
_CONTROLS = bytes(c for c in (*range(32), 127) if c != 9)  # the same without the sequences
_LAYER = re.compile(rb"([0-9a-f]{12}): ")
_DRAWN_LAYER = re.compile(rb"(?:\x1b\[[0-9;]*[A-Za-z])*([0-9a-f]{12}): [!-~]")
_RETURNS = re.compile(rb"\r{2,}")
_PREFIX_WIDTH, _PREFIX_FAR = 20, 200


def only_text(data: bytes) -> bytes:
    """The bytes without escape sequences and control characters."""
    return _INVISIBLE.sub(b"", data) if b"\x1b" in data else data.translate(None, _CONTROLS)


def is_visible(data: bytes) -> bool:
    """Whether anything but blanks is left after a target's name in front."""
    text = only_text(data)
    bar = text.find(b" | ", _PREFIX_WIDTH - 2, _PREFIX_FAR)
    return bool((text if bar < 0 else text[bar + 3 :]).strip())


@dataclass(frozen=True)
class Clipped:
    """A line too long to keep: its two ends and how many bytes it had."""

    head: bytes
    tail: bytes
    size: int


@dataclass(frozen=True, slots=True)
class Record:
    """A finished line; `first` is the first state that it had, `history` whether a later one took its place."""

    line: bytes | Clipped
    first: bytes
    history: bool


def newest_state(raw: bytes) -> Record:
    """The record of one whole line of a few states that erases nothing: the same that an open record would give, without following it."""
    first, begin, end = raw.partition(b"\r")[0], len(raw), len(raw)
    while begin >= 0:
        begin = raw.rfind(b"\r", 0, end)
        if is_visible(raw[begin + 1 : end]):
            break
        end = begin
    if begin < 0:
        return Record(first, first[:FIRST], history=False)
    return Record(_named(raw[begin + 1 : end], first[:FIRST]), first[:FIRST], history=True)


def _named(state: bytes, first: bytes) -> bytes:
    """A later state with the target's name: a program's own carriage return lost it, the first state has it."""
    if b" | " not in state:
        name, bar, _ = first.partition(b" | ")
        if bar and len(only_text(name)) >= _PREFIX_WIDTH:
            return name + bar + state
    return state


def drawn_list(raw: bytes) -> list[Record]:
    """The records of one whole line in which a list is drawn again and again, one for each line of the list; empty where it is none."""
    *states, rest = raw.split(b"\r")
    begin = next((n for n, state in enumerate(states) if ERASE in state), None)
    if begin is None:
        return []
    drawn = _DrawnList()
    drawn.note(next((state for state in reversed(states[:begin]) if is_visible(state)), b""))
    for state in (*states[begin:], rest):
        drawn.note(state)
    return drawn.records()


class _DrawnList:
    """The newest state of each line of a list, bounded."""

    def __init__(self) -> None:
        self._layers: dict[bytes, bytes] = {}
        self._others: deque[bytes] = deque(maxlen=_OTHERS)

    def note(self, data: bytes) -> None:
        if (begins := _DRAWN_LAYER.match(data)) and (begins[1] in self._layers or len(self._layers) < _LAYERS):
            self._layers[begins[1]] = data  # the usual case; only the newest state is looked at, in the end
            return
        text = only_text(data).strip()[:_STATE]
        if not text:
            return
        layer = _LAYER.match(text)
        if layer and (layer[1] in self._layers or len(self._layers) < _LAYERS):
            self._layers[layer[1]] = data
        else:
            self._others.append(text)

    def records(self) -> list[Record]:
        newest = (only_text(state).strip()[:_STATE] for state in self._layers.values())
        return [Record(text, b"", history=False) for text in (*newest, *self._others)]


class _Piece:
    """The bytes between two carriage returns, bounded."""

    __slots__ = ("erases", "head", "size", "start", "tail")

    def __init__(self, start: int) -> None:
        self.start = start
        self.head = bytearray()
        self.tail = bytearray()
        self.size = 0
        self.erases = False  # the sequence "erase line", the mark of a list that is redrawn in place

    def add(self, data: bytes) -> None:
        if not self.erases:
            self.erases = ERASE in data or (self.size > 0 and ERASE in bytes((self.tail or self.head)[-3:]) + data[:3])
        self.size += len(data)
        room = HEAD - len(self.head)
        if room > 0:
            self.head += data[:room]
            data = data[room:]
        if data:
            self.tail += data[-TAIL:]
            if len(self.tail) > 2 * TAIL:
                del self.tail[:-TAIL]

    def value(self) -> bytes | Clipped:
        if self.size > LIMIT:
            return Clipped(bytes(self.head), bytes(self.tail[-TAIL:]), self.size)
        return bytes(self.head + self.tail)

    def visible(self) -> bool:
        return is_visible(bytes(self.head)) or bool(only_text(bytes(self.tail)).strip())


class OpenRecord:
    """A line without its line feed: takes bytes, keeps the first state, the newest visible one and nothing between."""

    def __init__(self) -> None:
        self._size = 0
        self._first = bytearray()
        self._first_open = True
        self._current = self._zero = _Piece(0)
        self._best: _Piece | None = None
        self._drawn: _DrawnList | None = None

    def add(self, data: bytes) -> None:
        """Takes bytes that hold no line feed."""
        if self._first_open:
            head, cr, _ = data.partition(b"\r")
            self._first += head[: FIRST - len(self._first)]
            self._first_open = not cr
        last = data.rfind(b"\r")
        if last < 0:
            self._current.add(data)
        elif self._drawn is not None or self._current.erases or self._redraws(data):
            self._redraw(data)
        else:
            self._skip(data, last)
        self._size += len(data)

    def _redraws(self, data: bytes) -> bool:
        """Whether these bytes erase a line, also when the sequence was cut in two."""
        if ERASE in data:
            return True
        kept = self._current.tail or self._current.head
        return self._current.size > 0 and ERASE in bytes(kept[-3:]) + data[:3]

    def _skip(self, data: bytes, last: int) -> None:
        """Keeps the last visible state and forgets what came before it, without looking at that."""
        if b"\r\r\r" in data:
            data = _RETURNS.sub(b"\r", data)
            last = data.rfind(b"\r")
        end = last
        while True:
            begin = data.rfind(b"\r", 0, end)
            if begin < 0:
                self._current.add(data[:end])
                if self._current.visible():
                    self._best = self._current
                break
            if is_visible(data[begin + 1 : end]):
                self._best = _Piece(self._size + begin + 1)
                self._best.add(data[begin + 1 : end])
                break
            end = begin
        self._current = _Piece(self._size + last + 1)
        self._current.add(data[last + 1 :])

    def _redraw(self, data: bytes) -> None:
        """Follows a list of layers that is drawn in place, state by state."""
        *done, rest = data.split(b"\r")
        for part in done:
            self._current.add(part)
            piece, self._current = self._current, _Piece(self._size + 1)
            if self._drawn is None and not piece.erases:
                self._best = piece if piece.visible() else self._best
                continue
            if self._drawn is None:
                self._drawn = _DrawnList()
                if self._best is not None:
                    self._drawn.note(bytes(self._best.head))
            self._drawn.note(bytes(piece.head))
        self._current.add(rest)

    def _chosen(self) -> _Piece:
        """The state that a reader would see."""
        if self._current.visible():
            return self._current
        return self._best or self._zero

    def newest(self) -> bytes:
        """The newest visible text so far, with the name of its target."""
        value = self._chosen().value()
        return value.head if isinstance(value, Clipped) else value

    def so_far(self) -> Record:
        """How it began, and whether it went on by carriage returns."""
        return Record(b"", bytes(self._first), history=self._current.start > 0)

    def close(self) -> list[Record]:
        """The record, or one for each line of a redrawn list."""
        if self._drawn is not None:
            self._drawn.note(bytes(self._current.head))
            return self._drawn.records()
        chosen = self._chosen()
        value = chosen.value()
        if chosen.start and isinstance(value, bytes):
            value = _named(value, bytes(self._first))
        return [Record(value, bytes(self._first), history=chosen.start > 0)]
