"""Prerequisite checks: a question to a port, an answer as a value, and the runner that asks them together."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum
from pathlib import PurePath
from typing import Any, TypeVar

from canvos_tui.core.answers.draft import Draft
from canvos_tui.core.errors import CanvosError
from canvos_tui.core.ports import Ports
from canvos_tui.core.status import Status

T = TypeVar("T")
TOGETHER = 8  # more processes at a time gain nothing on a small machine
PLACE = 1.0  # seconds that a check may keep one of these places
GRACE = 10.0  # seconds for what is left of checks that were given up, such as a container of the probe
STALE_AFTER = 600  # seconds


class Severity(Enum):
    """Whether the build breaks without it."""

    REQUIRED = "required"
    RECOMMENDED = "recommended"
    INFO = "info"


class Method(Enum):
    """How an answer was established."""

    VERIFIED = "verified"
    DRY_RUN = "dry_run"
    SIMULATED = "simulated"
    NOT_VERIFIABLE = "not_verifiable"


@dataclass(frozen=True)
class Command:
    """A command to copy as it is; `root` when it needs root."""

    run: str
    root: bool = False


@dataclass(frozen=True)
class Fix:
    """What to do, in a sentence and as commands with real values in place."""

    text: str
    commands: tuple[Command, ...] = ()


@dataclass(frozen=True)
class Evidence:
    """What was asked and what came back, raw."""

    command: str
    output: str
    exit_code: int | None = None


@dataclass(frozen=True)
class Measure:
    """A number that was observed beside the one that is needed, both in `unit`."""

    value: float
    needed: float
    unit: str


@dataclass(frozen=True)
class Answer:
    """What a check found; `observed` and `required` stand side by side in its row."""

    status: Status
    observed: str
    required: str
    fixes: tuple[Fix, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    method: Method = Method.VERIFIED
    measure: Measure | None = None


@dataclass(frozen=True)
class Context:
    """What a check may ask: the world, and the answers so far. `final` says that a build would read the files as they are now."""

    ports: Ports
    draft: Draft
    final: bool = False
    memo: dict[str, asyncio.Future[Any]] = field(default_factory=dict, compare=False, repr=False)

    async def once(self, name: str, ask: Callable[[], Awaitable[T]]) -> T:
        """The answer to a question that several checks share: asked once in this context, whoever comes first.

        A check that is given up does not take the question from the others.
        """
        future: asyncio.Future[T] | None = self.memo.get(name)
        if future is None:
            future = self.memo[name] = asyncio.ensure_future(ask())
            future.add_done_callback(lambda done: done.cancelled() or done.exception())  # nobody may be left to fetch it
        return await asyncio.shield(future)


@dataclass(frozen=True)
class Check:
    """One prerequisite. `guide` names the guide's step it belongs to, `why` what breaks without it, `limit` is in seconds."""

    id: str
    title: str
    category: str
    severity: Severity
    guide: str
    why: str
    ask: Callable[[Context], Awaitable[Answer]]
    limit: float = 10.0
    needs: tuple[str, ...] = ()
    docs: tuple[str, ...] = ()


@dataclass(frozen=True)
class CheckResult:
    """A check with its answer, when and how long (seconds) it was asked."""

    check: Check
    answer: Answer
    at: datetime
    seconds: float = 0.0
    skipped_because: str = ""
    timed_out: bool = False
    accepted: str = ""  # the reason, when the user took the failure on

    @property
    def status(self) -> Status:
        """The answer's status."""
        return self.answer.status

    @property
    def blocks(self) -> bool:
        """Whether the build may not start because of it."""
        return self.status is Status.FAIL


