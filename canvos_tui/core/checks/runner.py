"""Asks checks together: each waits for those it needs, none delays the others."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import PurePath

from canvos_tui.core.checks.check import Check, CheckAnswer, CheckResult, Context, Method, Wait, waits
from canvos_tui.core.checks.harmless import harmless
from canvos_tui.core.checks.raw import behind, with_own
from canvos_tui.core.errors import CanvosError, Command, Remedy
from canvos_tui.core.status import Status
from canvos_tui.core.values.heard import Evidence, hearing

TOGETHER = 8  # more processes at a time gain nothing on a small machine
PLACE = 1.0  # seconds that a check may keep one of these places
HEAD_START = 0.3  # seconds that the near checks have before the others at most
GRACE = 10.0  # seconds for what is left of checks that were given up, such as a container of the probe


async def run(
    checks: tuple[Check, ...],
    context: Context,
    report: Callable[[CheckResult], None],
    known: Mapping[str, CheckResult] | None = None,
    first: asyncio.Event | None = None,
) -> tuple[CheckResult, ...]:
    """Asks all checks together, at most eight at a time, and reports each answer as it comes.

    A check waits for those that it needs; when one of them did not pass it is skipped and says which. A check that takes longer
    than its limit, or that raises, is unknown with the reason and never delays the others. `known` holds answers of an earlier
    run for needs that are not asked again. With `first`, only the near ones are asked until it is set, for a moment at most: the others
    load what they ask with, and would take the processor from whoever shows the first answers. The results come in the order of `checks`.
    """
    asked = {check.id: asyncio.get_running_loop().create_future() for check in checks}
    runner = _Runner(context, asked, known or {})
    ahead = first if any(check.near for check in checks) else None

    async def one(check: Check) -> CheckResult:
        if ahead is not None and not check.near:
            await _at_most(ahead.wait(), HEAD_START)
        result = await runner.result(check)
        reason = context.draft.accepted.get(check.id, "")
        if result.status is Status.FAIL and reason:
            result = replace(result, accepted=reason, answer=replace(result.answer, status=Status.WARN))
        asked[check.id].set_result(result)
        report(result)
        return result

    try:
        return tuple(await asyncio.gather(*(one(check) for check in checks)))
    finally:
        await runner.tidy()


class _Runner:
    """One run over the checks."""

    def __init__(self, context: Context, asked: Mapping[str, asyncio.Future[CheckResult]], known: Mapping[str, CheckResult]) -> None:
        self._context = context
        self._asked = asked
        self._known = known
        self._gate = asyncio.Semaphore(TOGETHER)
        self._open: set[asyncio.Task[CheckAnswer]] = set()

    async def result(self, check: Check) -> CheckResult:
        """The check's answer, or why it was not asked."""
        clock = self._context.ports.clock
        for need in check.needs:
            waited = self._asked.get(need)
            before = await waited if waited is not None else self._known.get(need)
            if before is not None and (before.status in {Status.FAIL, Status.SKIP, Status.UNKNOWN} or before.accepted):
                root = before.skipped_because or before.check.id
                same = before.status is Status.SKIP
                answer = (
                    CheckAnswer(Status.SKIP, before.answer.observed, "", waits_for=before.answer.waits_for) if same else waits(Wait(root))
                )
                return CheckResult(check, answer, clock.now(), skipped_because=root, taken_on=bool(before.accepted) or before.taken_on)
        async with self._gate:
            began = clock.ticks()
            heard: list[Evidence] = []
            task = asyncio.ensure_future(self._ask(check, heard))
            self._open.add(task)
            task.add_done_callback(lambda done: done.cancelled() or done.exception())  # nobody fetches that of a late one
            # one that has not answered by now waits for somebody else: its place goes to the next
            await self._wait(task, min(PLACE, check.limit))
        await self._wait(task, check.limit - (clock.ticks() - began))
        timed_out = not task.done()
        if timed_out:
            task.cancel()
        answer = CheckAnswer(Status.UNKNOWN, f"no answer within {check.limit:g} s", "an answer") if timed_out else _answer(task, check)
        answer = harmless(behind(check.id, answer, heard))
        return CheckResult(check, answer, clock.now(), clock.ticks() - began, timed_out=timed_out)

    async def _ask(self, check: Check, heard: list[Evidence]) -> CheckAnswer:
        with hearing(heard):
            return await with_own(check.id, self._context, await check.ask(self._context))

    @staticmethod
    async def _wait(task: asyncio.Task[CheckAnswer], seconds: float) -> None:
        try:
            await asyncio.wait({task}, timeout=max(0.0, seconds))
        except asyncio.CancelledError:
            task.cancel()
            raise

    async def tidy(self) -> None:
        """Lets checks that were given up put away what they made; one that does not end by then is left alone."""
        late = {task for task in self._open if not task.done()}
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late, timeout=GRACE)


async def _at_most(event: Coroutine[object, object, object], seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(event, seconds)


def _sentence(error: CanvosError) -> CheckAnswer:
    return CheckAnswer(Status.UNKNOWN, error.message, "an answer", (Remedy(error.remedy),) if error.remedy else ())


def _answer(task: asyncio.Task[CheckAnswer], check: Check) -> CheckAnswer:
    """What a finished check says, or why it says nothing."""
    if task.cancelled():
        return CheckAnswer(Status.UNKNOWN, "the check was given up", "an answer", method=Method.NOT_VERIFIABLE)
    error = task.exception()
    if error is None:
        return task.result()
    if isinstance(error, CanvosError):
        return _sentence(error)
    # a bug in one check must not hide the answers of the others
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    where = f" in {PurePath(trace.tb_frame.f_code.co_filename).name} line {trace.tb_lineno}" if trace else ""
    told = f"the check itself failed: {type(error).__name__}{where}"
    fix = Remedy(
        "This is a fault of canvos-tui, please report it; to go on without this answer", (Command(f"canvos-tui doctor --skip {check.id}"),)
    )
    return CheckAnswer(Status.UNKNOWN, told, "an answer", (fix,), method=Method.NOT_VERIFIABLE)
