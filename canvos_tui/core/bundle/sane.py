"""Whether numbers, times and texts that somebody wrote into a file can be reckoned with and shown, whatever they claim to be."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

_LARGEST = 1 << 62  # of a number: more bytes than any disk has
_LONGEST = 1 << 20  # characters of a text
_MOST = 20_000  # members of a list
_YEARS = range(1970, 2200)


def sane(value: Any) -> bool:
    """False where a time has no zone or lies nowhere near, a number is no amount of anything, or a text is longer than any of ours."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return all(sane(getattr(value, field.name)) for field in dataclasses.fields(value))
    if isinstance(value, Mapping):
        return len(value) <= _MOST and all(sane(key) and sane(item) for key, item in value.items())
    if isinstance(value, tuple | list):
        return len(value) <= _MOST and all(map(sane, value))
    return _sane_alone(value)


def _sane_alone(value: Any) -> bool:
    if isinstance(value, str):
        return len(value) <= _LONGEST
    if isinstance(value, datetime):
        return value.tzinfo is not None and value.year in _YEARS
    if isinstance(value, int | float):
        return math.isfinite(value) and abs(value) <= _LARGEST if isinstance(value, float) else abs(value) <= _LARGEST
    return True
