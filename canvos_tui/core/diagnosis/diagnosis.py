"""What a log proves, when there is nothing but the log: result, phase, cause, ids, and what may be left behind in AWS.

Success words prove nothing by themselves: the script prints them also over an old object, an old AMI and a failed import.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from canvos_tui.core.diagnosis.catalogue import Catalogue
from canvos_tui.core.diagnosis.cause_search import Hit, Matcher, signs_of
from canvos_tui.core.diagnosis.evidence import LogEvidence
from canvos_tui.core.diagnosis.places import explained, filled
from canvos_tui.core.diagnosis.run_cause import cause_in_log, hit_in_log, known_cause, phase_of
from canvos_tui.core.diagnosis.story import WORDS, LogStory, Warned
from canvos_tui.core.diagnosis.unknown import FIRST_ERROR, STEP_FAILED, end_of
from canvos_tui.core.errors import Remedy
from canvos_tui.core.exit_codes import ExitCode
from canvos_tui.core.log.facts import LogFacts
from canvos_tui.core.log.line import Passage
from canvos_tui.core.log.line_numbers import LineNumbers
from canvos_tui.core.log.literals import Skim
from canvos_tui.core.log.phase_reader import PhaseReader
from canvos_tui.core.run.phase import Phase
from canvos_tui.core.run.result import Cause, LeftOver
from canvos_tui.core.values import dataclass

SCHEMA = "canvos-tui.diagnosis/1"
IDS = ("import_task", "snapshot", "ami", "bucket", "key", "region")
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)  # a log has no times of ours
_EXIT_CODES = {
    "succeeded": ExitCode.OK,
    "failed": ExitCode.BUILD_FAILED,
    "cancelled": ExitCode.INTERRUPTED,
    "running": ExitCode.NOT_PROVEN,
    "inconclusive": ExitCode.NOT_PROVEN,
}


@dataclass(frozen=True)
class Diagnosis:
    """The answer. `result` is `succeeded`, `failed`, `cancelled`, `running` or `inconclusive`; line numbers are the file's."""

    result: str
    phase: Phase | None = None
    cause: Cause | None = None
    remedies: tuple[Remedy, ...] = ()
    evidence: tuple[LogEvidence, ...] = ()
    follow_on: tuple[LogEvidence, ...] = ()
    ids: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[Warned, ...] = ()
    left_behind: tuple[LeftOver, ...] = ()
    redactions: int = 0

    @property
    def known(self) -> str:
        """The id of the cause if the catalogue knows it, else empty."""
        return self.cause.id if self.cause is not None and self.cause.id not in {STEP_FAILED, FIRST_ERROR} else ""

    @property
    def exit_code(self) -> ExitCode:
        """By the result, and for a failure by whether AWS has a part in the phase; a build that still runs is not proven."""
        if self.result == "failed" and self.phase is not None and self.phase.of_aws:
            return ExitCode.IMPORT_FAILED
        return _EXIT_CODES[self.result]

    def data(self) -> dict[str, Any]:
        """The document of schema `canvos-tui.diagnosis/1`."""
        cause = self.cause
        told: dict[str, Any] | None = None
        if cause is not None:
            told = {"id": cause.id, "title": cause.title, "explanation": cause.explanation}
            told["fix"] = [{"text": remedy.text, "commands": [c.run for c in remedy.commands]} for remedy in self.remedies]
            told["docs"] = list(cause.docs)
        return {
            "schema": SCHEMA,
            "result": self.result,
            "phase": self.phase.value if self.phase is not None else None,
            "cause": told,
            "evidence": [{"line": e.line, "text": e.text} for e in self.evidence],
            "follow_on": [{"line": e.line, "text": e.text} for e in self.follow_on],
            "ids": {name: self.ids.get(name) or None for name in IDS},
            "warnings": [{"id": w.id, "text": w.text} for w in self.warnings],
            "left_behind": [{"kind": left.kind, "id": left.id, "certain": left.certain} for left in self.left_behind],
            "redactions": self.redactions,
        }


