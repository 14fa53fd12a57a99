"""Questions that several checks share."""

from __future__ import annotations

import asyncio
import time
from types import SimpleNamespace
from typing import Any, cast

import pytest

from canvos_tui.core.answers.beginning import fresh
from canvos_tui.core.checks.check import Check, CheckAnswer, Context, Severity, Wait, waits
from canvos_tui.core.checks.runner import run
from canvos_tui.core.errors import CanvosError
from canvos_tui.core.status import Status
from tests.doubles.check_world import NOW


def context() -> Context:
    return Context(cast(Any, SimpleNamespace(clock=SimpleNamespace(now=lambda: NOW, ticks=time.monotonic))), fresh())


async def test_a_question_is_put_once_per_context():
    asked = 0

    async def ask() -> int:
        nonlocal asked
        asked += 1
        await asyncio.sleep(0)
        return asked

    one = context()
    assert await asyncio.gather(*(one.once("q", ask) for _ in range(5))) == [1] * 5
    assert await context().once("q", ask) == 2


async def test_an_error_is_told_to_everyone():
    async def ask() -> int:
        raise CanvosError("no")

    one = context()
    for _ in range(2):
        with pytest.raises(CanvosError, match="no"):
            await one.once("q", ask)


async def test_a_check_that_is_given_up_does_not_take_the_question_from_the_others():
    one, go = context(), asyncio.Event()

    async def ask() -> str:
        await go.wait()
        return "answer"

    async def patient(ctx: Context) -> CheckAnswer:
        asyncio.get_running_loop().call_later(0.15, go.set)
        return CheckAnswer(Status.PASS, await ctx.once("q", ask), "")

    async def hasty(ctx: Context) -> CheckAnswer:
        return CheckAnswer(Status.PASS, await ctx.once("q", ask), "")

    checks = tuple(
        Check(name, name, "host", Severity.REQUIRED, "step 1", "why", what, limit)
        for name, what, limit in (("HASTY", hasty, 0.05), ("PATIENT", patient, 5.0))
    )
    first, second = await run(checks, one, lambda _: None)
    assert (first.status, first.timed_out) == (Status.UNKNOWN, True)
    assert (second.status, second.answer.observed) == (Status.PASS, "answer")


async def test_a_check_says_what_the_one_it_needs_waits_for():
    async def waiting(_: Context) -> CheckAnswer:
        return waits(Wait("REGION", ("s3",)))

    checks = (
        Check("A", "a", "aws", Severity.REQUIRED, "step 1", "why", waiting),
        Check("B", "b", "aws", Severity.REQUIRED, "step 1", "why", waiting, needs=("A",)),
        Check("C", "c", "aws", Severity.REQUIRED, "step 1", "why", waiting, needs=("B",)),
    )
    results = await run(checks, context(), lambda _: None)
    assert [r.answer.observed for r in results] == ["waits for REGION"] * 3
    assert [r.skipped_because for r in results] == ["", "A", "A"]
