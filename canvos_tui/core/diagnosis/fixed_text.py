"""Finds the text that everything has which a regular expression matches: a search for it is much cheaper than the expression."""

from __future__ import annotations

import re

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
