"""The results of a run over the checks, and the one verdict over them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from canvos_tui.core.checks.check import Check, CheckResult, Severity
from canvos_tui.core.status import Status

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
        """Failures first, then unknown, warnings, skipped, passed; in the order of the checks within each."""
        rank = {Status.FAIL: 0, Status.UNKNOWN: 1, Status.WARN: 2, Status.SKIP: 3, Status.PASS: 4}
        rows = [self.results[c.id] for c in self.checks if c.id in self.results]
        return tuple(sorted(rows, key=lambda r: rank[r.status]))

    @property
    def first_failure(self) -> CheckResult | None:
        """The first required check that failed."""
        return next((r for r in self.ordered() if r.blocks), None)

    @property
    def unanswered(self) -> tuple[Check, ...]:
        """The required checks that nobody answered, in the order of the checks: skipped, unknown, left out, or still running."""
        known = {name for name, result in self.results.items() if result.answered}
        return tuple(c for c in (*self.checks, *self.left_out) if c.severity is Severity.REQUIRED and c.id not in known)

    @property
    def verdict(self) -> str:
        """`ready` when every required check was answered and none failed; `not_ready` when one failed, else `undetermined`."""
        if self.first_failure is not None:
            return "not_ready"
        return "undetermined" if self.unanswered or not self.results or not self.done else "ready"
