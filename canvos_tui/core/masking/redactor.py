"""Masks secrets in a stream of bytes: by value in every spelling, and by shape. Nothing unmasked leaves this module.

A stream is looked at line by line, so that no split into chunks can hide a secret; a line without end is looked at in overlapping
windows. Escape sequences are looked through, because a colour may change in the middle of a secret.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from canvos_tui.core.escapes import ANY_BYTES, COLOUR_BYTES
from canvos_tui.core.masking.patterns import MARKER, Span, has_packed, spans_by_pattern
from canvos_tui.core.masking.seams import Seams
from canvos_tui.core.masking.spellings import EDGE, Masked, Needle, needles
from canvos_tui.core.values.late_pattern import pattern as late

_WINDOW = 64 * 1024  # bytes of an endless line that are looked at together
_OVERLAP = 8 * 1024
_PEM_LINES = 200  # a private key that never ends must not mask the rest of a log
_SEQUENCE = late(ANY_BYTES)
_HIDDEN = late(ANY_BYTES + rb"|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_CONTROLS = bytes(c for c in range(32) if c not in b"\t\n\r\x1b") + b"\x7f"
_KEY_BLOCK = late(rb"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----")
_KEY_TEXT = late(rb"[A-Za-z0-9+/=]{16,}")
_BREAKS = (b"\n", b"\r", b"\\\n", b" ...[")  # where a text was cut: a line, a progress report, the middle of a long line
_LEFT_OUT = b"]... "
_STARTS = (b"\n", b"\r", b" | ", _LEFT_OUT)
_SPLIT = EDGE + 4  # a shorter secret is looked for whole only
_LINE_END = 80  # bytes in which the first few characters of a secret and the colours behind them have room
_ENDS_SWALLOW = late(rb"[\n\"]")


class Redactor:
    """Masks a stream; `counts` says how often each rule was used."""

    def __init__(self, secrets: Iterable[Masked] = ()) -> None:
        self._needles: tuple[Needle, ...] = tuple(n for masked in secrets for n in needles(masked))
        self._begins = _by_edge(self._needles, slice(0, EDGE))
        self._ends = _by_edge(self._needles, slice(-EDGE, None))
        self._wary = 0  # texts in which the end of a secret may stand alone, its beginning having been cut off
        self._seams = Seams(self._needles)
        self._before = b""  # the end of what was masked last in a stream: a secret may have begun in it
        self._pending = b""
        self._swallowing = False
        self._key_lines = 0
        self._overlap = max(_OVERLAP, *(4 * len(n.text) for n in self._needles), 0)
        self._window = _WINDOW + self._overlap
        self._counts: Counter[str] = Counter()

    @property
    def counts(self) -> Mapping[str, int]:
        """How many places each rule masked."""
        return dict(self._counts)

    def feed(self, data: bytes) -> bytes:
        """The masked bytes that are certain now; the rest waits for the end of its line."""
        if self._swallowing:
            data = self._swallow(data)
        cut = data.rfind(b"\n") + 1
        out = []
        if cut:
            lines = self._pending + data[:cut]
            sure = self._sure(lines)
            out.append(self._follow(lines[:sure]))
            self._pending = lines[sure:]
        self._pending += data[cut:]
        while len(self._pending) >= self._window and not self._swallowing:
            out.append(self._force())
        return b"".join(out)

    def release(self) -> bytes:
        """The lines that waited for the next one, masked; to be called when it does not come."""
        cut = self._pending.rfind(b"\n") + 1
        lines, self._pending = self._pending[:cut], self._pending[cut:]
        return self._follow(lines)

    def flush(self) -> bytes:
        """The rest, masked; to be called once at the end of the stream."""
        rest, self._pending = self._pending, b""
        masked = self._follow(rest)
        self._before = b""
        return masked

    def expect_ends(self, texts: int) -> None:
        """The next texts may have lines whose beginning was taken away: the end of a secret may stand there alone."""
        self._wary = max(self._wary, texts)

    def mask(self, data: bytes) -> bytes:
        """These bytes by themselves, masked."""
        return self._mask(data)

    def _swallow(self, data: bytes) -> bytes:
        """Drops the rest of a secret that is longer than a window."""
        end = _ENDS_SWALLOW.search(data)
        if end is None:
            return b""
        self._swallowing = False
        return data[end.start() :]

    def _force(self) -> bytes:
        """Masks the beginning of an endless line and keeps what may belong to a secret that goes on."""
        lines_before = self._key_lines
        window = self._pending
        spans = self._raw_spans(window)
        self._key_lines = lines_before
        cut = len(window) - self._overlap
        for span in spans:
            if span.start < cut < span.end:
                cut = span.end
        if cut == len(window):  # a secret longer than the overlap: its end is still to come
            self._swallowing = True
        list(self._key_blocks(window[:cut]))
        self._pending = window[cut:]
        self._before = b""
        return self._replaced(window[:cut], [s for s in spans if s.end <= cut])

    def _sure(self, lines: bytes) -> int:
        """How much of these lines is certain now: all but the last one, if it ends with the first few characters of a secret."""
        end = _visible(lines[-_LINE_END:]).rstrip(b"\r\n")
        return lines.rfind(b"\n", 0, -1) + 1 if self._seams.may_begin(end) else len(lines)

    def _follow(self, data: bytes) -> bytes:
        """Masks the next lines of a stream; its end is kept for those behind it."""
        if not data:
            return b""
        masked = self._mask(data, self._before)
        reach = self._seams.reach
        self._before = (self._before + data)[-reach:] if reach else b""
        return masked

    def _mask(self, data: bytes, before: bytes = b"") -> bytes:
        spans = self._raw_spans(data, before)
        return self._replaced(data, spans) if spans else data

    def _replaced(self, data: bytes, spans: list[Span]) -> bytes:
        out = []
        at = 0
        for span in spans:
            self._counts[span.name] += 1
            out += [data[at : span.start], MARKER % span.name.encode(), span.keep, *COLOUR_BYTES.findall(data[span.start : span.end])]
            at = span.end
        return b"".join([*out, data[at:]])

    def _raw_spans(self, data: bytes, before: bytes = b"") -> list[Span]:
        """Where secrets are, in order and without overlaps, as positions in these very bytes; `before` came in front of them."""
        text, lead = _visible(data), _visible(before)
        joined = [Span(max(0, s.start - len(lead)), s.end - len(lead), s.name) for s in self._seams.spans(lead + text)]
        found = [*self._by_value(text), *spans_by_pattern(text), *self._key_blocks(text), *(s for s in joined if s.end > 0)]
        spans = _merged(found)
        if not spans or len(text) == len(data):
            return spans
        raw = _raw((place for s in spans for place in (s.start, s.end - 1)), text, data)
        return [Span(start, last + 1, s.name, s.keep) for s, start, last in zip(spans, raw, raw, strict=True)]

    def _by_value(self, text: bytes) -> Iterator[Span]:
        """Secrets with a known value, whole, and their beginnings and ends where a text was cut."""
        if not self._needles:
            return
        packed = has_packed(text)
        cut = self._wary > 0 or b"\r" in text or _LEFT_OUT in text
        self._wary = max(self._wary - 1, 0)
        for needle in _near(text, self._begins, packed=packed):
            for span in _beginnings(text, needle):
                if span.end - span.start < len(needle.text):
                    cut, self._wary = True, 1  # its other part comes with the next line
                yield span
        if cut:
            for needle in _near(text, self._ends, packed=packed):
                yield from _endings(text, needle)

    def _key_blocks(self, text: bytes) -> Iterator[Span]:
        """The lines of private keys."""
        if not self._key_lines and b"PRIVATE KEY-----" not in text:
            return
        at = 0
        for line in text.split(b"\n"):
            begin = _KEY_BLOCK.search(line)
            inner = begin.end() if begin else 0
            if begin or self._key_lines:
                self._key_lines = _PEM_LINES if begin else self._key_lines - 1
                end = line.find(b"-----END", inner)
                for found in _KEY_TEXT.finditer(line, inner, end if end >= 0 else len(line)):
                    yield Span(at + found.start(), at + found.end(), "private_key")
                if end >= 0:
                    self._key_lines = 0
            at += len(line) + 1


def _visible(data: bytes) -> bytes:
    """The bytes without escape sequences and control characters; what is found by its first byte goes first, that is quicker."""
    text = _SEQUENCE.sub(b"", data) if b"\x1b" in data else data
    return text.translate(None, _CONTROLS)


def _raw(places: Iterable[int], text: bytes, data: bytes) -> Iterator[int]:
    """Where these places of the visible text, in order, are in the data: no sequence holds the end of a line, so only the
    lines that have a secret are searched for what is hidden in them."""
    at = there = gone = 0  # where the line begins in both, and how much was hidden in it so far
    hidden = _HIDDEN.finditer(data)
    following = next(hidden, None)
    for place in places:
        begin = text.rfind(b"\n", at, place) + 1
        if begin > at:
            there = len(data) - len(data[there:].split(b"\n", text.count(b"\n", at, begin))[-1])
            at, gone, hidden = begin, 0, _HIDDEN.finditer(data, there)
            following = next(hidden, None)
        while following is not None and following.start() <= there + place - at + gone:
            gone += len(following[0])
            following = next(hidden, None)
        yield there + place - at + gone


def _by_edge(found: tuple[Needle, ...], edge: slice) -> dict[bytes, list[Needle]]:
    """The needles by their first or last characters, so that those with the same ones cost one search."""
    edges: dict[bytes, list[Needle]] = {}
    for needle in found:
        edges.setdefault(needle.text[edge], []).append(needle)
    return edges


def _near(text: bytes, edges: dict[bytes, list[Needle]], *, packed: bool) -> Iterator[Needle]:
    """The needles of whose beginning or end the text holds something; base64 only where the text can have any."""
    for edge, found in edges.items():
        if edge in text if packed else any(not needle.packed for needle in found) and edge in text:
            yield from found


def _beginnings(text: bytes, needle: Needle) -> Iterator[Span]:
    """Where the secret stands whole; or its beginning where the text was cut right behind."""
    word = needle.text
    keep = word[-4:] if needle.name == "aws_key_id" and needle.raw else b""
    at = text.find(word[:EDGE])
    while at >= 0:
        size = _common(text[at : at + len(word)], word)
        if size == len(word):
            yield Span(at, at + size, needle.name, keep)
        elif len(word) >= _SPLIT and _cut_after(text, at + size):
            yield Span(at, at + size, needle.name)
        at = text.find(word[:EDGE], at + 1)


def _endings(text: bytes, needle: Needle) -> Iterator[Span]:
    """Where only the end of the secret stands, behind a cut."""
    word = needle.text
    at = text.find(word[-EDGE:]) if len(word) >= _SPLIT else -1
    while at >= 0:
        end = at + EDGE
        size = _common(text[max(0, end - len(word)) : end][::-1], word[::-1])
        if size < len(word) and _cut_before(text, end - size):
            yield Span(end - size, end, needle.name)
        at = text.find(word[-EDGE:], at + 1)


def _common(one: bytes, other: bytes) -> int:
    """How many bytes both begin with."""
    for n, (a, b) in enumerate(zip(one, other, strict=False)):
        if a != b:
            return n
    return min(len(one), len(other))


def _cut_after(text: bytes, at: int) -> bool:
    return at == len(text) or text.startswith(_BREAKS, at)


def _cut_before(text: bytes, at: int) -> bool:
    return at == 0 or text.endswith(_STARTS, 0, at)


def _merged(found: list[Span]) -> list[Span]:
    """In order; overlapping ones become one with the name of the first and longest."""
    spans: list[Span] = []
    for span in sorted(found, key=lambda s: (s.start, -s.end, not s.keep)):
        if spans and span.start < spans[-1].end:
            last = spans[-1]
            if span.end > last.end:
                spans[-1] = Span(last.start, span.end, last.name)
        elif span.end > span.start:
            spans.append(span)
    return spans


def mask_text(text: str, secrets: Iterable[Masked] = ()) -> str:
    """A text with everything masked that is one of these secrets or looks like one."""
    return Redactor(secrets).mask(text.encode("utf-8", "surrogateescape")).decode("utf-8", "surrogateescape")
