"""The literal text that stands in whatever an expression finds: by it a log is skimmed before lines are looked at one by one."""

from __future__ import annotations

import re

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
    pieces = [""]
    depth = 0
    for token in _TOKEN.finditer(pattern):
        kind = token.lastgroup
        depth += {"open": 1, "close": -1}.get(kind or "", 0)
        if depth and not (kind == "open" and depth == 1):
            continue
        if kind == "either":
            return ""
        if kind == "maybe":
            pieces[-1] = pieces[-1][:-1]
        letter = _letter(token)
        if letter:
            pieces[-1] += letter
        else:
            pieces.append("")
    return max(pieces, key=len)


def _letter(token: re.Match[str]) -> str:
    """The character that a token stands for; empty for one that stands for many or for a place."""
    escaped = token["escaped"]
    if escaped:
        return "" if escaped.isalnum() else escaped
    return token["plain"] or ""
