"""The cause of a failed run: in the words of AWS or of the catalogue, else the plain step that the log names."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from canvos_tui.core.aws.snapshot_settings import AS_SCRIPT, SnapshotSettings
from canvos_tui.core.diagnosis.catalogue import Catalogue
from canvos_tui.core.diagnosis.cause_search import Hit, Matcher
from canvos_tui.core.diagnosis.places import explained, filled
from canvos_tui.core.diagnosis.unknown import FIRST_ERROR, STEP_FAILED, unknown_cause
from canvos_tui.core.log.facts import LogFacts
from canvos_tui.core.log.line import Kind, LogLine
from canvos_tui.core.run.phase import Phase
from canvos_tui.core.run.result import SKIPPED, Cause, RunResult
from canvos_tui.core.verdict.other_choice import with_other

_LOST = "E-DOCKER-LOST"  # what the docker command says when its engine is gone, which it cannot know
IMPORT_FAILED = "import-failed"  # the cause whose explanation is what AWS said about the import task
_REUSED = "E-OBJECT-REUSED"  # what the script says when it skips the upload
_PHASES = {
    "+base-image": Phase.BASE,
    "+stylus-image": Phase.INSTALLER,
    "+iso-image": Phase.INSTALLER,
    "+validate-user-data": Phase.RAW,
    "+cloud-image": Phase.RAW,
}
_STEP = re.compile(r"\d+/\d+")


def with_cause(
    result: RunResult, facts: LogFacts, matcher: Matcher, catalogue: Catalogue, making: SnapshotSettings = AS_SCRIPT
) -> RunResult:
    """The failed run with the best cause that can be told, its commands with real values, and the phase that belongs to it.

    `making` is what was chosen for its snapshot.
    """
    result = _caused(result, facts, matcher, catalogue)
    if result.cause is None:
        return result
    values = {**facts.ids, "bucket": result.bucket, "key": result.key, "region": result.region}
    values |= {name: found for name, found in (("import_role", making.role), ("kms_key", making.key)) if found}
    values |= {name: found for name, found in (("ami", result.ami), ("snapshot", result.snapshot)) if found}
    remedies = tuple(explained(filled(remedy, values)) for remedy in result.cause.remedies)
    return replace(result, cause=replace(result.cause, remedies=(*remedies, *with_other(result))))


def _caused(result: RunResult, facts: LogFacts, matcher: Matcher, catalogue: Catalogue) -> RunResult:
    cause = result.cause
    hit = hit_in_log(facts, matcher)
    if cause is None:
        return replace(result, cause=cause_in_log(facts, matcher), phase=phase_of(facts, None) or result.phase)
    if cause.id == IMPORT_FAILED:
        return replace(result, cause=_explained(cause, catalogue, hit))
    if cause.id in SKIPPED and (said := matcher.named(_REUSED)) is not None:
        return replace(result, cause=replace(cause, evidence=said.cause().evidence, line=said.line))
    if hit is not None and cause.id == hit.entry.id:
        return replace(result, phase=phase_of(facts, hit) or result.phase)
    return result


def hit_in_log(facts: LogFacts, matcher: Matcher) -> Hit | None:
    """What the catalogue knows about this log, given the step that failed first; a mere symptom gives way to an error that nobody knows."""
    hit = matcher.found(facts.failure.target if facts.failure is not None and not facts.failure.canceled else "")
    if hit is None or not hit.entry.is_symptom:
        return hit
    first = matcher.step_end(hit.target).first_error
    return hit if first is None or first.line >= hit.line else None


def known_cause(facts: LogFacts, matcher: Matcher) -> Cause | None:
    """The same as a cause, with the place of the step where it is the step's own."""
    hit = hit_in_log(facts, matcher)
    if hit is None:
        return None
    cause = hit.cause()
    failure = facts.failure
    if failure is None or not failure.position or hit.target not in {failure.target, ""}:
        return cause
    code = f", exit code {failure.exit_code}" if failure.exit_code is not None else ""
    return replace(cause, explanation=f"{cause.explanation} The step: {failure.target}, {failure.position}{code}.")


def cause_in_log(facts: LogFacts, matcher: Matcher | None = None, placed: Callable[[int], int] = int) -> Cause | None:
    """The failing step with its last words, for an error that nobody knows; None when the log shows no error at all.

    `placed` gives the number that a line has in the file.
    """
    return unknown_cause(facts, matcher, placed)


def says_little(cause: Cause | None, facts: LogFacts) -> bool:
    """Whether what was seen of the engine says more: none, any first error, a step taken down with the rest, a broken connection to it."""
    return cause is None or cause.id in {FIRST_ERROR, _LOST} or (cause.id == STEP_FAILED and not facts.step_failed)


def phase_of(facts: LogFacts, hit: Hit | None) -> Phase | None:
    """The phase in which it failed: targets run side by side, so that the latest phase of the log need not be the one."""
    if hit is not None and hit.entry.phase is not None:
        return hit.entry.phase
    target = (hit.target if hit is not None else "") or (facts.failure.target if facts.failure is not None else "")
    if target == "+aws-cloud-image" and (facts.phase is None or facts.phase.order < Phase.AWSCLI.order):
        return Phase.AWSCLI
    return _PHASES.get(target) or (Phase.BASE if _STEP.fullmatch(target) else facts.phase)


def _explained(cause: Cause, catalogue: Catalogue, hit: Hit | None) -> Cause:
    """What AWS said about the import, with what the catalogue knows about such words."""
    words = cause.explanation.rstrip(".")
    claim = catalogue.best(LogLine(Kind.OUTPUT, "", f"Status Message: {words}"))
    if claim is None:
        return cause
    told = Hit(claim.entry, "", ()).cause()
    line = hit.line if hit is not None and hit.entry is claim.entry else 0
    ways = (*(way for way in cause.remedies if way.commands), *told.remedies)  # those with the run's own values first
    return replace(told, explanation=f"AWS says: {words}. {told.explanation}", evidence=(words,), line=line, remedies=ways)
