"""From the direct route to the two-stage one: the raw image that could not be written into a snapshot goes through S3, without a build."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from canvos_tui.core.answers.answers_file import of_plan
from canvos_tui.core.answers.draft import Draft, FieldAnswered, RouteChosen
from canvos_tui.core.answers.routes import Route
from canvos_tui.core.errors import RunError
from canvos_tui.core.ports import Ports
from canvos_tui.core.run.result import RunResult
from canvos_tui.core.run.resumable import offered
from canvos_tui.core.run.run import BuildPlan, RunId
from canvos_tui.core.run.stage import StageId
from canvos_tui.core.stages.elsewhere import plan_of
from canvos_tui.core.stages.ground import Ground
from canvos_tui.core.stages.resume import AGAIN


def possible(result: RunResult) -> bool:
    """Whether a run of the direct route failed while its raw image lies there: S3 asks for other rights, and for other hosts."""
    return offered(result) is StageId.SNAPSHOT


async def plan_through_s3(ports: Ports, ground: Ground, bucket: str) -> BuildPlan:
    """The plan of a run that uploads the raw image of that one to the bucket; all else is as the run had it.

    RunError where the image is there no more, or where key or name are taken; AwsError for what AWS refuses.
    """
    if not ground.raw:
        raise RunError(f"there is nothing to upload: {ground.of(StageId.IMAGE).text}", remedy=AGAIN)
    made = await plan_of(ports, Path(ground.raw), _answers(ground, bucket), ground.keys, ground.plan.baseline.ami_name)
    assert made.resumes is not None
    return replace(made, resumes=replace(made.resumes, crc=ground.crc), joins=ground.plan.joins)


def _answers(ground: Ground, bucket: str) -> Draft:
    return of_plan(ground.plan).after(RouteChosen(Route.TWO_STAGE)).after(FieldAnswered("S3_BUCKET", bucket))


async def begin_through_s3(ports: Ports, ground: Ground, plan: BuildPlan) -> RunId:
    """Starts it, detached as every run is."""
    return await ports.runs.start(plan, ground.keys)
