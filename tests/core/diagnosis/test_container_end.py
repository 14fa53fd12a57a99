"""What an engine's words prove about the end of a container, and what they do not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from canvos_tui.core.diagnosis.container_end import ContainerEnd, Said, end_of_build, killed, lost, memory_findings
from canvos_tui.core.run.containers import BUILDER, ListedContainer
from canvos_tui.core.run.result import Cause

AT = datetime(2026, 11, 22, 14, 5, tzinfo=UTC)
BUILD = ListedContainer("4b509efa5504" + "0" * 52, "amazing_turing", "x/earthly/earthly:v0.8.15", "running", 1000.0)


LATER = AT + timedelta(hours=1)


def said(seconds: float, what: str, signal: int = 0, code: int | None = None) -> Said:
    return Said(AT + timedelta(seconds=seconds), what, signal, code)


def end(*words: Said) -> ContainerEnd:
    return ContainerEnd(BUILD, words)


@pytest.mark.parametrize(
    ("words", "signal"),
    [
        ((said(0, "kill", 9), said(0.1, "die", code=137)), 9),  # docker kill, docker rm -f
        ((said(0, "kill", 15), said(10, "kill", 9), said(10.1, "die", code=137)), 9),  # docker stop, SIGTERM not heeded
        ((said(0, "kill", 15), said(20, "die", code=2)), 15),  # docker stop, Earthly cleaned up
        ((said(0, "die", code=137),), 9),
        ((said(0, "die", code=143),), 15),
        ((said(0, "die", code=1),), 0),
        ((said(0, "die", code=139),), 0),  # it crashed, and nobody made it
        ((said(0, "kill", 28), said(1, "die", code=1)), 0),  # the window's size changed
        ((said(0, "kill", 15), said(600, "die", code=1)), 0),  # not heeded, and long ago
        ((said(0, "kill", 15), said(1, "die", code=0)), 0),
        ((said(0, "die", code=1), said(5, "kill", 9)), 0),  # it was dead already
        ((said(0, "kill", 9), said(0, "die", code=137), said(1, "start"), said(90, "die", code=1)), 0),  # started again
        ((said(0, "start"),), 0),
        ((), 0),
    ],
)
def test_only_what_ended_it_counts(words: tuple[Said, ...], signal: int) -> None:
    assert end(*words).signal == signal
    assert (killed(end(*words), AT, LATER) is not None) == bool(signal)


def test_a_container_that_outlived_the_command_did_not_end_it() -> None:
    stopped = end(said(9, "kill", 15), said(9.5, "die", code=143))  # by an engine that was started again
    assert killed(stopped, AT, AT + timedelta(seconds=5)) is None
    assert killed(stopped, AT, AT + timedelta(seconds=10)) is not None


def test_memory_is_named_only_where_the_engine_does() -> None:
    died = said(0, "die", code=137)
    starved = end(said(-1, "oom"), died)
    assert starved.starved
    assert not end(died).starved
    assert not end(said(-600, "oom"), died).starved, "a process in it, ten minutes ago"
    assert not end(said(-1, "oom"), said(-0.5, "kill", 9), died).starved, "somebody was quicker"
    assert replace(end(), exit_code=137, oom=True).starved
    assert not replace(end(), exit_code=1, oom=True).starved


def test_the_evidence_is_what_was_said_and_when() -> None:
    words = end(said(-1, "kill", 15), said(0, "die", code=137))
    found = killed(words, AT - timedelta(seconds=4), LATER, Cause("x", "A step failed", ""))
    assert found is not None
    assert found.evidence == (
        "engine: container 4b509efa5504 (amazing_turing) died at 14:05:00 UTC, exit code 137",
        "engine: told to send it SIGTERM at 14:04:59 UTC",
        "last seen running at 14:04:56 UTC",
    )
    assert found.remedies[0].commands[0].run == "sudo journalctl -u docker --no-pager --since '2026-11-22 14:04:56 UTC'"
    assert found.explanation.endswith("What the log shows besides: A step failed.")


def test_a_container_is_lost_only_if_the_engine_knows_nothing_of_it() -> None:
    assert lost(end(), AT) is not None
    assert lost(end(said(0, "start")), AT) is None
    assert lost(replace(end(), exit_code=1), AT) is None


def test_the_build_ran_in_the_newest_container_that_the_run_made() -> None:
    old, builder, own = (
        ContainerEnd(replace(BUILD, name=name, created=at)) for name, at in (("a", 10.0), (BUILDER, 1010.0), ("b", 1000.0))
    )
    assert end_of_build((old, builder, own), 1000.5) is own
    assert end_of_build((old, builder), 1000.5) is None


def test_memory_that_ran_out_is_told_whatever_came_of_it() -> None:
    (found,) = memory_findings((end(said(0, "oom"), said(9, "die", code=1)), end(said(9, "die", code=1))))
    assert found.text == "memory ran out in the container 4b509efa5504 (amazing_turing) at 14:05:00 UTC"
