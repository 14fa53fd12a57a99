"""Secrets that go on in the next line: folded by a tool or an editor, or cut by the width of a terminal.

What the ordinary search finds is a line's own. Here the ends of lines are taken out, with the names of targets and the blanks behind
them, and the secret is looked for whole; that is done only where a piece of it stands somewhere by itself.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator

from canvos_tui.core.masking.patterns import Span
from canvos_tui.core.masking.spellings import Needle
from canvos_tui.core.values.late_pattern import pattern as late

_SEAM = late(rb"\r?\n(?:[^\n|]{0,80} \| )?[ \t]*")
_SEAM_OF_A_COMMAND = late(rb"\\" + _SEAM.pattern)
_PIECE = 8  # bytes of which at least one stays whole wherever a line is folded, if no line is shorter than twice as much
_FEW = range(4, _PIECE)  # so many characters of a beginning are not masked for it alone; less than that say nothing
_SHORTEST = 8  # a shorter secret is looked for in one line only


class Seams:
    """Looks for those secrets across the ends of lines; `reach` is how much of what came before has to be kept for it."""

    def __init__(self, needles: Iterable[Needle]) -> None:
        chosen = [n for n in needles if (n.raw or n.packed) and len(n.text) >= _SHORTEST]
        self._pieces: dict[bytes, list[Needle]] = {}  # so that those with the same one cost one search
        for needle in chosen:
            for piece in _pieces(needle):
                self._pieces.setdefault(piece, []).append(needle)
        self._few = {n.text[:size] for n in chosen for size in _FEW}
        self.reach = max((2 * len(n.text) + 100 for n in chosen), default=0)

    def may_begin(self, end: bytes) -> bool:
        """Whether a line that ends so ends as a secret begins: what comes next says whether it is one."""
        return any(tail[-size:] in self._few for tail in {end, end.removesuffix(b"\\")} for size in _FEW)

    def spans(self, text: bytes) -> Iterator[Span]:
        """The parts of secrets that lie on both sides of a seam, without the seams."""
        if b"\n" not in text:
            return
        found = [(piece, n) for piece, named in self._pieces.items() if piece in text for n in named]
        needles = {n: None for piece, n in found if text.count(piece) > text.count(n.text)}
        if not needles:
            return
        yield from _across(text, needles, _SEAM)
        if _SEAM_OF_A_COMMAND.search(text):  # the backslash may be the shell's, or the secret's own
            yield from _across(text, needles, _SEAM_OF_A_COMMAND)


def _across(text: bytes, needles: Iterable[Needle], seam: re.Pattern[bytes]) -> Iterator[Span]:
    joined, places, gone = _without(text, [found.span() for found in seam.finditer(text)])
    for needle in needles:
        at = joined.find(needle.text)
        while at >= 0:
            yield from _parts(at, at + len(needle.text), needle.name, places, gone)
            at = joined.find(needle.text, at + 1)
        if begun := _begun(joined, needle.text):  # it goes on in what is still to come
            yield from _parts(len(joined) - begun, len(joined), needle.name, places, gone)


def _begun(text: bytes, word: bytes) -> int:
    """With how many characters of the word, but not all, the text ends; few of them say nothing."""
    tail = text[1 - len(word) :]
    at = tail.find(word[:_PIECE])
    while at >= 0 and not word.startswith(tail[at:]):
        at = tail.find(word[:_PIECE], at + 1)
    return len(tail) - at if at >= 0 else 0


def _pieces(needle: Needle) -> set[bytes]:
    """Enough of them for every fold; base64 is folded once in the length of a secret, so that one of its ends is whole."""
    word = needle.text
    size = min(_PIECE, len(word) // 2)
    if not needle.raw:
        return {word[:size], word[-size:]}
    return {word[at : at + size] for at in (*range(0, len(word) - size, size), len(word) - size)}


def _without(text: bytes, seams: list[tuple[int, int]]) -> tuple[bytes, list[int], list[int]]:
    """The text without its seams; where in it each of them was, and how much was gone up to there."""
    kept, places, gone, at = [], [], [0], 0
    for start, end in seams:
        kept.append(text[at:start])
        places.append(start - gone[-1])
        gone.append(gone[-1] + end - start)
        at = end
    return b"".join([*kept, text[at:]]), places, gone


def _parts(start: int, end: int, name: str, places: list[int], gone: list[int]) -> Iterator[Span]:
    """The stretch of the joined text as stretches of the real one; none where no seam lies in it."""
    first, last = bisect_right(places, start), bisect_right(places, end - 1)
    for seam in range(first, last + 1) if last > first else ():
        begin = start if seam == first else places[seam - 1]
        stop = end if seam == last else places[seam]
        if stop > begin:
            yield Span(begin + gone[seam], stop + gone[seam], name)
