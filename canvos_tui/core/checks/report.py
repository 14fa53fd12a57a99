"""The results of a run over the checks, and the one verdict over them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import field, replace

from canvos_tui.core.answers.fields import BY_KEY
from canvos_tui.core.checks.check import Check, CheckResult, Severity
from canvos_tui.core.status import Status
from canvos_tui.core.values import dataclass

_SEVERAL = 3  # answers with one cause are told as one
STALE_AFTER = 600  # seconds


@dataclass(frozen=True)
class Report:
    """All results so far, by id, and the verdict over them; `left_out` are checks that this run was told not to ask."""

    checks: tuple[Check, ...]
    results: Mapping[str, CheckResult] = field(default_factory=dict)
    left_out: tuple[Check, ...] = ()

    def after(self, result: CheckResult) -> Report:
        """The report with one more result."""
        return replace(self, results={**self.results, result.check.id: result})

    @property
    def done(self) -> bool:
        """Whether every check has an answer."""
        return all(c.id in self.results for c in self.checks)

    def count(self, status: Status) -> int:
        """How many results have that status."""
        return sum(1 for r in self.results.values() if r.status is status)

    def ordered(self) -> tuple[CheckResult, ...]:
        """Failures first, then unknown, warnings, skipped, passed; within each first what stops a build at once."""
        rank = {Status.FAIL: 0, Status.UNKNOWN: 1, Status.WARN: 2, Status.SKIP: 3, Status.PASS: 4}
        rows = [self.results[c.id] for c in self.checks if c.id in self.results]
        return tuple(sorted(rows, key=lambda r: (rank[r.status], r.check.late and r.status in {Status.FAIL, Status.UNKNOWN})))

    @property
    def shared(self) -> tuple[str, int]:
        """What is behind the most answers that are bad or missing, and behind how many; ("", 0) where that are fewer than three."""
        causes = Counter(r.answer.cause for r in self.results.values() if r.status in {Status.FAIL, Status.UNKNOWN} and r.answer.cause)
        cause, count = causes.most_common(1)[0] if causes else ("", 0)
        return (cause, count) if count >= _SEVERAL else ("", 0)

    @property
    def first_failure(self) -> CheckResult | None:
        """The first required check that failed."""
        return next((r for r in self.ordered() if r.blocks), None)

    @property
    def unanswered(self) -> tuple[Check, ...]:
        """The required checks that nobody answered: skipped, unknown, left out, or still running.

        In the order of the checks, but for those that only wait for a value: that comes with a file whose own check says more.
        """
        known = {name for name, result in self.results.items() if result.answered}
        found = [c for c in (*self.checks, *self.left_out) if c.severity is Severity.REQUIRED and c.id not in known]
        return tuple(sorted(found, key=self._waits_for_a_value))

    def _waits_for_a_value(self, check: Check) -> bool:
        result = self.results.get(check.id)
        return result is not None and result.answer.waits_for is not None and result.answer.waits_for.words in BY_KEY

    @property
    def verdict(self) -> str:
        """`ready` when every required check was answered and none failed; `not_ready` when one failed, else `undetermined`."""
        if self.first_failure is not None:
            return "not_ready"
        return "undetermined" if self.unanswered or not self.results or not self.done else "ready"


def with_dependants(report: Report, chosen: tuple[Check, ...]) -> tuple[Check, ...]:
    """These checks and all that need one of them or wait for its answer, in the order of the table."""
    ids, before = {c.id for c in chosen}, set[str]()
    while ids != before:
        before = set(ids)
        ids |= {c.id for c in report.checks if before & set(c.needs) or _waits_for(report, c) in before}
    return tuple(c for c in report.checks if c.id in ids)


def _waits_for(report: Report, check: Check) -> str:
    """The check whose answer this one waited for; some say so themselves, beyond the needs that the table holds."""
    result = report.results.get(check.id)
    if result is None or result.status is not Status.SKIP:
        return ""
    return result.skipped_because or (result.answer.waits_for.words if result.answer.waits_for is not None else "")
