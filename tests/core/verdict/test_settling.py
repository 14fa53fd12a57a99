"""How long AWS is waited for after the command ended."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from canvos_tui.core.aws.facts import Baseline, Image, ImportTask
from canvos_tui.core.aws.sighting import Sighting
from canvos_tui.core.verdict.settling import Settling
from canvos_tui.core.verdict.watch import Watch

END = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
BASE = Baseline(END - timedelta(hours=1), "us-east-1", "b", "k", task_ids=("import-snap-old",), images=(Image("ami-old", "k", "pending"),))
LATER = END + timedelta(seconds=2)
NOTHING = Sighting(LATER, tasks=(), images=())


def task(status: str) -> ImportTask:
    return ImportTask("import-snap-1", status, bucket="b", key="k")


def over(sighting: Sighting, exit_code: int | None = 0, seconds: float = 3.0, pace: float = 1.0, blind: int = 0) -> bool:
    watch = replace(Watch(BASE), blind_looks=blind)
    return Settling(BASE, END, exit_code, pace).over(sighting, LATER, watch, END + timedelta(seconds=seconds))


def test_it_is_over_once_a_fresh_look_shows_nothing_on_its_way() -> None:
    assert over(NOTHING)
    assert not Settling(BASE, END, 0).over(NOTHING, END - timedelta(seconds=1), Watch(BASE), END + timedelta(seconds=3))


@pytest.mark.parametrize(("status", "code", "expected"), [("active", 0, False), ("pending", 0, False), ("completed", 0, True)])
def test_an_import_is_waited_for_after_exit_0(status: str, code: int, expected: bool) -> None:
    assert over(replace(NOTHING, tasks=(task(status),)), code) is expected


@pytest.mark.parametrize("status", ["active", "deleting", "deleted"])
def test_an_import_is_not_waited_for_after_a_failure(status: str) -> None:
    assert over(replace(NOTHING, tasks=(task(status),)), 1)
    assert over(replace(NOTHING, tasks=(task("deleted"),)), 0)


def test_an_ami_of_ours_is_waited_for_and_an_old_one_is_not() -> None:
    assert not over(replace(NOTHING, images=(Image("ami-1", "k", "pending"),)), 1)
    assert over(replace(NOTHING, images=(Image("ami-1", "k", "available"), Image("ami-old", "k", "pending"))))


def test_a_blind_look_is_repeated_a_few_times() -> None:
    assert not over(Sighting(LATER), blind=1)
    assert over(Sighting(LATER), blind=3)


def test_time_is_limited() -> None:
    waiting = replace(NOTHING, images=(Image("ami-1", "k", "pending"),))
    assert not over(waiting, seconds=299)
    assert over(waiting, seconds=301)
    assert not over(waiting, seconds=19, pace=0.001)
    assert over(waiting, seconds=21, pace=0.001)
