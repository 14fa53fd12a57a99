"""What AWS still does, or did, after a run ended with something under way there: asked anew each time, because AWS goes on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from canvos_tui.core.aws.facts import AwsKeys
from canvos_tui.core.aws.keys import to_use
from canvos_tui.core.aws.sighting import Sighting
from canvos_tui.core.checkout.key_places import look_for_keys
from canvos_tui.core.errors import CanvosError
from canvos_tui.core.ports import Aws, Ports
from canvos_tui.core.run.outcome import Outcome
from canvos_tui.core.run.result import Finding, RunResult
from canvos_tui.core.run.run import BuildPlan
from canvos_tui.core.status import Status
from canvos_tui.core.verdict.chain import watched
from canvos_tui.core.verdict.judge import JudgeHints, judge
from canvos_tui.core.verdict.standing import so_far

_DECIDED = frozenset({Outcome.SUCCEEDED, Outcome.FAILED})
_HERE = frozenset({"container", "process", "file"})  # left on this machine, not in AWS
_OF_AWS = frozenset({"object", "import-task", "exit-code", "cancelled"})  # findings of the judge, besides those about the AMI


async def final_result(ports: Ports, run_id: str) -> RunResult | None:
    """The stored result; what AWS says now where the run was interrupted or its import went on. None while it runs."""
    result = await ports.runs.result(run_id)
    if result is None:
        return None
    interrupted = result.outcome is Outcome.INTERRUPTED
    plan = await ports.runs.plan(run_id)
    open_snapshot = plan.baseline.direct and not result.snapshot and any(left.kind == "snapshot" for left in result.left_behind)
    if not interrupted and not open_snapshot and all(left.kind != "import_task" for left in result.left_behind):
        return result
    try:
        return await (_asked(ports, plan, result) if interrupted else _renewed(ports, plan, result))
    except CanvosError as error:
        how = f"what AWS still does was not asked: {error}; {error.remedy}".rstrip("; ")
        return replace(result, findings=(*result.findings, Finding("aws", Status.UNKNOWN, how)))


async def _renewed(ports: Ports, plan: BuildPlan, result: RunResult) -> RunResult:
    """What became of the import and what is left, as it is now. The verdict stands, unless it was that success is not proven yet."""
    named = await _named(ports, plan, result)
    sighting = await (await open_for(ports, plan)).sight(plan.baseline, _watched(plan, result, named))
    blind = _blind(sighting)
    judged, serious = (
        _judged(plan, result, sighting, named),
        any(unseen.what.decisive for unseen in sighting.blind),
    )
    if serious and not judged.snapshot:
        return replace(result, findings=(*result.findings, *blind))
    anew = _OF_AWS | {finding.id for finding in judged.findings}
    own = tuple(f for f in result.findings if f.id not in anew and not f.id.startswith("ami"))
    unseen = _HERE if sighting.uploads is not None else _HERE | {"upload"}
    kept = tuple(left for left in result.left_behind if left.kind in unseen)
    proven = result.outcome is Outcome.INCONCLUSIVE and judged.outcome is Outcome.SUCCEEDED
    return replace(
        judged if proven else result,
        snapshot=judged.snapshot or result.snapshot,
        ami=judged.ami or result.ami,
        findings=(*judged.findings, *own, *(blind if serious else ())),
        left_behind=tuple(dict.fromkeys((*kept, *judged.left_behind))),
        phase_seconds=result.phase_seconds,
    )


async def _named(ports: Ports, plan: BuildPlan, result: RunResult) -> dict[str, str] | None:
    """What a run of our own stages told of itself; None for a build, of which nobody tells that from what was merely seen."""
    return (await so_far(ports, result.run_id)).named if plan.resumes is not None else None


def _watched(plan: BuildPlan, result: RunResult, named: dict[str, str] | None) -> str:
    return watched(plan.baseline, {"import_task": result.import_task, "snapshot": result.snapshot, **(named or {})})


def _judged(plan: BuildPlan, result: RunResult, sighting: Sighting, own: dict[str, str] | None) -> RunResult:
    named = {"import_task": result.import_task, "snapshot": result.snapshot, "ami": result.ami}
    ids = {**{kind: found for kind, found in named.items() if found}, **(own or {})}
    # a build that lost its supervisor may have gone on by itself
    ended = result.outcome is Outcome.INTERRUPTED or bool(result.object_size)
    hints = JudgeHints(result.phase, result.cause, result.log, result.found, own, ended)
    cancelled = result.outcome is Outcome.CANCELLED
    judged = judge(result.run_id, plan, sighting, result.exit_code, ids, cancelled, hints, result.started_at, result.ended_at)
    if not result.import_task or sighting.tasks is None or any(t.task_id == result.import_task for t in sighting.tasks):
        return judged
    text = f"AWS lists {result.import_task} no longer, as it does some days after the end; a snapshot of it is described with that id"
    forgotten = Finding("import-task", Status.UNKNOWN, text)
    return replace(judged, findings=tuple(forgotten if f.id == "import-task" else f for f in judged.findings))


def _blind(sighting: Sighting) -> tuple[Finding, ...]:
    return tuple(Finding("aws", Status.UNKNOWN, f"not seen: {unseen}") for unseen in sighting.blind)


async def _asked(ports: Ports, plan: BuildPlan, result: RunResult) -> RunResult:
    named = await _named(ports, plan, result)
    sighting = await (await open_for(ports, plan)).sight(plan.baseline, _watched(plan, result, named))
    judged, blind = _judged(plan, result, sighting, named), _blind(sighting)
    decided = judged.outcome in _DECIDED and (judged.outcome is Outcome.SUCCEEDED or judged.cause is not result.cause)
    return replace(
        judged,
        outcome=judged.outcome if decided else Outcome.INTERRUPTED,
        cause=judged.cause if decided else result.cause,
        ami=judged.ami or result.ami,
        snapshot=judged.snapshot or result.snapshot,
        findings=(*result.findings, *judged.findings, *blind),
        left_behind=tuple(dict.fromkeys((*result.left_behind, *judged.left_behind))),
    )


async def open_for(ports: Ports, plan: BuildPlan) -> Aws:
    """AWS for a run of the past; CanvosError where its keys are not at hand, or another AWS would be asked than the run used."""
    if plan.endpoint != ports.aws.endpoint():
        there = plan.endpoint or "AWS itself"
        raise CanvosError(f"this run used {there}", remedy="set AWS_ENDPOINT_URL as it was then")
    return await ports.aws.open(await _keys(ports, Path(plan.checkout)), plan.baseline.region)


async def _keys(ports: Ports, checkout: Path) -> AwsKeys:
    """Keys without a question."""
    placed = to_use(await look_for_keys(ports, checkout))
    if placed is None:
        raise CanvosError("there are no AWS keys", remedy="export AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, then ask again")
    return placed.keys
