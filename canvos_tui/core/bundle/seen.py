"""A bundle as the screens of a run show it, to somebody who has neither the machine nor its keys: nothing of it can be acted on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from canvos_tui.core.bundle import contents
from canvos_tui.core.bundle.archive import Opened
from canvos_tui.core.bundle.opened import result_of, with_result
from canvos_tui.core.bundle.sane import sane
from canvos_tui.core.checks.report import Report
from canvos_tui.core.checks.reports.read_report import told
from canvos_tui.core.checks.reports.rebuilt import last_passed, moment, rebuilt
from canvos_tui.core.diagnosis.diagnosis import IDS, Diagnosis
from canvos_tui.core.run.codec import parse_event, parse_plan
from canvos_tui.core.run.events import BuildEvent
from canvos_tui.core.run.outcome import Outcome
from canvos_tui.core.run.result import RunResult
from canvos_tui.core.run.run import BuildPlan
from canvos_tui.core.values import dataclass

_MOST_EVENTS = 200_000  # a build of two hours has some thousands
_OUTCOMES = {"failed": Outcome.FAILED, "cancelled": Outcome.CANCELLED, "running": Outcome.INTERRUPTED}
_LONG_AGO = datetime(1980, 1, 1, tzinfo=UTC)  # before there was anything that a bundle is made of


@dataclass(frozen=True)
class Seen:
    """What a bundle holds. `at` is the latest time that stands in it, None where there is none: it was made then or a little later.

    `run` is "" for a machine without a run; then there is no plan, no result, no event and no log either. `found` is what its log proves.
    """

    name: str  # of the file
    run: str
    tool: str  # version of the program that made it
    at: datetime | None
    files: Mapping[str, bytes]
    plan: BuildPlan | None = None
    result: RunResult | None = None
    events: tuple[BuildEvent, ...] = ()
    found: Diagnosis | None = None
    report: Report | None = None
    asked_at: datetime | None = None  # the doctor in it
    since: Mapping[str, str] = field(default_factory=dict)  # by a check's id: when it passed last there, and what has changed since

    @property
    def folder(self) -> Path | None:
        """The checkout on the machine that it comes from."""
        place = self.plan.checkout if self.plan is not None else ""
        return Path(place) if place else None


def seen(opened: Opened, name: str, found: Diagnosis | None) -> Seen:
    """What is in the bundle of that file name; `found` is what its log proves, None where it holds none."""
    document = opened.document(contents.DOCTOR)
    asked_at = moment(document) if document else None
    events = tuple(_events(opened.files.get(contents.EVENTS, b"")))
    plan, result = _sane(parse_plan(_text(opened, contents.PLAN))), _sane(result_of(opened))
    return Seen(
        name,
        told(opened.manifest, "run"),
        told(opened.manifest, "tool"),
        _latest((asked_at, *(event.at for event in events), result.ended_at if result is not None else None)),
        opened.files,
        plan,
        _shown(result, found, told(opened.manifest, "run")) if found is not None else None,
        events,
        with_result(found, result) if found is not None else None,
        rebuilt(document) if document else None,
        asked_at,
        last_passed(document),
    )


def _text(opened: Opened, name: str) -> str:
    return opened.files.get(name, b"").decode("utf-8", "replace")


def _sane(value: Any) -> Any:
    """The value, None for one that cannot be reckoned with: it is as if the file were damaged."""
    return value if sane(value) else None


def _events(data: bytes) -> Iterator[BuildEvent]:
    for line in data.decode("utf-8", "replace").splitlines()[:_MOST_EVENTS]:
        event = parse_event(line)
        if event is not None and sane(event):
            yield event


def _latest(times: Iterable[datetime | None]) -> datetime | None:
    known = [at for at in times if at is not None and at > _LONG_AGO]
    return max(known) if known else None


def _shown(result: RunResult | None, found: Diagnosis, run: str) -> RunResult:
    """The result for a screen: the cause with the mending that the log bears out; of a run that left none what its log says.

    The commands that remove what is left are for the machine that they were made on. Success words of a log alone prove nothing.
    """
    judged = with_result(found, result)
    cause = replace(judged.cause, remedies=judged.remedies) if judged.cause is not None else None
    if result is None:
        outcome = _OUTCOMES.get(found.result, Outcome.INCONCLUSIVE)
        named: dict[str, Any] = {name: found.ids.get(name, "") for name in IDS}
        return RunResult(run, outcome, phase=found.phase, cause=cause, left_behind=found.left_behind, **named)
    left = tuple(replace(one, remove="", look="", use="") for one in result.left_behind)
    lost = result.outcome is Outcome.INTERRUPTED  # nobody was there any more to judge it, and the log may go on to its end
    outcome = _OUTCOMES.get(judged.result, result.outcome) if lost else result.outcome
    return replace(result, outcome=outcome, cause=cause, left_behind=left)