class Diagnoser:
    """Reads one log in order; memory does not grow with it."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._reader = PhaseReader()
        self._matcher = Matcher(catalogue)
        self._story = LogStory()
        self._numbers = LineNumbers()
        self._skim = _skim_of(catalogue)

    def read(self, lines: Sequence[tuple[int, str]]) -> None:
        """The next lines, each with its number in the file."""
        texts = [text for _, text in lines]
        if not texts:
            return
        passage = Passage(texts)  # made ready once for all three
        signs, words = self._skim.lines(passage.telling)
        self._numbers.add([number for number, _ in lines])
        self._reader.read(passage, _NEVER)
        self._matcher.take(passage, signs)
        self._story.read(texts, passage, words)

    def diagnosis(self, redactions: int) -> Diagnosis:
        """The answer for what was read; `redactions` is how many places were masked in it."""
        facts, story = self._reader.facts, self._story
        hit = self._hit(facts)
        result = _result(facts, story, hit)
        if result in {"succeeded", "cancelled", "running"}:
            hit = None
        cause = self._cause(facts, hit) if result in {"failed", "inconclusive"} else None
        ids = {**facts.ids, **story.place}
        return Diagnosis(
            result,
            phase=_phase(facts, story, hit, result),
            cause=cause,
            remedies=tuple(explained(filled(remedy, ids)) for remedy in cause.remedies) if cause is not None else (),
            evidence=self._evidence(hit, facts) if result == "failed" or hit is not None or cause is not None else (),
            follow_on=self._placed(self._matcher.followers(hit)) if hit is not None else (),
            ids=ids,
            warnings=story.warnings(facts, redactions, proven=result == "succeeded"),
            left_behind=_left_behind(facts, story, result),
            redactions=redactions,
        )

    def _hit(self, facts: LogFacts) -> Hit | None:
        """The cause; behind success words the link of the chain that was skipped."""
        if _said_done(facts, self._story) and not facts.import_broken:
            reused = "E-OBJECT-REUSED" if facts.object_existed else "E-AMI-REUSED" if facts.image_existed else ""
            return self._matcher.named(reused)
        return hit_in_log(facts, self._matcher)

    def _cause(self, facts: LogFacts, hit: Hit | None) -> Cause | None:
        if hit is None:
            return cause_in_log(facts, self._matcher, self._numbers.of)
        known = known_cause(facts, self._matcher)
        return known if known is not None and known.id == hit.entry.id else hit.cause()

    def _evidence(self, hit: Hit | None, facts: LogFacts) -> tuple[LogEvidence, ...]:
        """The lines that say the cause; for an unknown failure the last words of its step, or of the log."""
        if hit is not None:
            return self._placed(hit.lines)
        first = (LogEvidence(facts.first_error_line, facts.first_error),) if facts.first_error and facts.failure is None else ()
        told = {e.line: e for e in (*end_of(facts, self._matcher).telling, *first)}
        return self._placed(sorted(told.values(), key=lambda e: e.line))

    def _placed(self, lines: Sequence[LogEvidence]) -> tuple[LogEvidence, ...]:
        """The same with the numbers of the file."""
        return tuple(replace(e, line=self._numbers.of(e.line)) for e in lines)


@lru_cache(maxsize=4)
def _skim_of(catalogue: Catalogue) -> Skim:
    """Kept for the next log: it takes as long to make as a small log to read."""
    return Skim(signs_of(catalogue), WORDS)


def _said_done(facts: LogFacts, story: LogStory) -> bool:
    return facts.succeeded or story.script_code == 0 or (facts.phase is Phase.DONE and facts.failure is None)


def _result(facts: LogFacts, story: LogStory, hit: Hit | None) -> str:
    """What is proven, from the strongest statement down."""
    if _said_done(facts, story):
        return _behind_success(facts, story)
    if story.cancelled and (facts.failure is None or facts.failure.canceled or facts.failure.line > story.cancelled):
        return "cancelled"
    seen = facts.import_seen
    import_failed = facts.import_broken or (seen.failed and not seen.ending)  # whatever the script does afterwards
    if facts.failure is not None or facts.gave_up or story.stopped or story.script_code or import_failed:
        return "failed"
    unfinished = facts.phase is not None and story.is_build
    running = hit is None or hit.entry.is_symptom or (story.building and hit.target != "")  # a step may get over it yet
    return "running" if unfinished and running else "inconclusive"


def _phase(facts: LogFacts, story: LogStory, hit: Hit | None, result: str) -> Phase | None:
    if hit is None and not story.is_build and result == "inconclusive":
        return None  # any text would do for the first phase
    return phase_of(facts, hit) if result in {"failed", "inconclusive"} else facts.phase


def _behind_success(facts: LogFacts, story: LogStory) -> str:
    if facts.object_existed or facts.image_existed or facts.import_broken:
        return "failed"
    if not story.saw_aws:
        return "succeeded" if facts.succeeded else "inconclusive"
    return "succeeded" if facts.ids.get("snapshot") and facts.ids.get("ami") and story.uploaded else "inconclusive"


def _left_behind(facts: LogFacts, story: LogStory, result: str) -> tuple[LeftOver, ...]:
    """What the log says was made in AWS and not used up; `certain` is False for what can only be guessed from it."""
    left = []
    task, snapshot, ami = (facts.ids.get(kind, "") for kind in ("import_task", "snapshot", "ami"))
    where = f"s3://{story.place['bucket']}/{story.place['key']}" if "key" in story.place else ""
    if story.uploaded and where:
        left.append(LeftOver("object", where, certain=True))
    elif story.uploading and not facts.object_existed and where and facts.uploaded:
        left.append(LeftOver("upload", where, certain=False))
    if result == "succeeded":
        return tuple(left)
    if task and not snapshot and (not facts.import_seen.ended or facts.import_seen.ending):
        left.append(LeftOver("import_task", task, certain=False))
    new_ami = ami if ami != facts.image_existed else ""
    if snapshot and not new_ami:
        left.append(LeftOver("snapshot", snapshot, certain=True))
    if new_ami:
        left.append(LeftOver("ami", new_ami, certain=True))
    return tuple(left)
