"""What AWS still does, or did, for a run whose supervisor is gone: asked anew each time, because AWS goes on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from canvos_tui.core import secret_file
from canvos_tui.core.aws_facts import AwsKeys
from canvos_tui.core.build import BuildPlan
from canvos_tui.core.errors import CanvosError
from canvos_tui.core.judge import JudgeHints, judge
from canvos_tui.core.ports import Aws, Ports
from canvos_tui.core.result import Finding, Outcome, RunResult, Status
from canvos_tui.core.secret import Secret

_DECIDED = frozenset({Outcome.SUCCEEDED, Outcome.FAILED})


async def final_result(ports: Ports, run_id: str) -> RunResult | None:
    """The stored result; for a run that was interrupted what AWS says of it now. None while it runs."""
    result = await ports.runs.result(run_id)
    if result is None or result.outcome is not Outcome.INTERRUPTED:
        return result
    plan = await ports.runs.plan(run_id)
    try:
        return await _asked(ports, plan, result)
    except CanvosError as error:
        how = f"what AWS still does was not asked: {error}; {error.remedy}".rstrip("; ")
        return replace(result, findings=(*result.findings, Finding("aws", Status.UNKNOWN, how)))


async def _asked(ports: Ports, plan: BuildPlan, result: RunResult) -> RunResult:
    aws = await open_for(ports, plan)
    sighting = await aws.sight(plan.baseline)
    named = {"import_task": result.import_task, "snapshot": result.snapshot, "ami": result.ami}
    ids = {kind: found for kind, found in named.items() if found}
    hints = JudgeHints(result.phase, result.cause, result.log)
    judged = judge(result.run_id, plan, sighting, result.exit_code, ids, False, hints, result.started_at, result.ended_at)
    blind = tuple(Finding("aws", Status.UNKNOWN, f"not seen: {text}") for text in sighting.blind)
    decided = judged.outcome in _DECIDED and (judged.outcome is Outcome.SUCCEEDED or judged.cause is not result.cause)
    return replace(
        judged,
        outcome=judged.outcome if decided else Outcome.INTERRUPTED,
        cause=judged.cause if decided else result.cause,
        ami=judged.ami or result.ami,
        snapshot=judged.snapshot or result.snapshot,
        findings=(*result.findings, *judged.findings, *blind),
        left_behind=(*result.left_behind, *judged.left_behind),
    )


async def open_for(ports: Ports, plan: BuildPlan) -> Aws:
    """AWS for a run of the past; CanvosError where its keys are not at hand, or another AWS would be asked than the run used."""
    if plan.endpoint != ports.aws.endpoint():
        there = plan.endpoint or "AWS itself"
        raise CanvosError(f"this run used {there}", remedy="set AWS_ENDPOINT_URL as it was then")
    return await ports.aws.open(await _keys(ports, Path(plan.checkout)), plan.baseline.region)


async def _keys(ports: Ports, checkout: Path) -> AwsKeys:
    """Keys without a question: the environment, else the checkout's .secret."""
    env = ports.environ
    key_id, secret, token = (env.get(n, "") for n in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"))
    if key_id and secret:
        return AwsKeys(key_id, Secret(secret), Secret(token) if token else None)
    found = secret_file.keys_of(await ports.files.read_bytes(checkout / ".secret") or b"")
    if found is None:
        raise CanvosError("there are no AWS keys", remedy="export AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, then: canvos-tui attach")
    return found
