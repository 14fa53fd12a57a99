from __future__ import annotations

import asyncio
import contextlib
import time
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest

from canvos_tui.core.answers.beginning import fresh
from canvos_tui.core.answers.draft import CheckAccepted, Draft
from canvos_tui.core.checks import runner
from canvos_tui.core.checks.check import Check, CheckAnswer, CheckResult, Context, Severity, Wait, waits
from canvos_tui.core.checks.report import Report
from canvos_tui.core.checks.runner import run
from canvos_tui.core.errors import CanvosError
from canvos_tui.core.status import Status

NOW = datetime(2026, 11, 23, tzinfo=UTC)
PORTS = cast(Any, SimpleNamespace(clock=SimpleNamespace(now=lambda: NOW, ticks=time.monotonic)))


def context(draft: Draft | None = None) -> Context:
    return Context(PORTS, draft or fresh())


def check(name: str, status: Status = Status.PASS, *, needs: tuple[str, ...] = (), ask: Any = None, limit: float = 5) -> Check:
    async def answer(_: Context) -> CheckAnswer:
        return CheckAnswer(status, "seen", "wanted")

    return Check(name, name, "host", Severity.REQUIRED, "prerequisites 1", "why", ask or answer, limit, needs)


async def test_one_cause_is_one_failure_and_the_rest_waits_for_its_root():
    checks = (check("C", needs=("B",)), check("B", needs=("A",)), check("A", Status.FAIL))
    results = {r.check.id: r for r in await run(checks, context(), lambda _: None)}
    assert {k: r.status for k, r in results.items()} == {"A": Status.FAIL, "B": Status.SKIP, "C": Status.SKIP}
    assert results["C"].skipped_because == "A"
    assert results["C"].answer.observed == "waits for A"


async def test_a_hanging_check_is_unknown_with_its_limit_and_delays_nobody():
    async def hang(_: Context) -> CheckAnswer:
        await asyncio.Event().wait()
        raise AssertionError

    order: list[str] = []
    results = await run((check("SLOW", ask=hang, limit=0.05), check("FAST")), context(), lambda r: order.append(r.check.id))
    assert order == ["FAST", "SLOW"]
    assert results[0].status is Status.UNKNOWN
    assert results[0].timed_out
    assert results[0].answer.observed == "no answer within 0.05 s"


async def test_a_crash_and_a_known_error_are_unknown_with_their_reason():
    async def crash(_: Context) -> CheckAnswer:
        raise ZeroDivisionError

    async def refuse(_: Context) -> CheckAnswer:
        raise CanvosError("no engine", remedy="start it")

    crashed, refused = await run((check("A", ask=crash), check("B", ask=refuse)), context(), lambda _: None)
    assert (crashed.status, "ZeroDivisionError" in crashed.answer.observed) == (Status.UNKNOWN, True)
    assert refused.answer.observed == "no engine"
    assert refused.answer.remedies[0].text == "start it"


async def test_no_more_than_eight_run_at_a_time():
    running = highest = 0

    async def busy(_: Context) -> CheckAnswer:
        nonlocal running, highest
        running += 1
        highest = max(highest, running)
        await asyncio.sleep(0)
        running -= 1
        return CheckAnswer(Status.PASS, "", "")

    await run(tuple(check(f"C{n}", ask=busy) for n in range(30)), context(), lambda _: None)
    assert highest == 8


def near(name: str, ask: Any = None) -> Check:
    return replace(check(name, ask=ask), near=True)


async def test_the_near_ones_have_their_answers_before_another_is_asked():
    first, order = asyncio.Event(), []

    async def far(_: Context) -> CheckAnswer:
        order.append("far is asked")
        return CheckAnswer(Status.PASS, "", "")

    def painted() -> None:
        order.append("painted")
        first.set()

    def came(result: CheckResult) -> None:
        order.append(result.check.id)
        if result.check.id == "NEAR":
            asyncio.get_running_loop().call_later(0.02, painted)

    results = await run((check("FAR", ask=far), near("NEAR")), context(), came, first=first)
    assert order == ["NEAR", "painted", "far is asked", "FAR"]
    assert [r.check.id for r in results] == ["FAR", "NEAR"]


async def test_a_near_one_that_hangs_keeps_the_others_for_a_moment_only(monkeypatch):
    monkeypatch.setattr(runner, "HEAD_START", 0.02)
    hangs = replace(near("NEAR", ask=lambda _: asyncio.Event().wait()), limit=0.1)
    order: list[str] = []
    await run((check("FAR"), hangs), context(), lambda r: order.append(r.check.id), first=asyncio.Event())
    assert order == ["FAR", "NEAR"]


async def test_nobody_waits_where_none_is_near(monkeypatch):
    monkeypatch.setattr(runner, "HEAD_START", 600.0)
    await asyncio.wait_for(run((check("FAR"),), context(), lambda _: None, first=asyncio.Event()), 10)


async def test_an_accepted_failure_is_a_warning_that_keeps_its_reason_and_its_dependants_still_wait():
    accepted = Context(PORTS, fresh().after(CheckAccepted("A", "small test")))
    first, second = await run((check("A", Status.FAIL), check("B", needs=("A",))), accepted, lambda _: None)
    assert (first.status, first.accepted, first.blocks) == (Status.WARN, "small test", False)
    assert second.status is Status.SKIP


async def test_a_need_that_is_not_asked_again_is_taken_from_the_earlier_run():
    before = await run((check("A", Status.FAIL),), context(), lambda _: None)
    (result,) = await run((check("B", needs=("A",)),), context(), lambda _: None, known={"A": before[0]})
    assert result.status is Status.SKIP


