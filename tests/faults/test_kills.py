"""A run that is killed at a moment of its work in AWS is gone on from: nothing twice in the account, nothing sent twice that was noted."""

from __future__ import annotations

from pathlib import Path

import pytest

from canvos_tui.core.answers.routes import Route
from tests.benchmarks.kills import MOMENTS, MOST, Moment, fill, killed

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("route", "moment"),
    [
        (Route.DIRECT, Moment("PutSnapshotBlock", 20)),
        (Route.DIRECT, Moment("StartSnapshot", done=True)),
        (Route.TWO_STAGE, Moment("UploadPart", 2, done=True)),
        (Route.TWO_STAGE, Moment("CompleteMultipartUpload", done=True)),
        (Route.GUIDE, Moment("ImportSnapshot", done=True)),
    ],
    ids=["direct", "direct, answer lost", "two-stage", "two-stage, answer lost", "guide"],
)
def test_in_the_middle_of_its_work_in_aws(tmp_path: Path, route: Route, moment: Moment) -> None:
    told = killed(route, moment, fill(route, tmp_path / "given.raw", parts=3))
    assert (told.wrong, told.reached, told.built) == ((), True, 1)
    assert told.again <= MOST[route]


@pytest.mark.long
@pytest.mark.parametrize("route", Route)
def test_at_thirty_moments_and_both_sides_of_every_border(tmp_path: Path, route: Route) -> None:
    given = fill(route, tmp_path / "given.raw")
    told = [killed(route, moment, given) for moment in MOMENTS[route]]
    assert len(told) == 30
    assert [str(one.moment) for one in told if not one.reached] == []
    assert {str(one.moment): one.wrong for one in told if one.wrong} == {}
    assert {str(one.moment): one.again for one in told if one.again > MOST[route]} == {}
