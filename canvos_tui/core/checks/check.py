"""A prerequisite check as a record: the question to a port, and the answer as a value."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import field
from datetime import datetime
from enum import Enum
from typing import Any, TypeVar

from canvos_tui.core.answers.draft import Draft
from canvos_tui.core.errors import Remedy
from canvos_tui.core.ports import Ports
from canvos_tui.core.status import Status
from canvos_tui.core.values import dataclass
from canvos_tui.core.values.heard import Evidence as Evidence
from canvos_tui.core.values.heard import hearing, pass_on

T = TypeVar("T")


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
class Measure:
    """A number that was observed beside the one that is needed, both in `unit`."""

    value: float
    needed: float
    unit: str


@dataclass(frozen=True)
class Wait:
    """What has to be there before a check can be asked: a check's id or a few words, and the wizard's pages that bring it.

    `ours` says that our own writing brings it right before the build, so that nothing is open for whoever asks before.
    """

    words: str
    pages: tuple[str, ...] = ()
    ours: bool = False


@dataclass(frozen=True)
class CheckAnswer:
    """What a check found; `observed` and `required` stand side by side in its row."""

    status: Status
    observed: str
    required: str
    remedies: tuple[Remedy, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    method: Method = Method.VERIFIED
    measure: Measure | None = None
    waits_for: Wait | None = None
    cause: str = ""  # in words that are equal wherever the same thing is behind several answers; empty where nothing is known


@dataclass(frozen=True)
class Context:
    """What a check may ask: the world, and the answers so far. `final` says that a build would read the files as they are now."""

    ports: Ports
    draft: Draft
    final: bool = False
    memo: dict[str, asyncio.Future[Any]] = field(default_factory=dict, compare=False, repr=False)
    heard: dict[str, list[Evidence]] = field(default_factory=dict, compare=False, repr=False)  # by the same names

    async def once(self, name: str, ask: Callable[[], Awaitable[T]]) -> T:
        """The answer to a question that several checks share: asked once in this context, whoever comes first.

        A check that is given up does not take the question from the others. Each of them hears what was asked for it.
        """
        future: asyncio.Future[T] | None = self.memo.get(name)
        if future is None:
            with hearing() as notes:  # a task begun here tells it to these
                self.heard[name] = notes
                future = self.memo[name] = asyncio.ensure_future(ask())
            future.add_done_callback(lambda done: done.cancelled() or done.exception())  # nobody may be left to fetch it
        try:
            return await asyncio.shield(future)
        finally:
            pass_on(self.heard.get(name, ()))


@dataclass(frozen=True)
class Check:
    """One prerequisite. `guide` names the guide's step it belongs to, `why` what breaks without it, `limit` is in seconds.

    `beyond` says that the guide does not mention it, `late` that a build starts without it and fails or crawls later on, `near` that
    it asks no more than this machine's own programs and has its answer in moments.
    """

    id: str
    title: str
    category: str
    severity: Severity
    guide: str
    why: str
    ask: Callable[[Context], Awaitable[CheckAnswer]]
    limit: float = 10.0
    needs: tuple[str, ...] = ()
    docs: tuple[str, ...] = ()
    beyond: bool = False
    late: bool = False
    near: bool = False

    @property
    def source(self) -> str:
        """The step, and whether the guide says so."""
        return f"{self.guide}, not in the guide" if self.beyond else self.guide


@dataclass(frozen=True)
class CheckResult:
    """A check with its answer, when and how long (seconds) it was asked."""

    check: Check
    answer: CheckAnswer
    at: datetime
    seconds: float = 0.0
    skipped_because: str = ""
    timed_out: bool = False
    accepted: str = ""  # the reason, when the user took the failure on
    taken_on: bool = False  # the user took on the failure of a check that this one needs: nobody will ask it

    @property
    def status(self) -> Status:
        """The answer's status."""
        return self.answer.status

    @property
    def answered(self) -> bool:
        """Whether nothing is open: it was asked, or the user took on the failure that keeps it from being asked, or it is ours to bring."""
        waits = self.answer.waits_for
        open_ = self.status is Status.UNKNOWN or (self.status is Status.SKIP and not (waits is not None and waits.ours))
        return bool(self.accepted) or self.taken_on or not open_

    @property
    def blocks(self) -> bool:
        """Whether the build may not start because of it."""
        return self.status is Status.FAIL


def waits(what: Wait, more: str = "") -> CheckAnswer:
    """The answer of a check that cannot be asked yet; `more` goes on behind the words."""
    return CheckAnswer(Status.SKIP, f"waits for {what.words}{more}", "", waits_for=what)