def result(name: str, status: Status) -> CheckResult:
    return CheckResult(check(name), CheckAnswer(status, "", ""), NOW)


def test_the_report_puts_failures_first_and_gives_a_verdict():
    names = ("P", "S", "W", "U", "F")
    statuses = (Status.PASS, Status.SKIP, Status.WARN, Status.UNKNOWN, Status.FAIL)
    report = Report(tuple(check(n) for n in names))
    assert report.verdict == "undetermined"
    for name, status in zip(names, statuses, strict=True):
        report = report.after(result(name, status))
    assert [r.check.id for r in report.ordered()] == ["F", "U", "W", "S", "P"]
    assert report.verdict == "not_ready"
    assert report.after(result("F", Status.PASS)).verdict == "undetermined"
    known = report.after(result("F", Status.PASS)).after(result("U", Status.WARN))
    assert known.verdict == "undetermined"
    assert known.after(result("S", Status.PASS)).verdict == "ready"


def test_ready_means_that_every_required_check_was_answered():
    """Skipped, unknown and left out are no answers; only what our own writing brings, or what was taken on, leaves nothing open."""
    good, open_ = result("A", Status.PASS), result("S", Status.SKIP)
    both = (good.check, open_.check)

    def verdict(second: CheckResult, left_out: tuple[Check, ...] = ()) -> tuple[str, list[str]]:
        found = Report(both, {"A": good, "S": second}, left_out)
        return found.verdict, [c.id for c in found.unanswered]

    assert verdict(open_) == ("undetermined", ["S"])
    assert verdict(result("S", Status.UNKNOWN)) == ("undetermined", ["S"])
    assert verdict(result("S", Status.WARN)) == ("ready", [])
    assert verdict(result("S", Status.WARN), left_out=(check("L"),)) == ("undetermined", ["L"])
    assert verdict(replace(open_, taken_on=True)) == ("ready", [])
    assert verdict(replace(open_, answer=waits(Wait("the answers to be written", ours=True)))) == ("ready", [])
    advice = replace(open_.check, severity=Severity.RECOMMENDED)
    assert Report((good.check, advice), {"A": good, "S": replace(open_, check=advice)}).verdict == "ready"
    assert Report((good.check,), {"A": good}, (advice,)).verdict == "ready"


async def test_what_waits_for_a_failure_that_was_taken_on_is_not_open(tmp_path):
    checks = (check("A", Status.FAIL), check("B", needs=("A",)), check("C", needs=("B",)))
    taken = context(fresh().after(CheckAccepted("A", "closed network")))
    found = Report(checks, {r.check.id: r for r in await run(checks, taken, lambda _: None)})
    assert [(r.status, r.taken_on) for r in found.results.values()] == [(Status.WARN, False), (Status.SKIP, True), (Status.SKIP, True)]
    assert (found.verdict, found.unanswered) == ("ready", ())


async def test_nine_that_hang_do_not_keep_the_tenth_from_its_answer(monkeypatch):
    monkeypatch.setattr(runner, "PLACE", 0.01)
    told = asyncio.Event()

    async def hang(_: Context) -> CheckAnswer:
        await asyncio.Event().wait()
        raise AssertionError

    hanging = tuple(check(f"H{n}", ask=hang, limit=600) for n in range(20))
    running = asyncio.ensure_future(run((*hanging, check("QUICK")), context(), lambda _: told.set()))
    await asyncio.wait_for(told.wait(), 30)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_a_check_that_cannot_be_stopped_is_left_alone(monkeypatch):
    monkeypatch.setattr(runner, "GRACE", 0.05)
    go = asyncio.Event()

    async def stubborn(_: Context) -> CheckAnswer:
        while not go.is_set():
            with contextlib.suppress(asyncio.CancelledError):
                await go.wait()
        return CheckAnswer(Status.PASS, "at last", "")

    results = await run((check("STUBBORN", ask=stubborn, limit=0.05), check("FAST")), context(), lambda _: None)
    assert [(r.check.id, r.status, r.timed_out) for r in results] == [("STUBBORN", Status.UNKNOWN, True), ("FAST", Status.PASS, False)]
    go.set()


async def test_a_check_that_was_given_up_may_still_put_its_things_away():
    tidied = asyncio.Event()

    async def probe(_: Context) -> CheckAnswer:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            tidied.set()
        raise AssertionError

    await run((check("PROBE", ask=probe, limit=0.05),), context(), lambda _: None)
    assert tidied.is_set()


async def test_a_check_that_gives_itself_up_or_times_out_by_itself_says_so():
    async def given_up(_: Context) -> CheckAnswer:
        raise asyncio.CancelledError

    async def late(_: Context) -> CheckAnswer:
        raise TimeoutError

    first, second = await run((check("A", ask=given_up), check("B", ask=late)), context(), lambda _: None)
    assert (first.status, first.answer.observed) == (Status.UNKNOWN, "the check was given up")
    assert second.answer.observed.startswith("the check itself failed: TimeoutError in test_checks.py line")
    assert second.answer.remedies[0].commands[0].run == "canvos-tui doctor --skip B"


async def test_how_long_a_check_took_is_read_from_the_clock_of_the_ports():
    passed = [0.0]

    async def ask(_: Context) -> CheckAnswer:
        passed[0] += 2.5
        return CheckAnswer(Status.PASS, "seen", "wanted")

    clock = SimpleNamespace(now=lambda: NOW, ticks=lambda: passed[0])
    (result,) = await run((check("A", ask=ask),), Context(cast(Any, SimpleNamespace(clock=clock)), fresh()), lambda _: None)
    assert result.seconds == 2.5