@dataclass(frozen=True)
class Report:
    """All results so far, by id, and the verdict over them."""

    checks: tuple[Check, ...]
    results: Mapping[str, CheckResult] = field(default_factory=dict)

    def after(self, result: CheckResult) -> Report:
        """The report with one more result."""
        return replace(self, results={**self.results, result.check.id: result})

    @property
    def done(self) -> bool:
        """Whether every check has an answer."""
        return all(c.id in self.results for c in self.checks)

    def count(self, status: Status) -> int:
        """How many results have that status."""
        return sum(1 for r in self.results.values() if r.status is status)

    def ordered(self) -> tuple[CheckResult, ...]:
        """Failures first, then unknown, warnings, skipped, passed; in the order of the checks within each."""
        rank = {Status.FAIL: 0, Status.UNKNOWN: 1, Status.WARN: 2, Status.SKIP: 3, Status.PASS: 4}
        rows = [self.results[c.id] for c in self.checks if c.id in self.results]
        return tuple(sorted(rows, key=lambda r: rank[r.status]))

    @property
    def first_failure(self) -> CheckResult | None:
        """The first required check that failed."""
        return next((r for r in self.ordered() if r.blocks), None)

    @property
    def verdict(self) -> str:
        """`ready`, `not_ready`, or `undetermined` when a required check has no answer, or none was asked at all."""
        if self.first_failure is not None:
            return "not_ready"
        unknown = any(r.status is Status.UNKNOWN and r.check.severity is Severity.REQUIRED for r in self.results.values())
        asked = any(r.status is not Status.SKIP for r in self.results.values())
        return "undetermined" if unknown or not asked or not self.done else "ready"


async def run(
    checks: tuple[Check, ...], context: Context, report: Callable[[CheckResult], None], known: Mapping[str, CheckResult] | None = None
) -> tuple[CheckResult, ...]:
    """Asks all checks together, at most eight at a time, and reports each answer as it comes.

    A check waits for those that it needs; when one of them did not pass it is skipped and says which. A check that takes longer
    than its limit, or that raises, is unknown with the reason and never delays the others. `known` holds answers of an earlier
    run for needs that are not asked again. The results come in the order of `checks`.
    """
    asked = {check.id: asyncio.get_running_loop().create_future() for check in checks}
    runner = _Runner(context, asked, known or {})

    async def one(check: Check) -> CheckResult:
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
        self._open: set[asyncio.Task[Answer]] = set()

    async def result(self, check: Check) -> CheckResult:
        """The check's answer, or why it was not asked."""
        for need in check.needs:
            waited = self._asked.get(need)
            before = await waited if waited is not None else self._known.get(need)
            if before is not None and (before.status in {Status.FAIL, Status.SKIP, Status.UNKNOWN} or before.accepted):
                root = before.skipped_because or before.check.id
                words = before.answer.observed if before.status is Status.SKIP else f"waits for {root}"
                return CheckResult(check, Answer(Status.SKIP, words, ""), self._context.ports.clock.now(), skipped_because=root)
        ticks = asyncio.get_running_loop().time
        async with self._gate:
            began = ticks()
            task = asyncio.ensure_future(check.ask(self._context))
            self._open.add(task)
            task.add_done_callback(lambda done: done.cancelled() or done.exception())  # nobody fetches that of a late one
            # one that has not answered by now waits for somebody else: its place goes to the next
            await self._wait(task, min(PLACE, check.limit))
        await self._wait(task, check.limit - (ticks() - began))
        timed_out = not task.done()
        if timed_out:
            task.cancel()
        answer = Answer(Status.UNKNOWN, f"no answer within {check.limit:g} s", "an answer") if timed_out else _answer(task, check)
        return CheckResult(check, answer, self._context.ports.clock.now(), ticks() - began, timed_out=timed_out)

    @staticmethod
    async def _wait(task: asyncio.Task[Answer], seconds: float) -> None:
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


def _answer(task: asyncio.Task[Answer], check: Check) -> Answer:
    """What a finished check says, or why it says nothing."""
    if task.cancelled():
        return Answer(Status.UNKNOWN, "the check was given up", "an answer", method=Method.NOT_VERIFIABLE)
    error = task.exception()
    if error is None:
        return task.result()
    if isinstance(error, CanvosError):
        return Answer(Status.UNKNOWN, error.message, "an answer", (Fix(error.remedy),) if error.remedy else ())
    # a bug in one check must not hide the answers of the others
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    where = f" in {PurePath(trace.tb_frame.f_code.co_filename).name} line {trace.tb_lineno}" if trace else ""
    told = f"the check itself failed: {type(error).__name__}{where}"
    fix = Fix(
        "This is a fault of canvos-tui, please report it; to go on without this answer", (Command(f"canvos-tui doctor --skip {check.id}"),)
    )
    return Answer(Status.UNKNOWN, told, "an answer", (fix,), method=Method.NOT_VERIFIABLE)
