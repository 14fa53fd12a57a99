"""Searching a log: what the user typed as a query, and the search that finds its lines piece by piece.

Small letters find capitals too; a capital letter in the query makes it exact. `re:` in front makes it a regular expression.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable

from canvos_tui.core.errors import InvalidValueError
from canvos_tui.core.escapes import COLOUR_BYTES
from canvos_tui.core.log.literals import split_words, words_of_regex
from canvos_tui.core.values import dataclass

REGEX = "re:"
_IN_COLOURS = b"0123456789;:m["  # of these a colour sequence consists
_COLOURS = b"(?:%s)*" % COLOUR_BYTES.pattern
_MANY = 200  # lines of one piece looked at closely, after which the word to skim by is chosen anew
_NOWHERE = b"\n"  # stands in no line
_DENSE = 4  # where one line in so many has a hit, going from line to line is faster than from hit to hit
_WHOLE = 16  # pieces that are read whole before a word is looked for once more
_RARE = 0.04  # share of lines; what stands in more of them is no word to skim by
# a repetition within a repetition takes time without bound on an unlucky line
_NESTED = re.compile(r"\((?:[^()\\]|\\.)*(?:[*+]|\{\d*,\d*\})(?:[^()\\]|\\.)*\)(?:[*+]|\{\d*,\d*\})")
_WILD = re.compile(r"(?:\.|\\[sSwWdD]|\])[*+]")
_WILDS = 3  # free repetitions in one expression; each more multiplies the time


@dataclass(frozen=True)
class Query:
    """A search text. Each of its `words` stands in every line that it finds: by a rare one of them lines are found before they are
    looked at closely. Colours within a word are not looked for.
    """

    text: str
    exact: bool
    needle: bytes  # empty for an expression
    words: tuple[bytes, ...]
    pattern: re.Pattern[bytes]  # the expression, or the text with whatever colours between its words
    raw: bool  # whether the pattern finds what it should, and nothing else, where colours are
    shown: re.Pattern[str]  # the same for text on the screen

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where it stands in a text without colours."""
        return [found.span() for found in self.shown.finditer(text) if found.end() > found.start()]

    def stands_in(self, line: bytes) -> bool:
        """Whether it stands in a line of the log, whatever its colours."""
        text = line if self.exact else line.lower()
        if not self.raw and b"\x1b" in text:
            text = COLOUR_BYTES.sub(b"", text)
        return self.pattern.search(text) is not None


def parse_query(text: str) -> Query:
    """The query of what was typed; InvalidValueError for an expression that is none, or that could take for ever."""
    if not text.startswith(REGEX):
        exact = any(c.isupper() for c in text)
        needle = text.encode("utf-8", "replace")
        words = split_words(needle)
        pattern = re.compile(_COLOURS.join(map(re.escape, words)))
        shown = re.compile(re.escape(text), 0 if exact else re.IGNORECASE)
        return Query(text, exact, needle, tuple(dict.fromkeys(words)), pattern, needle[:1] not in _IN_COLOURS, shown)
    source = text.removeprefix(REGEX)
    if _NESTED.search(source) or len(_WILD.findall(source)) > _WILDS:
        raise InvalidValueError(
            f"`{source}` could take for ever on a long line",
            allowed=f"no repetition within a repetition, at most {_WILDS} of the kind `.*`",
            remedy="leave out what the words around it say already",
        )
    exact = any(c.isupper() for c in re.sub(r"\\.", "", source))
    encoded = source.encode("utf-8", "replace")
    try:
        regex = re.compile(encoded, re.MULTILINE)
        shown = re.compile(source, 0 if exact else re.IGNORECASE)
    except re.error as error:
        raise InvalidValueError(
            f"`{source}` is no regular expression: {error.msg}", allowed="Python's syntax", remedy="leave out `re:` to find the text itself"
        ) from error
    return Query(text, exact, b"", words_of_regex(encoded), regex, False, shown)


