"""What is usual: one's own past before anybody else's word, and never without its source."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from canvos_tui.core.aws.facts import Baseline
from canvos_tui.core.run.events import Finished, PhaseEntered, Started
from canvos_tui.core.run.phase import Phase
from canvos_tui.core.run.run import BuildPlan, BuildRun
from canvos_tui.core.run.usual_times import Usual, overdue, phase_seconds, remaining, span, usual_times

AT = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
PLAN = BuildPlan("/x", "v4.9.38", ("./earthly.sh",), Baseline(AT, "us-east-1", "b", "k"))
WHOLE = {"prepare": 60, "base": 900, "installer": 300, "raw": 600, "awscli": 40, "upload": 800, "import": 1800, "register": 60, "ami": 90}


def run(*entered: tuple[float, Phase]) -> BuildRun:
    events = [PhaseEntered(AT + timedelta(seconds=seconds), phase, 1) for seconds, phase in entered]
    return BuildRun(PLAN).after((Started(AT, 1, "x"), *events))


def test_without_a_past_our_estimate_counts_and_is_named() -> None:
    usual = usual_times(())
    assert usual[Phase.UPLOAD].text == "our estimate 10-30 min"
    assert usual[Phase.IMPORT].text == "our estimate 15-45 min"
    assert Phase.BASE not in usual, "nobody said how long that takes"


def test_ones_own_past_wins_phase_by_phase() -> None:
    usual = usual_times(({"base": 372.0, "upload": 700.0}, {"base": 500.0}))
    assert usual[Phase.BASE] == Usual(372.0, 500.0, 2)
    assert usual[Phase.UPLOAD].text == "usually 11:40 (1 run here)"
    assert not usual[Phase.IMPORT].own


def test_with_many_runs_one_odd_run_does_not_count() -> None:
    usual = usual_times([{"base": float(n)} for n in (300, 310, 320, 330, 340, 9000)])
    assert (usual[Phase.BASE].low, usual[Phase.BASE].high) == (310.0, 340.0)


def test_only_a_phase_that_was_left_says_how_long_it_takes() -> None:
    failed = run((0, Phase.PREPARE), (60, Phase.BASE), (400, Phase.INSTALLER)).after((Finished(AT + timedelta(seconds=500), 1),))
    assert phase_seconds(failed) == {"prepare": 60.0, "base": 340.0}
    done = run((0, Phase.AMI), (90, Phase.DONE)).after((Finished(AT + timedelta(seconds=91), 0),))
    assert phase_seconds(done) == {"ami": 90.0}


def test_twice_the_usual_is_too_long_and_the_unknown_never() -> None:
    usual = Usual(900, 2700)
    assert [overdue(usual, seconds) for seconds in (2700, 5400, 5401)] == [False, False, True]
    assert not overdue(None, 1e9)
    quick = Usual(0, 2, 1)
    assert [overdue(quick, seconds) for seconds in (10, 62, 63)] == [False, False, True]  # a minute at the least


def test_the_rest_is_a_range_with_its_source() -> None:
    young = run((0, Phase.PREPARE))
    assert remaining(young, usual_times(()), AT + timedelta(minutes=10)) == "ends in 50-110 min (our estimate)"
    late = run((0, Phase.PREPARE), (3000, Phase.IMPORT))
    assert remaining(late, usual_times(()), AT + timedelta(seconds=3600)) == "ends in 7-39 min (our estimate)"
    own = usual_times((WHOLE,))
    assert remaining(run((0, Phase.PREPARE), (60, Phase.BASE)), own, AT + timedelta(seconds=360)) == "ends in 1:11:30 (own runs)"
    assert remaining(young, usual_times(()), AT + timedelta(hours=3)) == "longer than our estimate of 1-2 h"
    assert remaining(BuildRun(PLAN), own, AT) == ""
    assert remaining(young.after((Finished(AT, 1),)), own, AT) == ""


def test_ones_own_runs_are_named_for_nothing_that_they_do_not_say() -> None:
    last = run((0, Phase.PREPARE), (3000, Phase.AMI))
    assert remaining(last, usual_times(()), AT + timedelta(seconds=3000)) == "ends in 1-2 min (our estimate)"
    assert remaining(last, usual_times((WHOLE,)), AT + timedelta(seconds=3000)) == "ends in 1:30 (own runs)"
    before = {name: seconds for name, seconds in WHOLE.items() if name != "register"}
    mixed = remaining(run((0, Phase.REGISTER)), usual_times((before,)), AT)
    assert mixed.endswith("(own runs and our estimate)"), mixed


def test_a_range_is_told_in_few_words() -> None:
    assert [span(372, 372), span(30, 60), span(600, 1800), span(700, 720), span(3600, 7200)] == [
        "6:12",
        "0:30-1:00",
        "10-30 min",
        "12:00",
        "60-120 min",
    ]
