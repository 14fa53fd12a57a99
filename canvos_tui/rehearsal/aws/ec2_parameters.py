"""Reads EC2's numbered parameters: lists, filters and pages."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TypeVar

T = TypeVar("T")


def values(form: Mapping[str, str], name: str) -> tuple[str, ...]:
    """The values of a numbered parameter such as `ImageId.1`."""
    numbered = [(int(found[1]), text) for key, text in form.items() if (found := re.fullmatch(rf"{name}s?\.(\d+)", key))]
    return tuple(text for _, text in sorted(numbered))


def filters(form: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """The filters of a describe call: name -> values."""
    found = {}
    for key, name in form.items():
        if re.fullmatch(r"Filters?\.\d+\.Name", key):
            stem = key.removesuffix("Name")
            found[name] = values({k.removeprefix(stem): v for k, v in form.items() if k.startswith(stem)}, "Value")
    return found


def page(rows: Sequence[T], form: Mapping[str, str], longest: int) -> tuple[Sequence[T], str | None]:
    """One page of a describe call and the token of the next."""
    start = int(form.get("NextToken") or 0)
    end = start + min(int(form.get("MaxResults") or longest), longest)
    return rows[start:end], str(end) if end < len(rows) else None
