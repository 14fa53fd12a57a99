"""Searching a log: what the user typed as a query, and the search that finds its lines piece by piece.

Small letters find capitals too; a capital letter in the query makes it exact. `re:` in front makes it a regular expression.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from canvos_tui.core.errors import InvalidValueError

REGEX = "re:"
_SGR = re.compile(rb"\x1b\[[0-9;:]*m")
_PART = re.compile(rb"[^ |*]+")  # Earthly changes colours at these characters, so a text is looked for in such parts
_WORD = re.compile(rb"[0-9A-Za-z_\x80-\xff]+|.", re.DOTALL)  # other programs do it between words, as in `key=` and the value
_OF_COLOURS = re.compile(rb"[0-9;m\[ |*]*")  # what could stand within a colour sequence itself
# a repetition within a repetition takes time without bound on an unlucky line
_NESTED = re.compile(r"\((?:[^()\\]|\\.)*(?:[*+]|\{\d*,\d*\})(?:[^()\\]|\\.)*\)(?:[*+]|\{\d*,\d*\})")
_WILD = re.compile(r"(?:\.|\\[sSwWdD]|\])[*+]")
_WILDS = 3  # free repetitions in one expression; each more multiplies the time


@dataclass(frozen=True)
class Query:
    """A search text. By one of its `parts` a line is found before it is looked at closely, where none of `cuts` stands in the log.

    A cut is the beginning of a part with a colour behind it. Colours within a word are not looked for.
    """

    text: str
    exact: bool
    needle: bytes
    parts: tuple[bytes, ...]
    cuts: tuple[bytes, ...]
    regex: re.Pattern[bytes] | None
    shown: re.Pattern[str]  # the same for text on the screen

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where it stands in a text without colours."""
        return [found.span() for found in self.shown.finditer(text) if found.end() > found.start()]


def parse_query(text: str) -> Query:
    """The query of what was typed; InvalidValueError for an expression that is none, or that could take for ever."""
    if not text.startswith(REGEX):
        exact = any(c.isupper() for c in text)
        needle = text.encode("utf-8", "replace")
        parts = () if _OF_COLOURS.fullmatch(needle) else tuple(_PART.findall(needle))
        shown = re.compile(re.escape(text), 0 if exact else re.IGNORECASE)
        return Query(text, exact, needle, parts, _cuts(parts), None, shown)
    source = text.removeprefix(REGEX)
    if _NESTED.search(source) or len(_WILD.findall(source)) > _WILDS:
        raise InvalidValueError(
            f"`{source}` could take for ever on a long line",
            allowed=f"no repetition within a repetition, at most {_WILDS} of the kind `.*`",
            remedy="leave out what the words around it say already",
        )
    exact = any(c.isupper() for c in re.sub(r"\\.", "", source))
    try:
        regex = re.compile(source.encode("utf-8", "replace"), re.MULTILINE)
        shown = re.compile(source, 0 if exact else re.IGNORECASE)
    except re.error as error:
        raise InvalidValueError(
            f"`{source}` is no regular expression: {error.msg}", allowed="Python's syntax", remedy="leave out `re:` to find the text itself"
        ) from error
    return Query(text, exact, b"", (), (), regex, shown)


def _cuts(parts: tuple[bytes, ...]) -> tuple[bytes, ...]:
    ends = [(part, word.end()) for part in parts for word in _WORD.finditer(part)]
    return tuple(part[:end] + b"\x1b[" for part, end in ends if end < len(part))


class Search:
    """Takes the whole lines of a log piece by piece; `hits` are the numbers of those found, from 0, in order: 4 bytes each."""

    def __init__(self, query: Query) -> None:
        self.query = query
        self.hits = array("I")
        self.at = 0  # bytes of the log looked at, kept by whoever feeds
        self._lines = 0
        self._key = b""

    def feed(self, piece: bytes) -> bool:
        """Looks at the next lines; True when the first hits of all are among them."""
        none_before = not self.hits
        text = piece if self.query.exact else piece.lower()
        if self.query.regex is not None:
            self._by_regex(_SGR.sub(b"", text) if b"\x1b" in text else text, self.query.regex)
        elif self.query.parts:
            if any(cut in text for cut in self.query.cuts):
                text = _SGR.sub(b"", text)
            self._key = self._key or min(self.query.parts, key=text.count)  # the rarest part
            self._by_key(text, self._key)
        elif self.query.needle:
            self._by_key(_SGR.sub(b"", text) if b"\x1b" in text else text, self.query.needle)
        self._lines += piece.count(b"\n")
        return none_before and bool(self.hits)

    def number_of(self, line: int) -> int:
        """The number of the hit in that line, from 1; 0 when it has none."""
        at = bisect_left(self.hits, line)
        return at + 1 if at < len(self.hits) and self.hits[at] == line else 0

    def _by_key(self, text: bytes, key: bytes) -> None:
        needle = self.query.needle
        line, counted = self._lines, 0
        at = text.find(key)
        while at >= 0:
            begin = text.rfind(b"\n", 0, at) + 1
            end = text.find(b"\n", at)
            found = text[begin : end if end >= 0 else None]
            if needle in found or (b"\x1b" in found and needle in _SGR.sub(b"", found)):
                line += text.count(b"\n", counted, begin)
                counted = begin
                self.hits.append(line)
            at = text.find(key, end) if end >= 0 else -1

    def _by_regex(self, text: bytes, regex: re.Pattern[bytes]) -> None:
        line, counted = self._lines, 0
        found = regex.search(text)
        while found is not None and found.start() < len(text):
            line += text.count(b"\n", counted, found.start())
            counted = found.start()
            self.hits.append(line)
            end = text.find(b"\n", found.start())
            found = regex.search(text, end + 1) if end >= 0 else None


def after(numbers: array[int], line: int) -> int | None:
    """The first of these sorted line numbers behind `line`."""
    at = bisect_right(numbers, line)
    return numbers[at] if at < len(numbers) else None


def before(numbers: array[int], line: int) -> int | None:
    """The last of these sorted line numbers in front of `line`."""
    at = bisect_left(numbers, line)
    return numbers[at - 1] if at else None
