"""A doctor's JSON document as a report again, for a screen elsewhere. It is foreign data: only texts and numbers are taken."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from canvos_tui.core.checks.check import Check, CheckAnswer, CheckResult, Context, Evidence, Method, Severity, Wait, waits
from canvos_tui.core.checks.report import Report
from canvos_tui.core.checks.reports.read_report import listed, told
from canvos_tui.core.errors import Command, Remedy
from canvos_tui.core.status import Status

_MOST = 400  # checks that are taken of a document; we have about 80
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)  # for a document that names no time
_SLOWEST = 86_400  # seconds that a check is believed to have taken
_LARGEST_CODE = 255
_BEYOND = ", not in the guide"


def rebuilt(document: Mapping[str, Any]) -> Report:
    """The report with every check of the document in its words; nothing of it can be asked again."""
    at, verdict = moment(document), told(document, "verdict")
    rows = [row for row in listed(document, "checks") if isinstance(row, Mapping) and told(row, "id")][:_MOST]
    ids = {told(row, "id") for row in rows}
    results = {told(row, "id"): _result(row, ids, at, ready=verdict == "ready") for row in rows}
    first = told(document, "first_unanswered")
    left_out = (Check(first, first, "", Severity.REQUIRED, "", "", _nobody),) if first and first not in ids else ()
    return Report(tuple(result.check for result in results.values()), results, left_out)


def moment(document: Mapping[str, Any]) -> datetime:
    """When its answers were asked, aware; 1970 where it does not say."""
    with suppress(ValueError, OverflowError):
        at = datetime.fromisoformat(told(document, "started_at"))
        if at.tzinfo is not None:
            return at.astimezone(UTC)
    return _NEVER


def last_passed(document: Mapping[str, Any]) -> dict[str, str]:
    """By a check's id: when it passed last on the machine of the document, and what had changed since, in a line."""
    found = {}
    for row in listed(document, "checks"):
        last = row.get("last_passed") if isinstance(row, Mapping) else None
        if not told(last, "at"):
            continue
        changed = [change for change in listed(last, "changed") if isinstance(change, str)]
        since = f"; since then changed: {', '.join(changed)}" if changed else ""
        found[told(row, "id")] = f"passed {told(last, 'at')[:16].replace('T', ' ')}: {told(last, 'observed')}{since}"
    return found


def _result(row: Mapping[str, Any], ids: set[str], at: datetime, *, ready: bool) -> CheckResult:
    status, waiting = _of(Status, told(row, "status"), Status.UNKNOWN), told(row, "skipped_because")
    accepted = (told(row, "accepted_reason") or "accepted") if row.get("accepted") is True else ""
    needs_check = waiting if status is Status.SKIP and waiting in ids else ""
    answered = row["answered"] is True if isinstance(row.get("answered"), bool) else ready
    return CheckResult(
        _check(row),
        _answer(row, status, Wait(waiting, ours=answered) if status is Status.SKIP and waiting and not needs_check else None),
        at,
        _seconds(row),
        skipped_because=needs_check,
        timed_out=row.get("timed_out") is True,
        accepted=accepted,
        taken_on=status is Status.SKIP and answered,
    )


def _check(row: Mapping[str, Any]) -> Check:
    guide = told(row, "guide_ref").replace("/", " ", 1)
    name = told(row, "id")
    return Check(
        name,
        told(row, "title") or name,
        told(row, "category") or "host",
        _of(Severity, told(row, "severity"), Severity.INFO),
        guide.removesuffix(_BEYOND),
        told(row, "why"),
        _nobody,
        docs=tuple(url for url in listed(row, "docs") if isinstance(url, str)),
        beyond=guide.endswith(_BEYOND),
    )


def _answer(row: Mapping[str, Any], status: Status, wait: Wait | None) -> CheckAnswer:
    fixes = (fix for fix in listed(row, "fix") if isinstance(fix, Mapping))
    pieces = (piece for piece in listed(row, "evidence") if isinstance(piece, Mapping))
    return CheckAnswer(
        status,
        told(row.get("observed"), "text"),
        told(row.get("required"), "text"),
        tuple(Remedy(told(fix, "text"), tuple(map(_command, listed(fix, "commands")))) for fix in fixes),
        tuple(map(_evidence, pieces)),
        _of(Method, told(row, "method"), Method.NOT_VERIFIABLE),
        waits_for=wait,
    )


def _command(data: Any) -> Command:
    return Command(told(data, "run"), isinstance(data, Mapping) and data.get("root") is True)


def _evidence(piece: Mapping[str, Any]) -> Evidence:
    code = piece.get("exit_code")
    known = isinstance(code, int) and not isinstance(code, bool) and abs(code) <= _LARGEST_CODE
    output = "\n".join(filter(None, (told(piece, "stdout"), told(piece, "stderr"))))
    return Evidence(told(piece, "command"), output, code if known else None, ran=piece.get("ran") is True)


def _seconds(row: Mapping[str, Any]) -> float:
    took = row.get("duration_ms")
    known = isinstance(took, int | float) and not isinstance(took, bool) and 0 <= took <= _SLOWEST * 1000
    return took / 1000 if known and took is not None else 0.0


def _of(kind: Any, word: str, otherwise: Any) -> Any:
    """The member of an enumeration whose value is the word."""
    return next((one for one in kind if one.value == word), otherwise)


async def _nobody(_: Context) -> CheckAnswer:
    """There is nobody here whom the check could be put to."""
    return waits(Wait("the machine that the report was made on"))
