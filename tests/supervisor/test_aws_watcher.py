"""Looks at AWS beside everything else."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import cast

from canvos_tui.core.aws.facts import Baseline
from canvos_tui.core.aws.sighting import Question, Sighting, Unseen
from canvos_tui.core.errors import AwsError
from canvos_tui.core.ports import Aws
from canvos_tui.supervisor.aws_watcher import AwsWatcher, Look, OpenAws
from tests.waiting import until

BASE = Baseline(datetime.now(UTC), "us-east-1", "b", "k")


class Sky:
    """Only what the watcher asks of AWS."""

    def __init__(self, seconds: float = 0.0, error: Exception | None = None) -> None:
        self.seconds, self.error, self.threads = seconds, error, set[int]()

    async def sight(self, baseline: Baseline, task_id: str = "") -> Sighting:
        self.threads.add(threading.get_ident())
        await asyncio.sleep(self.seconds)
        if self.error is not None:
            raise self.error
        return Sighting(datetime.now(UTC), tasks=(), images=())


@contextmanager
def watching(sky: Sky, pause: float) -> Iterator[tuple[AwsWatcher, list[Look]]]:
    async def open_aws() -> Aws:
        return cast("Aws", sky)

    opener: OpenAws = open_aws
    looks: list[Look] = []
    watcher = AwsWatcher(opener, BASE, lambda: None, pause)
    watcher.start()
    try:
        yield watcher, looks
    finally:
        watcher.stop(5.0)


def gathered(watcher: AwsWatcher, looks: list[Look]) -> int:
    looks += watcher.take()
    return len(looks)


def test_it_looks_again_and_again_in_its_own_thread() -> None:
    sky = Sky()
    with watching(sky, 0.01) as (watcher, looks):
        until(lambda: gathered(watcher, looks) >= 3)
    assert threading.get_ident() not in sky.threads
    assert all(look.began <= look.sighting.at for look in looks)


def test_a_look_can_be_hurried_also_during_another_one() -> None:
    sky = Sky(seconds=0.2)
    with watching(sky, 600.0) as (watcher, looks):
        until(lambda: bool(sky.threads))
        asked = datetime.now(UTC)
        watcher.look_now()
        until(lambda: gathered(watcher, looks) > 0 and looks[-1].began > asked)
    assert looks[-1].began > asked


def test_a_failure_is_a_look_that_saw_nothing() -> None:
    with watching(Sky(error=AwsError("no route", code="unreachable")), 600.0) as (watcher, looks):
        until(lambda: gathered(watcher, looks) > 0)
    assert looks[0].sighting.blind == (Unseen(Question.AWS, "", "no route"),)
    with watching(Sky(error=ZeroDivisionError("secret")), 600.0) as (watcher, looks):
        until(lambda: gathered(watcher, looks) > 0)
    assert looks[0].sighting.blind == (Unseen(Question.AWS, "", "ZeroDivisionError"),)


def test_stopping_does_not_wait_for_a_request_that_hangs() -> None:
    sky = Sky(seconds=1.0)
    with watching(sky, 1.0) as (watcher, _):
        began = time.monotonic()
        watcher.stop(0.1)
        assert time.monotonic() - began < 0.8
