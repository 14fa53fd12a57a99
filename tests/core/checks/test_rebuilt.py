"""A doctor's document as a report again: the same verdict, rows and words, and nothing of a damaged one that could break a screen."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from canvos_tui.core.checks.check import Check, CheckAnswer, CheckResult, Context, Evidence, Severity, Wait
from canvos_tui.core.checks.report import Report
from canvos_tui.core.checks.reports.rebuilt import last_passed, moment, rebuilt
from canvos_tui.core.checks.reports.report_head import About
from canvos_tui.core.checks.reports.report_json import document
from canvos_tui.core.checks.reports.report_text import text
from canvos_tui.core.errors import Command, Remedy
from canvos_tui.core.status import Status

NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
ABOUT = About("0.9", "3.11", NOW, 6.0)
DOC = "https://docs.example.com/x"


async def nobody(_: Context) -> CheckAnswer:
    raise AssertionError("it is not asked")


def result(name: str, status: Status, *, severity: Severity = Severity.REQUIRED, **more: Any) -> CheckResult:
    check = Check(name, name.title(), "host", severity, "step 3", "it breaks", nobody, docs=(DOC,), beyond=name.endswith("B"))
    fix = (Remedy("mend it", (Command("sudo mend", root=True),)), Remedy("or so"))
    answer = CheckAnswer(status, "seen", "needed", fix, (Evidence("look", "it", 3),), waits_for=more.pop("wait", None))
    return CheckResult(check, answer, NOW, 1.5, **more)


PASSED, FAILED = result("A-PASS", Status.PASS), result("A-FAIL", Status.FAIL)
UNKNOWN = result("A-LATE", Status.UNKNOWN, timed_out=True)
OURS = result("FILE-ARG", Status.SKIP, wait=Wait("what Review writes", ours=True))
WAITS = result("AWS-B", Status.SKIP, wait=Wait("the AWS keys"))
NEEDS = result("AWS-C", Status.SKIP, skipped_because="A-FAIL")
TAKEN = replace(result("HOST-MEM", Status.WARN), accepted="a test machine")
LIGHT = result("I-B", Status.WARN, severity=Severity.INFO)


@pytest.mark.parametrize(
    "results",
    [(PASSED,), (PASSED, OURS), (PASSED, WAITS), (PASSED, UNKNOWN), (FAILED, NEEDS, PASSED), (TAKEN, LIGHT, PASSED), ()],
    ids=lambda found: "+".join(one.check.id for one in found) or "none",
)
def test_it_says_what_the_report_said(results: tuple[CheckResult, ...]) -> None:
    report = Report(tuple(one.check for one in results), {one.check.id: one for one in results})
    again = rebuilt(json.loads(json.dumps(document(report, ABOUT))))
    assert again.verdict == report.verdict
    assert [one.id for one in again.unanswered] == [one.id for one in report.unanswered]
    assert text(again) == text(report)
    assert document(again, ABOUT) == document(report, ABOUT)


def test_a_check_that_was_left_out_stays_unanswered() -> None:
    report = Report((PASSED.check,), {"A-PASS": PASSED}, (WAITS.check,))
    assert rebuilt(document(report, ABOUT)).verdict == report.verdict == "undetermined"


def test_of_a_ready_report_of_an_older_version_nothing_is_open() -> None:
    report = Report((PASSED.check, OURS.check), {"A-PASS": PASSED, "FILE-ARG": OURS})
    told = json.loads(json.dumps(document(report, ABOUT)))
    for row in told["checks"]:
        del row["answered"]
    assert rebuilt(told).verdict == "ready"


def test_when_it_passed_last_is_told() -> None:
    last = {"at": "2026-11-26T10:00:00+00:00", "observed": "8 GB", "changed": ["docker 26 -> 27", 7]}
    rows = [{"id": "HOST-MEM", "last_passed": last}, {"id": "X", "last_passed": None}, 7]
    assert last_passed({"checks": rows}) == {"HOST-MEM": "passed 2026-11-26 10:00: 8 GB; since then changed: docker 26 -> 27"}


@pytest.mark.parametrize(
    "row",
    [
        7,
        {},
        {"id": ["x"]},
        {"id": "X", "status": "great", "severity": 1, "fix": {}, "docs": [7], "evidence": [7], "duration_ms": 1e300},
        {"id": "X", "status": "skip", "observed": [], "fix": [{"commands": [7, {"run": 1}]}], "evidence": [{"exit_code": 10**400}]},
        {"id": "X", "status": "pass", "duration_ms": True, "answered": "yes", "accepted": 1, "guide_ref": 7},
    ],
)
@pytest.mark.parametrize("started", ["", "yesterday", "2026-11-27T12:00:00", "9999-12-31T23:59:59-23:00"])
def test_a_row_of_another_shape_breaks_nothing(row: Any, started: str) -> None:
    told = {"started_at": started, "checks": [row], "verdict": {}, "first_unanswered": []}
    report = rebuilt(told)
    assert text(report)
    assert moment(told).tzinfo is not None
