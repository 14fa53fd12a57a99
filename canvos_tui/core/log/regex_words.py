"""Words that stand in whatever a search finds: by them a log is skimmed before lines are looked at one by one."""

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
