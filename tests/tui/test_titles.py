"""Titles where people read, ids in the small print: the check page, the review, and what else names a field or a check."""

from __future__ import annotations

from dataclasses import replace

from canvos_tui.core.answers import draft as d
from canvos_tui.core.checks.check import CheckAnswer, CheckResult, Wait, waits
from canvos_tui.core.checks.registry import CHECKS
from canvos_tui.core.checks.report import Report
from canvos_tui.core.status import Status
from canvos_tui.tui.checks.detail import Shape, detail
from canvos_tui.tui.checks.rows import CheckRow, Unfolded, beyond, rows
from canvos_tui.tui.checks.titles import titled
from tests.tui.fakes import NOW
from tests.tui.screen import see
from tests.tui.test_review_and_build import READY

BY_ID = {check.id: check for check in CHECKS}


def passed(name: str, observed: str = "8") -> CheckResult:
    return CheckResult(BY_ID[name], CheckAnswer(Status.PASS, observed, ""), NOW)


def waiting(name: str, words: str, *pages: str) -> CheckResult:
    return CheckResult(BY_ID[name], waits(Wait(words, pages)), NOW)


def reported(*results: CheckResult) -> Report:
    return Report(tuple(r.check for r in results), {r.check.id: r for r in results})


def test_only_whole_words_are_titles() -> None:
    assert titled("S3_BUCKET and MY_S3_BUCKET of REGION, REGIONS, TOOL-DOCKER") == "Bucket and MY_S3_BUCKET of Region, REGIONS, TOOL-DOCKER"
    assert titled("waits for TOOL-DOCKER", CHECKS) == f"waits for {BY_ID['TOOL-DOCKER'].title}"


def test_the_first_check_without_an_answer_is_named_by_its_title() -> None:
    report = reported(waiting("REPO-CLONE", "a checkout", "repo"), passed("HOST-CPU"))
    assert beyond(report) == f"1 required without an answer, first: {BY_ID['REPO-CLONE'].title}  waits for a checkout"


def test_what_waits_names_checks_and_fields_by_title() -> None:
    down = replace(passed("TOOL-DOCKER"), answer=CheckAnswer(Status.FAIL, "no engine", "an engine"))
    report = reported(down, waiting("TOOL-DOCKER-PRIV", "TOOL-DOCKER"), waiting("AWS-KEY-CLASH", "REGION and S3_BUCKET", "s3"))
    for unfolded in Unfolded:
        said = "\n".join(row.observed for row in rows(report, unfolded))
        assert f"for {BY_ID['TOOL-DOCKER'].title}" in said
        assert "for Region and Bucket (screen S3)" in said
    *_, clash = rows(report, Unfolded.ALL)
    assert "waits for Region and Bucket (screen S3)" in detail(clash, Shape(72)).plain


def test_titles_of_folded_checks_are_whole_where_there_is_room() -> None:
    results = tuple(passed(check.id, "as it should be") for check in CHECKS)
    row = CheckRow("pass", Status.PASS, "all", "", results=results)
    wide, narrow = (detail(row, Shape(width)).plain.splitlines() for width in (70, 40))
    assert [line for line, check in zip(wide, CHECKS, strict=True) if not line.startswith(f"{check.title} ")] == []
    assert all(len(line) <= 70 for line in wide)
    assert all(len(line) <= 40 for line in narrow)


async def test_the_review_names_what_is_missing_by_its_title(make_app, full):
    draft = full.after(d.FieldAnswered("REGION", ""))
    app = make_app(draft, page="review", known=replace(READY))
    async with app.run_test(size=(80, 24)) as pilot:
        painted = await see(pilot, "Region is needed", "[ Type the region ]")
        assert "REGION" not in painted
