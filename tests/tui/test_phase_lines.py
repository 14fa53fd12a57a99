"""The phases as lines: a phase that broke is not shown as done, and no name is cut where they share a line."""

from __future__ import annotations

from datetime import timedelta

import pytest

from canvos_tui.core.run.events import Finished, PhaseEntered, Started, UploadSeen
from canvos_tui.core.run.phase import Phase
from canvos_tui.core.run.run import BuildRun
from canvos_tui.core.run.usual_times import usual_times
from canvos_tui.tui.widgets.phase_list import phase_lines
from tests.tui import story

NAMES = {phase.title for phase in Phase}


def ended(exit_code: int, *phases: Phase) -> BuildRun:
    entered = [PhaseEntered(story.at(minute), phase, 1) for minute, phase in enumerate(phases)]
    return BuildRun(story.PLAN).after((Started(story.at(0), 1, "x"), *entered, Finished(story.at(len(phases)), exit_code)))


UP_TO_IMPORT = (Phase.PREPARE, Phase.BASE, Phase.INSTALLER, Phase.RAW, Phase.AWSCLI, Phase.UPLOAD, Phase.IMPORT)


def lines(run: BuildRun, width: int, *, folded: bool) -> list[str]:
    return [line.plain for line in phase_lines(run, story.at(9) + timedelta(hours=2), {}, folded=folded, width=width)]


@pytest.mark.parametrize("folded", [True, False])
@pytest.mark.parametrize("code", [1, 130])
def test_the_phase_in_which_a_build_broke_is_not_marked_as_done(folded: bool, code: int) -> None:
    drawn = lines(ended(code, *UP_TO_IMPORT), 76, folded=folded)
    (broke,) = [line for line in drawn if "Snapshot import" in line]
    assert broke.startswith("✗ ")
    assert [line for line in drawn if line.startswith("✓ ")]


@pytest.mark.parametrize("folded", [True, False])
def test_where_all_went_well_every_phase_is_done(folded: bool) -> None:
    drawn = lines(ended(0, *UP_TO_IMPORT, Phase.REGISTER, Phase.AMI, Phase.DONE), 76, folded=folded)
    assert not [line for line in drawn if line.startswith("✗ ")]


@pytest.mark.parametrize("width", [40, 56, 60, 76, 90])
def test_names_that_share_a_line_are_whole(width: int) -> None:
    (first, *_) = lines(ended(0, *UP_TO_IMPORT, Phase.REGISTER, Phase.AMI, Phase.DONE), width, folded=True)
    assert len(first) <= width
    assert "..." not in first
    assert "Wait" in first, "how far it came"


@pytest.mark.parametrize("folded", [True, False])
def test_an_upload_says_how_much_of_how_much_and_how_fast(folded: bool) -> None:
    entered = (Started(story.at(0), 1, "x"), PhaseEntered(story.at(1), Phase.UPLOAD, 1))
    run = BuildRun(story.PLAN).after((*entered, UploadSeen(story.at(1) + timedelta(seconds=100), 500_000_000, 4_100_000_000, "aws")))
    drawn = "\n".join(line.plain for line in phase_lines(run, story.at(3), {}, folded=folded, width=76 if folded else 92))
    assert "500 MB of 4.1 GB · 5.0 MB/s" in drawn


def test_behind_the_percentage_of_an_import_stands_what_is_left() -> None:
    run = BuildRun(story.PLAN).after(story.IMPORTING)
    drawn = [line.plain for line in phase_lines(run, story.at(76.2), usual_times(()), folded=True, width=76)]
    (line,) = [line for line in drawn if "42 %" in line]
    assert line.endswith("42 %  5-35 min left"), line
