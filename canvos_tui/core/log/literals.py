"""The literal text that stands in whatever an expression finds: by it a log is skimmed before lines are looked at one by one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

# programs change colours between words, as in `key=` and the value, so a text may stand in pieces; a word does not
_WORD = re.compile(rb"[0-9A-Za-z_\x80-\xff]+|.", re.DOTALL)
_ITEM = re.compile(
    rb"(?P<item>\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|.)(?P<times>[*+?]|\{\d*,?\d*\})?[?+]?",
    re.DOTALL,
)
_MEANING = b".^$"  # characters that stand for something else
_GROUPS = re.compile(rb"(?:\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|[^|(])*", re.DOTALL)  # anything but a choice and a group


def split_words(text: bytes) -> list[bytes]:
    """The words of a text and the signs between them, spaces too, in order."""
    return _WORD.findall(text)


def words_of_regex(source: bytes) -> tuple[bytes, ...]:
    """Words, or parts of them, that stand in every match of an expression; none where it has groups or choices."""
    if not _GROUPS.fullmatch(source):
        return ()
    words: list[bytes] = []
    run = b""
    for found in _ITEM.finditer(source):
        char, times = _char(found["item"]), found["times"]
        if char and times in {None, b"+"}:
            run += char
        if not char or times:
            words += split_words(run)
            run = b""
    return tuple(dict.fromkeys([*words, *split_words(run)]))


def _char(item: bytes) -> bytes:
    """The one character that an item stands for; empty where it could be several, or a place."""
    if len(item) == 1:
        return b"" if item in _MEANING else item
    escaped = item[1:]
    return escaped if item[:1] == b"\\" and not escaped.isalnum() and escaped != b"_" else b""


_TOKEN = re.compile(
    r"(?P<set>\[\^?\]?(?:\\.|[^\]\\])*\])|\\(?P<escaped>.)|(?P<open>\()|(?P<close>\))|(?P<either>\|)"
    r"|(?P<maybe>[?*]|\{[^}]*\})|(?P<special>[.^$+])|(?P<plain>.)",
    re.DOTALL,
)


def fixed_text(pattern: str) -> str:
    """The longest piece of plain text in every match; empty where there is none. Groups are not looked into."""
    return max((text for text, _ in _pieces(pattern)), key=len, default="")


def _pieces(pattern: str) -> list[tuple[str, bool]]:
    """The pieces of plain text in every match, and whether a word begins where each does; none of a choice."""
    pieces, aligned, depth = [""], [True], 0
    for token in _TOKEN.finditer(pattern):
        kind = token.lastgroup
        depth += {"open": 1, "close": -1}.get(kind or "", 0)
        if depth and not (kind == "open" and depth == 1):
            continue
        if kind == "either":
            return []
        if kind == "maybe":
            pieces[-1] = pieces[-1][:-1]
        letter = _letter(token)
        if letter:
            pieces[-1] += letter
        else:
            pieces.append("")
            aligned.append(token[0] in {"^", "\\b"} and len(pieces) == 2)
    return list(zip(pieces, aligned, strict=True))


def _letter(token: re.Match[str]) -> str:
    """The character that a token stands for; empty for one that stands for many or for a place."""
    escaped = token["escaped"]
    if escaped:
        return "" if escaped.isalnum() else escaped
    return token["plain"] or ""


_IN_WORD = re.compile(r"\w")
_TO_WORD = re.compile(r"\w*\W+(?=\w)")


def word_literals(pattern: str) -> list[str]:
    """The pieces of plain text in every match, each from the beginning of a word on; empty where all stand in groups and choices."""
    found = (piece if whole else _aligned(piece) for piece, whole in _pieces(pattern))
    return [text for piece in found if (text := piece.lstrip(_NO_WORD))]


_NO_WORD = "".join(chr(c) for c in range(128) if not (chr(c).isalnum() or chr(c) == "_"))


def _aligned(piece: str) -> str:
    """Without the word that may have begun before the piece."""
    if piece and not _IN_WORD.match(piece):
        return piece
    found = _TO_WORD.match(piece)
    return piece[found.end() :] if found else ""


def any_of_words(texts: Iterable[str]) -> re.Pattern[bytes]:
    """Finds any of these texts where a word begins, together with the character before it; a text has to begin with a line feed.

    One walk over the letters for all of them, so that their number costs little. It begins with that character because most places
    are then passed over without a look at the letters.
    """
    tree: dict[str, dict[str, Any]] = {}
    for text in sorted({text.lstrip(_NO_WORD) for text in texts} - {""}, key=len):
        node = tree
        for letter in text:
            if "" in node:
                break  # a shorter text that this one begins with
            node = node.setdefault(letter, {})
        else:
            node.clear()
            node[""] = {}
    return re.compile(rb"[^0-9A-Za-z_]" + _branches(tree).encode())


def _branches(node: dict[str, dict[str, Any]]) -> str:
    if "" in node:
        return ""
    sides = [re.escape(letter) + _branches(child) for letter, child in sorted(node.items())]
    return sides[0] if len(sides) == 1 else f"(?:{'|'.join(sides)})"


class Skim:
    """One walk over a text for several readers, each of whom looks for texts of its own where a word begins."""

    def __init__(self, *wanted: Iterable[str]) -> None:
        texts = [{text.lstrip(_NO_WORD).encode() for text in reader} - {b""} for reader in wanted]
        self._signs = any_of_words(text.decode() for reader in texts for text in reader)
        self._texts = texts
        self._whose: dict[bytes, tuple[tuple[bytes, ...], ...]] = {}  # what was found -> the texts of each reader that begin so

    def lines(self, low: bytes) -> tuple[list[int], ...]:
        """For each reader the numbers of those lines of this text in lower case that have one of its texts, in order."""
        begins: tuple[set[int], ...] = tuple(set() for _ in self._texts)
        low = b"\n" + low
        found = self._signs.search(low)
        while found is not None:
            at = found.start() + 1
            begin = low.rfind(b"\n", 0, at)
            open_for = 0
            for texts, lines in zip(self._told(found[0][1:]), begins, strict=True):
                if begin not in lines:
                    if texts and low.startswith(texts, at):
                        lines.add(begin)
                    else:
                        open_for += 1
            end = at + 1 if open_for else low.find(b"\n", at)
            found = self._signs.search(low, end) if end >= 0 else None
        return tuple(numbered(places, low[1:]) for places in begins)

    def _told(self, found: bytes) -> tuple[tuple[bytes, ...], ...]:
        if found not in self._whose:
            self._whose[found] = tuple(tuple(text for text in reader if text.startswith(found)) for reader in self._texts)
        return self._whose[found]


def lines_with(signs: re.Pattern[bytes], whole: bytes) -> set[int]:
    """Where the lines begin that have a sign. In bytes, because one wide character would make a text slow to search."""
    begins = set()
    text = b"\n" + whole
    found = signs.search(text)
    while found is not None:
        begins.add(text.rfind(b"\n", 0, found.end()))
        end = text.find(b"\n", found.end())
        found = signs.search(text, end) if end >= 0 else None
    return begins


def numbered(begins: set[int], whole: bytes) -> list[int]:
    """The numbers of the lines that begin there, in order."""
    marked, number, before = [], 0, 0
    for begin in sorted(begins):
        number += whole.count(b"\n", before, begin)
        before = begin
        marked.append(number)
    return marked
