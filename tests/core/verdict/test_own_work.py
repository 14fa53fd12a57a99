"""What our own stages most likely left where they ended before they heard of it: an object, a snapshot, told as not certain."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from canvos_tui.core.aws.facts import Baseline, Image, S3Object, Snapshot, Upload
from canvos_tui.core.aws.sighting import Sighting
from canvos_tui.core.run.outcome import Outcome
from canvos_tui.core.run.phase import Phase
from canvos_tui.core.run.raw_image import RawImage
from canvos_tui.core.run.result import RunResult
from canvos_tui.core.run.run import BuildPlan, Resumes
from canvos_tui.core.run.stage import StageId
from canvos_tui.core.verdict.judge import JudgeHints, judge
from canvos_tui.core.verdict.own_work import GIVEN_UP, SAME

NOW = datetime(2026, 11, 22, 14, 12, tzinfo=UTC)
RAW = RawImage("kairos.raw", 3_000_000_000, "AAAAAA==")
OBJECT = S3Object("edge", RAW.size, NOW, '"new"')
BASE = Baseline(NOW, "eu-central-1", "images", "edge")
DIRECT = replace(BASE, bucket="")
BEGUN = {"raw": RAW.id, "upload": "u1"}
SENT = Sighting(NOW, (), OBJECT, True, (), None, ())
OPEN = Upload("u1", "edge", NOW)
PENDING = Snapshot("snap-0lost", "pending", "edge", 1024**3, started=NOW)


def told(sighting: Sighting, base: Baseline = BASE, exit_code: int | None = None, *, ids: dict[str, str]) -> RunResult:
    stage = StageId.SNAPSHOT if base.direct else StageId.UPLOAD
    plan = BuildPlan("/c", "v4.9.38", ("./earthly.sh",), base, resumes=Resumes("", stage, raw="/tmp/kairos.raw"))
    return judge("r", plan, sighting, exit_code, ids, False, JudgeHints(Phase.UPLOAD, named=ids), NOW, NOW)


def unsure(result: RunResult) -> list[str]:
    return [f"{left.kind} {left.id}" for left in result.left_behind if not left.certain and left.look and not left.removal]


def test_an_object_that_came_as_the_upload_ended_unheard_is_left_over_and_whose_it_is_not_certain() -> None:
    result = told(SENT, ids=BEGUN)
    assert result.outcome is Outcome.INTERRUPTED
    assert unsure(result) == ["object s3://images/edge"]
    (left,) = (left for left in result.left_behind if left.kind == "object")
    assert left.look == "aws s3api head-object --region eu-central-1 --bucket images --key edge"


@pytest.mark.parametrize(
    ("change", "more"),
    [
        ({"uploads": (OPEN,)}, {}),
        ({"uploads": None}, {}),
        ({"object": None}, {}),
        ({"object": replace(OBJECT, size=5)}, {}),
        ({}, {GIVEN_UP: "u1"}),
        ({}, {GIVEN_UP: "u1", SAME: '"new"'}),
        ({}, {"upload": ""}),
        ({}, {"raw": ""}),
    ],
    ids=[
        "still open",
        "not asked for",
        "no object",
        "of another size",
        "given up",
        "another's with the same bytes",
        "none begun",
        "no image",
    ],
)
def test_no_object_is_taken_for_the_runs_that_cannot_be(change, more) -> None:
    assert "object s3://images/edge" not in unsure(told(replace(SENT, **change), ids={**BEGUN, **more}))


def test_an_object_that_is_proven_is_told_once_and_as_certain() -> None:
    result = told(SENT, ids={**BEGUN, "object": '"new"'})
    assert [(left.kind, left.certain) for left in result.left_behind if left.kind == "object"] == [("object", True)]


@pytest.mark.parametrize("exit_code", [None, 1], ids=["killed", "failed"])
def test_a_snapshot_whose_id_got_lost_is_left_over_and_whose_it_is_not_certain(exit_code) -> None:
    seen = Sighting(NOW, (), None, True, (), None, (), begun=(PENDING,))
    assert unsure(told(seen, DIRECT, exit_code, ids={"raw": RAW.id})) == ["snapshot snap-0lost"]
    assert unsure(told(seen, DIRECT, exit_code, ids={})) == [], "it had no image yet: nothing was begun"
    used = Image("ami-0", "edge", "available", "snap-0lost", "x86_64", "uefi", True)
    assert unsure(told(replace(seen, images=(used,)), DIRECT, exit_code, ids={"raw": RAW.id})) == ["ami ami-0"]