class Search:
    """Takes the whole lines of a log piece by piece; `hits` are the numbers of those found, from 0, in order: 4 bytes each.

    `line_at` is asked for the number of the line that begins at a byte of the log, once for a piece with hits.
    """

    def __init__(self, query: Query, line_at: Callable[[int], int]) -> None:
        self.query = query
        self.hits = array("I")
        self.at = 0  # bytes of the log looked at, kept by whoever feeds
        self._line_at = line_at
        self._word = b""  # to skim by; empty where none is rare enough
        self._dense = False
        self._whole = 0  # pieces to be read whole, as there was no such word

    def feed(self, piece: bytes, at: int) -> bool:
        """Looks at the next lines, which begin at byte `at`; True when the first hits of all are among them."""
        none_before = not self.hits
        if not self._word and not self._whole:
            self._word, self._whole = self._rare(piece), _WHOLE
        if self._word:
            caseless = self.query.exact or self._word.upper() == self._word
            self._skim(piece if caseless else piece.lower(), at, self._word)
        else:
            self._whole -= 1
            self._read(piece if self.query.exact else piece.lower(), at)
        return none_before and bool(self.hits)

    def number_of(self, line: int) -> int:
        """The number of the hit in that line, from 1; 0 when it has none."""
        at = bisect_left(self.hits, line)
        return at + 1 if at < len(self.hits) and self.hits[at] == line else 0

    def _rare(self, piece: bytes) -> bytes:
        """The word that is rarest there; empty when that one is common too."""
        text = piece if self.query.exact else piece.lower()
        counts = {word: text.count(word) for word in self.query.words}
        word = min(counts, key=lambda word: (counts[word], -len(word)), default=b"")
        return word if word and counts[word] <= _RARE * text.count(b"\n") else b""

    def _skim(self, text: bytes, start: int, word: bytes) -> None:
        """Looks closely at the lines with the word."""
        stands_in = self.query.stands_in
        line, counted, looks = -1, 0, 0
        at = text.find(word)
        while at >= 0:
            looks += 1
            begin = text.rfind(b"\n", 0, at) + 1
            end = text.find(b"\n", at)
            if stands_in(text[begin : end if end >= 0 else None]):
                line = (self._line_at(start) if line < 0 else line) + text.count(b"\n", counted, begin)
                counted = begin
                self.hits.append(line)
            at = text.find(word, end) if end >= 0 else -1
        if looks > _MANY:
            self._word, self._whole = b"", 0  # not rare here; perhaps another one is

    def _read(self, text: bytes, start: int) -> None:
        """Looks at all of a text."""
        if not self.query.raw and b"\x1b" in text:
            text = COLOUR_BYTES.sub(b"", text)
        before = len(self.hits)
        if self._dense:
            self._line_by_line(text, start)
        else:
            self._hit_by_hit(text, start)
        self._dense = (len(self.hits) - before) * _DENSE > text.count(b"\n")

    def _line_by_line(self, text: bytes, start: int) -> None:
        search, needle, first = self.query.pattern.search, self.query.needle or _NOWHERE, self._line_at(start)
        lines = enumerate(text.split(b"\n")[:-1], first)
        self.hits.extend([number for number, line in lines if needle in line or search(line)])

    def _hit_by_hit(self, text: bytes, start: int) -> None:
        search = self.query.pattern.search
        line, counted = -1, 0
        found = search(text)
        while found is not None and found.start() < len(text):
            line = (self._line_at(start) if line < 0 else line) + text.count(b"\n", counted, found.start())
            counted = found.start()
            self.hits.append(line)
            end = text.find(b"\n", found.start())
            found = search(text, end + 1) if end >= 0 else None


def after(numbers: array[int], line: int) -> int | None:
    """The first of these sorted line numbers behind `line`."""
    at = bisect_right(numbers, line)
    return numbers[at] if at < len(numbers) else None


def before(numbers: array[int], line: int) -> int | None:
    """The last of these sorted line numbers in front of `line`."""
    at = bisect_left(numbers, line)
    return numbers[at - 1] if at else None
