"""When a check passed last on this machine, and what has changed since: what was right yesterday names what broke it today."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from canvos_tui.core.checks.report import Report
from canvos_tui.core.checks.reports.comparison import UNKNOWN, changes
from canvos_tui.core.checks.reports.report_head import About, head_data
from canvos_tui.core.checks.reports.report_text import plain
from canvos_tui.core.status import Status
from canvos_tui.core.values import dataclass

_ABOUT = ("tool", "host", "docker", "canvos", "answers", "environment")  # of the document: what can change beside the checks


@dataclass(frozen=True)
class LastPass:
    """When it passed, what was observed then, and what surrounded it: the parts of the JSON document that may explain a change."""

    at: datetime
    observed: str
    about: Mapping[str, Any]

    def words(self, now: About) -> str:
        """In a line: when, what was seen then, and what differs today."""
        told = f"passed {self.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC" + (f": {self.observed}" if self.observed else "")
        since = self.changed(now)
        return told + (f"; since then changed: {', '.join(since)}" if since else "; none of what surrounds it is known to have changed")

    def changed(self, now: About) -> tuple[str, ...]:
        """Each thing that differs, as `name before -> now`; what was not found out at one of the times is no change."""
        return tuple(f"{d.name} {d.left} -> {d.right}" for d in changes(self.about, head_data(now)) if UNKNOWN not in {d.left, d.right})


Passes = Mapping[str, LastPass]  # by the check's id


def after(known: Passes, report: Report, about: About) -> dict[str, LastPass]:
    """What is known when this report is added: nothing is forgotten of a check that did not pass."""
    surroundings = {part: value for part, value in head_data(about).items() if part in _ABOUT}
    passed = (r for r in report.results.values() if r.status is Status.PASS)
    return {**known, **{r.check.id: LastPass(r.at, plain(r.answer.observed), surroundings) for r in passed}}


def to_data(known: Passes) -> dict[str, Any]:
    """As plain data for a file."""
    return {name: {"at": last.at.isoformat(), "observed": last.observed, "about": dict(last.about)} for name, last in known.items()}


def from_data(data: object) -> dict[str, LastPass]:
    """What of the data can be read; whatever is not as it was written is passed over."""
    found: dict[str, LastPass] = {}
    for name, item in data.items() if isinstance(data, dict) else ():
        with suppress(KeyError, TypeError, ValueError, AttributeError):
            about = {part: dict(item["about"][part]) for part in _ABOUT}
            at = datetime.fromisoformat(item["at"])
            if at.tzinfo is not None:
                found[str(name)] = LastPass(at, plain(str(item["observed"])), about)
    return found
