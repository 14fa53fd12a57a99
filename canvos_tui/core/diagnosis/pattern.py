"""An expression of the catalogue, searched so that no line can make it slow: `.*` parts it into pieces that are looked for in turn.

An expression with two open ends, such as `a.*b`, is tried anew at each `a` of a line, and a line of nothing but `a` takes the square of its
length. Piece by piece each character is looked at once for each piece.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, cached_property

from canvos_tui.core.log.literals import fixed_text, word_literals
from canvos_tui.core.values import dataclass

_SIGN = 4  # characters by which a line is found worth a closer look
_SHORTEST = 5  # characters of fixed text in a pattern; with less too many lines would have to be looked at closely
_TOKENS = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\.\*|.", re.DOTALL)
_ENDLESS = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|(\.[*+]|\{\d+,\})|.", re.DOTALL)


@dataclass(frozen=True)
class Pattern:
    """Pieces that stand in a text one behind the other, and a text that is in everything they match."""

    text: str
    parts: tuple[str, ...]
    fixed: str
    sign: str  # the longest piece of it that begins where a word begins

    @cached_property
    def pieces(self) -> tuple[re.Pattern[str], ...]:
        """The parts as expressions: compiled at the first line that may match, since most never meet one."""
        return tuple(re.compile(part) for part in self.parts)

    def find(self, text: str) -> tuple[int, int] | None:
        """Where it begins and ends; None where it is not in the text."""
        if self.fixed not in text:
            return None
        begin, at = -1, 0
        for piece in self.pieces:
            found = piece.search(text, at)
            if found is None:
                return None
            begin = found.start() if begin < 0 else begin
            at = found.end()
        return begin, at


class Nearby:
    """Which of many patterns, each with a number, a text may hold: found by a few letters of each, so that their number costs little."""

    def __init__(self, patterns: Iterable[tuple[Pattern, int]]) -> None:
        self._begins: dict[str, list[tuple[str, int]]] = {}
        for pattern, number in patterns:
            self._begins.setdefault(pattern.sign.lower()[:_SIGN], []).append((pattern.fixed, number))

    def of(self, text: str) -> list[int]:
        """The numbers of those whose fixed text is in it, in order."""
        low = text.lower()
        begins = {low[at : at + _SIGN] for at in range(len(low))}.intersection(self._begins)
        return sorted({number for begin in begins for fixed, number in self._begins[begin] if fixed in text})


def parse_patterns(text: str, *, proven: bool = False) -> tuple[Pattern, ...]:
    """One for each side of a bar that stands in no group, and of a group's bars where all the fixed text is in it.

    ValueError says what is wrong; with `proven`, for what a test has parsed without it, only what these few looks find.
    """
    sides = [short for side in _parts(text, "|") for short in ([side] if len(_fixed(side)) >= _SHORTEST else _sides_of_group(side))]
    return tuple(_parsed(side, text, proven=proven) for side in sides)


@cache
def _fixed(text: str) -> str:
    return max((fixed_text(part) for part in _parts(text, ".*")), key=len)


def _sides_of_group(text: str) -> list[str]:
    """The text once for each side of its first group that has bars."""
    depth, at, begin = 0, 0, 0
    for sign in _TOKENS.findall(text):
        depth += {"(": 1, ")": -1}.get(sign, 0)
        if sign == "(" and depth == 1:
            begin = at
        at += len(sign)
        if sign == ")" and depth == 0:
            inner = _parts(text[begin + 1 : at - 1].removeprefix("?:"), "|")
            if len(inner) > 1 and not inner[0].startswith("?") and text[at : at + 1] not in {"?", "*", "+", "{"}:
                return [f"{text[:begin]}{side}{text[at:]}" for side in inner]
    return [text]


def _parsed(text: str, whole: str, *, proven: bool) -> Pattern:
    parts = _parts(text, ".*")
    pieces = tuple(part for part in parts if part)
    fixed = _fixed(text)
    if not proven and any(compiled(piece, whole).flags != re.UNICODE for piece in pieces):
        raise ValueError(f"the pattern {whole} sets a flag")
    if len(fixed) < _SHORTEST:
        raise ValueError(f"the pattern {whole} needs {_SHORTEST} characters of fixed text in one piece")
    first, *others = parts
    signs = [*word_literals(first), *(sign for part in others for sign in word_literals("." + part))]
    sign = max(signs, key=len, default="")
    if len(sign) < _SIGN:
        raise ValueError(f"the pattern {whole} needs {_SIGN} characters of fixed text from the beginning of a word on")
    return Pattern(text, pieces, fixed, sign)


def compiled(text: str, whole: str = "") -> re.Pattern[str]:
    """A regular expression without an open end that could be tried at every place; ValueError names it."""
    try:
        found = re.compile(text)
    except re.error as error:
        raise ValueError(f"the pattern {whole or text} is no regular expression: {error}") from None
    if any(sign[1] for sign in _ENDLESS.finditer(text)):
        raise ValueError(f"the pattern {whole or text} has an open end inside of a group or one that is not .*")
    return found


def _parts(text: str, between: str) -> list[str]:
    """The pieces between those marks that stand in no group."""
    parts, depth = [""], 0
    for sign in _TOKENS.findall(text):
        depth += {"(": 1, ")": -1}.get(sign, 0)
        if sign == between and depth == 0:
            parts.append("")
        else:
            parts[-1] += sign
    return parts
