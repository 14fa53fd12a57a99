"""How many bytes a second an upload may take: what somebody types, and how many requests fit into it."""

from __future__ import annotations

import re

from canvos_tui.core.errors import InvalidValueError
from canvos_tui.core.values.late_pattern import pattern

KEY = "limit"  # the answer
LEAST = 100_000  # bytes a second; below that AWS takes a body for one that never comes
_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "ki": 2**10, "mi": 2**20, "gi": 2**30}
_RATE = pattern(r"([0-9]{1,9}(?:\.[0-9]{1,3})?) ?([kmg]?i?)b?(?:/s)?", re.IGNORECASE)
_ALLOWED = "bytes a second such as 20M, 1.5M, 500k (decimal) or 20Mi; 100k at least"


def parse_limit(text: str) -> str:
    """The same text without blanks around it, empty for no limit. InvalidValueError for what is no rate."""
    word = text.strip()
    if not word:
        return ""
    found = _RATE.fullmatch(word)
    if found is None or found[2].lower() not in _UNITS:
        raise InvalidValueError(f"`{text}` is no rate", allowed=_ALLOWED, remedy="leave it empty for all that the line carries")
    if rate_of(word) < LEAST:
        raise InvalidValueError(f"{word} is too little: AWS gives up on bodies that come too slowly", allowed=_ALLOWED)
    return word


def rate_of(text: str) -> int:
    """Bytes a second of an accepted text, 0 for no limit."""
    found = _RATE.fullmatch(text)
    return int(float(found[1]) * _UNITS[found[2].lower()]) if found is not None else 0


def at_once(rate: int, body: int, seconds: float, most: int) -> int:
    """How many bodies of so many bytes may be under way at that rate, so that none takes longer; `most` without a limit."""
    return max(1, min(most, int(rate * seconds / body))) if rate else most
