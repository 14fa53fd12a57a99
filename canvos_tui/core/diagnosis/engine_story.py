"""What was seen of the build's engine and containers, and whether that explains a failure better than the log does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from datetime import datetime

from canvos_tui.core.diagnosis.container_end import ContainerEnd, back_again, killed, lost, still_gone
from canvos_tui.core.diagnosis.run_cause import says_little
from canvos_tui.core.log.facts import LogFacts
from canvos_tui.core.run.containers import ListedContainer
from canvos_tui.core.run.result import Cause, RunResult
from canvos_tui.core.values import dataclass


@dataclass(frozen=True)
class EngineStory:
    """All that is known once the build's command ended; times are those of the run's clock.

    `seen` says whether an engine ever answered, `away` what was said when nobody listened at its socket and no container of the build
    was seen since. The others are of the end: `ran` ran then, `left` runs still, `error` says why nobody could be asked, `gone` that it
    was because nobody listens. `end` is how the build's own container ended, `last` when each container was seen last, `failed` when
    the command ended, if it did not succeed.
    """

    seen: bool
    answered_at: datetime
    away: str = ""
    ran: tuple[ListedContainer, ...] = ()
    left: tuple[ListedContainer, ...] = ()
    error: str = ""
    gone: bool = False
    end: ContainerEnd | None = None
    last: Mapping[str, datetime] = field(default_factory=dict)
    failed: datetime | None = None

    def weighed(self, known: Cause | None, facts: LogFacts) -> Cause | None:
        """The cause of a failure: that the container was killed, if the engine says so and no step had failed before; else `known`."""
        if self.end is None or self.failed is None or facts.step_failed:
            return known
        return killed(self.end, self.last[self.end.container.id], self.failed, known) or known

    def blamed(self, result: RunResult, facts: LogFacts) -> RunResult:
        """The result with what happened to the engine as its cause, where nothing else explains the failure."""
        if not says_little(result.cause, facts) or (cause := self._cause()) is None:
            return result
        weak = result.cause
        if weak is not None:
            cause = replace(cause, evidence=(*cause.evidence, *weak.evidence), line=weak.line)
        return replace(result, cause=cause)

    def _cause(self) -> Cause | None:
        if not self.seen:
            return None
        if self.gone or (self.error and self.away):
            return still_gone(self.error, self.answered_at, self.ran, before_end=bool(self.away))
        if self.away and (self.end is None or self.end.code is None):
            return back_again(self.away, self.left)
        return lost(self.end, self.last[self.end.container.id]) if self.end is not None else None
