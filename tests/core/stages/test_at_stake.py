"""Which raw image a new build would take from an earlier run: that of the newest build, while nobody has it in AWS."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from canvos_tui.core.aws.facts import Baseline
from canvos_tui.core.errors import RunError
from canvos_tui.core.ports import Ports
from canvos_tui.core.questions.review import Pending
from canvos_tui.core.run.outcome import Outcome
from canvos_tui.core.run.result import RunInfo, RunResult
from canvos_tui.core.run.run import BuildPlan, Resumes
from canvos_tui.core.run.stage import StageId
from canvos_tui.core.stages.at_stake import raw_at_stake

NOW = datetime(2026, 11, 27, tzinfo=UTC)
CHECKOUT = Path("/home/me/CanvOS")
RAW = "/home/me/CanvOS/build/edge.raw"
GUIDE = BuildPlan(str(CHECKOUT), "v4.9.38", ("./earthly.sh",), Baseline(NOW, "eu-west-1", "images", "edge"))
BUILD = replace(GUIDE, resumes=Resumes("", StageId.IMAGE, token="t"))
AGAIN = replace(GUIDE, resumes=Resumes("r1", StageId.UPLOAD, raw=RAW))
FAILED = RunResult("r1", Outcome.FAILED, bucket="images", key="edge", raw=RAW)
DONE = RunResult("r2", Outcome.SUCCEEDED, bucket="images", key="edge", raw=RAW, ami="ami-1")


class World:
    """Runs, the newest first, each with its plan and its result; and what lies on the disk."""

    def __init__(self, *runs: tuple[str, BuildPlan | None, RunResult | None], there: bool = True) -> None:
        self._runs, self._there = runs, there

    async def infos(self) -> tuple[RunInfo, ...]:
        return tuple(RunInfo(name, plan.checkout if plan else str(CHECKOUT), "v4.9.38", NOW, False, None) for name, plan, _ in self._runs)

    async def plan(self, run_id: str) -> BuildPlan:
        found = next(plan for name, plan, _ in self._runs if name == run_id)
        if found is None:
            raise RunError("its record is damaged")
        return found

    async def result(self, run_id: str) -> RunResult | None:
        return next(result for name, _, result in self._runs if name == run_id)

    async def facts(self, path: Path) -> Any:
        return object() if self._there and str(path) == RAW else None

    def asked(self) -> str:
        return asyncio.run(raw_at_stake(cast("Ports", SimpleNamespace(runs=self, files=self)), CHECKOUT))


def test_the_newest_build_whose_image_is_nowhere_else_is_named_with_what_goes_on_with_it():
    said = World(("r1", BUILD, FAILED)).asked()
    assert said == f"{RAW} is the image of run r1, which is not in AWS yet: a build may write over it; canvos-tui resume r1 goes on with it"
    assert Pending(at_stake=said).warnings() == (said,)


@pytest.mark.parametrize(
    "world",
    [
        World(),
        World(("r1", GUIDE, replace(FAILED, raw=""))),
        World(("r1", BUILD, FAILED), there=False),
        World(("r1", replace(BUILD, checkout="/elsewhere"), FAILED)),
        World(("r1", BUILD, replace(FAILED, raw="/mnt/edge.raw"))),
        World(("r1", BUILD, replace(FAILED, object_size=5))),
        World(("r2", AGAIN, DONE), ("r1", BUILD, FAILED)),
        World(("r2", BUILD, replace(DONE, run_id="r2")), ("r1", BUILD, FAILED)),
        World(("r2", BUILD, None), ("r1", BUILD, FAILED)),
    ],
    ids=["no run", "guide's", "gone", "other checkout", "given by somebody", "uploaded", "gone on from", "built since", "under way"],
)
def test_nothing_is_at_stake_otherwise(world: World):
    assert world.asked() == ""


def test_a_run_that_went_on_and_failed_is_the_one_to_go_on_from():
    said = World(("r2", AGAIN, replace(FAILED, run_id="r2")), ("r1", BUILD, FAILED)).asked()
    assert "canvos-tui resume r2" in said


def test_a_damaged_record_hides_no_other_run():
    assert "resume r1" in World(("r9", None, None), ("r8", GUIDE, None), ("r1", BUILD, FAILED)).asked()
