"""What goes through the pipe to a supervisor, and nowhere else."""

from __future__ import annotations

import pytest

from canvos_tui.core.aws.facts import AwsKeys
from canvos_tui.core.diagnosis.run_cause import cause_in_log
from canvos_tui.core.log.facts import Failure, LogFacts
from canvos_tui.core.run.mandate import Mandate, parse_mandate
from canvos_tui.core.secret import Secret

MANDATE = Mandate(AwsKeys("ASIAX", Secret("s/e+c'r\"et"), Secret("tok")), (Secret("päss"),), 0.5, 100, 40)


def test_it_comes_back() -> None:
    assert parse_mandate(MANDATE.document()) == MANDATE
    plain = Mandate(AwsKeys("AKIAX", Secret("s")))
    assert parse_mandate(plain.document()) == plain


def test_nothing_of_it_is_printed() -> None:
    assert "s/e" not in repr(MANDATE)
    assert "päss" not in repr(MANDATE)
    assert [m.name for m in MANDATE.masked()] == ["aws_key_id", "aws_secret", "aws_token", "secret"]


@pytest.mark.parametrize("cut", [0, 1, 20, 60])
def test_a_damaged_one_is_refused_without_its_content(cut: int) -> None:
    with pytest.raises(ValueError, match="no mandate came") as raised:
        parse_mandate(MANDATE.document()[:cut])
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__


def test_the_cause_in_a_log_is_its_failing_step_or_its_first_error() -> None:
    assert cause_in_log(LogFacts()) is None
    first = cause_in_log(LogFacts(first_error="E: x", first_error_line=4))
    assert first is not None
    assert (first.line, first.evidence) == (4, ("E: x",))
    step = cause_in_log(LogFacts(first_error="E: x", failure=Failure("+base", "Earthfile:1:2", 9, 100)))
    assert step is not None
    assert "+base, Earthfile:1:2" in step.title
    assert "exit code 100" in step.explanation
    assert step.line == 9
