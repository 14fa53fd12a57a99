"""What differs between two machines, from the doctor's JSON documents of both: what explains the rest comes first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from canvos_tui.core.checks.reports.report_text import plain
from canvos_tui.core.values import dataclass

UNSET, UNKNOWN = "not set", "not known"
_ABSENT = "not asked"
_QUIET = frozenset({"pass", "skip"})
_LEAVES = frozenset({"network", "aws", "repo", "tools"})  # categories whose checks a proxy or an address of an engine decides
_ABOUT = {  # the rest that surrounds the checks, by the place in the document
    "Tag": ("canvos", "tag"),
    "Commit": ("canvos", "commit"),
    "Route": ("answers", "route"),
    "Docker engine": ("docker", "version"),
    "Docker client": ("docker", "client"),
    "Distribution": ("host", "distribution"),
    "System": ("host", "os"),
    "Kernel": ("host", "kernel"),
    "Architecture": ("host", "arch"),
    "canvos-tui": ("tool", "version"),
    "Python": ("tool", "python"),
}


@dataclass(frozen=True)
class Difference:
    """One thing that is not the same on both: its name, and what each has. `follows` is why a side has no answer, as that side says it."""

    name: str
    left: str
    right: str
    follows: str = ""


@dataclass(frozen=True)
class Comparison:
    """`first` may explain a failure, `rest` is merely different, `following` was not asked on a side, because of something else.

    `same` counts the checks with the same answer.
    """

    first: tuple[Difference, ...]
    rest: tuple[Difference, ...]
    following: tuple[Difference, ...]
    same: int

    @property
    def empty(self) -> bool:
        """Whether nothing differs."""
        return not self.first and not self.rest and not self.following


def compare(left: Mapping[str, Any], right: Mapping[str, Any]) -> Comparison:
    """Variables of the environment before the checks that they decide, changed verdicts in the order of the guide, then the rest.

    A check that was only skipped because of another is left to that one. Both are documents of `doctor --output json`.
    """
    ours, theirs = _checks(left), _checks(right)
    names = [*ours, *(name for name in theirs if name not in ours)]
    turned: list[Difference] = []
    drifted: list[Difference] = []
    same = 0
    for name in names:
        a, b = ours.get(name), theirs.get(name)
        if a is not None and b is not None and (a["status"], _observed(a)) == (b["status"], _observed(b)):
            same += 1
            continue
        bad = any(side is not None and side["status"] not in _QUIET for side in (a, b))  # that is news, whoever asked
        found = Difference(name, _answer(a), _answer(b), "" if bad else _unasked(b) or _unasked(a))
        (drifted if a is None or b is None or a["status"] == b["status"] else turned).append(found)
    causes = [d for d in turned if not d.follows]
    following = tuple(d for d in (*turned, *drifted) if d.follows)
    variables = list(_variables(left, right))
    by_proxy = any((ours.get(d.name) or theirs[d.name])["category"] in _LEAVES for d in causes)
    first = [*variables, *causes] if by_proxy or not causes else [*causes, *variables]
    rest = [*_about(left, right), *(d for d in drifted if not d.follows)]
    return Comparison(tuple(first), tuple(rest), following, same)


def changes(left: Mapping[str, Any], right: Mapping[str, Any]) -> tuple[Difference, ...]:
    """What surrounds the checks and is not the same: variables, then tag, engine, system and versions."""
    return (*_variables(left, right), *_about(left, right))


def _checks(document: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {check["id"]: check for check in document["checks"]}


def _observed(check: Mapping[str, Any]) -> str:
    return plain(str(check["observed"]["text"]))


def _answer(check: Mapping[str, Any] | None) -> str:
    if check is None:
        return _ABSENT
    label = {"unknown": "????"}.get(check["status"], str(check["status"]).upper())
    return plain(f"{label}  {_observed(check)}")


def _unasked(check: Mapping[str, Any] | None) -> str:
    return _observed(check) if check is not None and check["status"] == "skip" else ""


def _variables(left: Mapping[str, Any], right: Mapping[str, Any]) -> Iterator[Difference]:
    ours, theirs = left.get("environment") or {}, right.get("environment") or {}
    for name in [*ours, *(name for name in theirs if name not in ours)]:
        if ours.get(name) != theirs.get(name):
            yield Difference(plain(name), plain(str(ours.get(name) or UNSET)), plain(str(theirs.get(name) or UNSET)))


def _about(left: Mapping[str, Any], right: Mapping[str, Any]) -> Iterator[Difference]:
    for name, (part, field) in _ABOUT.items():
        ours, theirs = ((side.get(part) or {}).get(field) or "" for side in (left, right))
        if ours != theirs:
            yield Difference(name, plain(str(ours)) or UNKNOWN, plain(str(theirs)) or UNKNOWN)
