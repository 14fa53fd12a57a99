"""Reads IAM policy documents as far as that can be done from outside: what they allow, what they deny, and what nobody can tell.

The rules are those of the IAM user guide, "Policy evaluation logic": a deny that matches wins, without an allow nothing is allowed,
`*` and `?` are wildcards, actions are compared without regard to case. Conditions and variables cannot be judged from outside.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from canvos_tui.core.aws.facts import Right

Document = Mapping[str, Any]


def listed(value: object) -> tuple[Any, ...]:
    """A policy's element as a tuple: one value may stand without its brackets."""
    if value is None:
        return ()
    return tuple(value) if isinstance(value, list | tuple) else (value,)


def statements(documents: Iterable[Document]) -> Iterator[Mapping[str, Any]]:
    """Every statement of the documents."""
    for document in documents:
        yield from (s for s in listed(document.get("Statement")) if isinstance(s, Mapping))


def judge(documents: Iterable[Document], action: str, resource: str) -> Right:
    """Whether these policies together allow an action on a resource; UNKNOWN where a condition or a variable decides."""
    found = [(s, _concerns(s, action, resource)) for s in statements(documents)]
    denies = [sure and not s.get("Condition") for s, sure in found if s.get("Effect") == "Deny" and sure is not False]
    allows = [sure and not s.get("Condition") for s, sure in found if s.get("Effect") == "Allow" and sure is not False]
    if any(denies):
        return Right.DENIED
    if not allows:
        return Right.DENIED
    return Right.ALLOWED if any(allows) and not denies else Right.UNKNOWN


def _concerns(statement: Mapping[str, Any], action: str, resource: str) -> bool | None:
    """Whether a statement is about that action on that resource; None when a variable of the policy decides."""
    both = (_named(statement, "Action", action, fold=True), _named(statement, "Resource", resource, fold=False))
    if False in both:
        return False
    return None if None in both else True


def _named(statement: Mapping[str, Any], element: str, name: str, *, fold: bool) -> bool | None:
    if f"Not{element}" in statement:
        inside = _any_fits(listed(statement[f"Not{element}"]), name, fold=fold)
        return None if inside is None else not inside
    return _any_fits(listed(statement.get(element)), name, fold=fold)


def _any_fits(patterns: tuple[Any, ...], name: str, *, fold: bool) -> bool | None:
    texts = [str(p) for p in patterns]
    if any(fits(t, name, fold=fold) for t in texts if "${" not in t):
        return True
    return None if any("${" in t for t in texts) else False


def fits(pattern: str, name: str, *, fold: bool = False) -> bool:
    """Whether a pattern with `*` and `?` covers a name."""
    return bool(_compiled(pattern, fold).fullmatch(name))


@cache
def _compiled(pattern: str, fold: bool) -> re.Pattern[str]:  # noqa: FBT001  a key of the cache, no switch
    parts = (".*" if c == "*" else "." if c == "?" else re.escape(c) for c in pattern)
    return re.compile("".join(parts), re.DOTALL | (re.IGNORECASE if fold else 0))
