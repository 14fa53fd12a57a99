"""Looks at what a run of the past made, as AWS has it now: its AMI by its id, its snapshot, its object, and what was chosen for them."""

from __future__ import annotations

from datetime import datetime

from canvos_tui.core.aws.facts import Image
from canvos_tui.core.errors import RunError
from canvos_tui.core.ports import Aws, Ports
from canvos_tui.core.run.result import Finding, RunResult
from canvos_tui.core.run.resumable import not_over
from canvos_tui.core.run.run import BuildPlan, RunId
from canvos_tui.core.status import Status
from canvos_tui.core.verdict.aftermath import final_result, open_for
from canvos_tui.core.verdict.validate import looked_at, object_finding


async def validate_run(ports: Ports, run_id: RunId, plan: BuildPlan) -> tuple[Finding, ...]:
    """What there is now of that run, and how it differs from what the run made and was asked for.

    RunError for a run that lives, and for keys of another account; CanvosError where there are no keys or another AWS would be asked than
    the run used; AwsError when AWS cannot be asked.
    """
    result = await final_result(ports, run_id)
    if result is None:
        raise not_over(run_id)
    aws, base = await open_for(ports, plan), plan.baseline
    account = (await aws.identity()).account
    if base.account and account != base.account:
        raise RunError(f"these keys are of account {account}, and the run used {base.account}", remedy="use keys of that account")
    now = ports.clock.now()
    there = [] if base.direct else await _object(aws, plan, result, now)
    return (*there, *await _ami(aws, plan, result))


async def _object(aws: Aws, plan: BuildPlan, result: RunResult, now: datetime) -> list[Finding]:
    """As without a run, and whether it still has the size that the run saw."""
    base = plan.baseline
    found = await aws.head(base.bucket, base.key)
    seen = object_finding(found, base.bucket, base.key, now)
    if found is None or not result.object_size or found.size == result.object_size:
        return [seen]
    return [seen, Finding("OBJECT", Status.WARN, f"it is not the object of the run, which had {result.object_size} bytes")]


async def _ami(aws: Aws, plan: BuildPlan, result: RunResult) -> list[Finding]:
    name = plan.baseline.image_name
    image = await aws.image(result.ami) if result.ami else None
    if image is None:
        others = [other.image_id for other in await aws.images_named(name)]
        gone = f"{result.ami} of this run is there no more" if result.ami else "this run made no AMI"
        named = f"; {name} is the name of {', '.join(others)}" if others else f", and none of this account is named {name}"
        return [Finding("AMI", Status.FAIL, gone + named)]
    snapshot = await aws.snapshot(image.root_snapshot) if image.root_snapshot else None
    found = list(looked_at(image, snapshot))
    if result.snapshot and image.root_snapshot != result.snapshot:
        found.append(Finding("SNAPSHOT", Status.FAIL, f"the AMI is not of the run's snapshot {result.snapshot}"))
    chosen = _unlike_choices(plan, image)
    if snapshot is not None and (wrong := plan.making.unlike(snapshot)):
        chosen.append(f"its snapshot {wrong}")
    return [*found, *(Finding("AMI-SETTINGS", Status.FAIL, f"not as it was chosen: {wrong}") for wrong in chosen)]


def _unlike_choices(plan: BuildPlan, image: Image) -> list[str]:
    return list(plan.settings.unlike(image)) if plan.settings.texts else []
