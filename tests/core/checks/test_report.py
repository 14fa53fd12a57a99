from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from canvos_tui.core.answers.routes import Route
from canvos_tui.core.checkout.state import CheckoutState, Place
from canvos_tui.core.checks.check import Check, CheckAnswer, CheckResult, Evidence, Measure, Method, Severity
from canvos_tui.core.checks.report import Report
from canvos_tui.core.checks.reports.report_head import About, head, telling
from canvos_tui.core.checks.reports.report_json import document
from canvos_tui.core.checks.reports.report_text import headline, markdown, short, text
from canvos_tui.core.errors import Command, Remedy
from canvos_tui.core.machine import HostFacts
from canvos_tui.core.status import Status

NOW = datetime(2026, 8, 23, 14, 12, tzinfo=UTC)
FIX = Remedy("Start the engine", (Command("sudo systemctl start docker", root=True), Command("docker info")))


def result(name: str, status: Status, observed: str = "seen", category: str = "host", **more: Any) -> CheckResult:
    async def ask(_: object) -> CheckAnswer:
        raise AssertionError

    check = Check(
        name, f"title of {name}", category, Severity.REQUIRED, "prerequisites 2", "step 16 breaks", ask, docs=("https://docs.example",)
    )
    fixes = () if status in {Status.PASS, Status.SKIP} else (FIX,)
    return CheckResult(check, CheckAnswer(status, observed, "" if status is Status.SKIP else "wanted", fixes, **more), NOW, 0.25)


def report(*results: CheckResult) -> Report:
    return Report(tuple(r.check for r in results), {r.check.id: r for r in results})


MIXED = report(
    result("A", Status.PASS),
    result("B", Status.PASS),
    result("C", Status.WARN, "a bit"),
    result(
        "D",
        Status.FAIL,
        "gone",
        "tools",
        evidence=(Evidence("docker --version", "no\x1b[31m such | file", 1, ran=True), Evidence("GET /info", "x")),
    ),
    result("E", Status.SKIP, "waits for D", "tools"),
)


def test_the_first_line_is_the_verdict_and_the_first_failure():
    assert headline(MIXED) == "NOT READY  1 fail  1 warn  2 pass  1 skip - first: D  gone"
    assert headline(report(result("A", Status.PASS))) == "READY  1 pass"
    so_far = headline(report(result("A", Status.PASS), result("B", Status.SKIP, "waits for x")))
    assert so_far == "READY SO FAR  1 pass  1 skip - 1 required without an answer, first: B  waits for x"
    assert headline(report(result("A", Status.UNKNOWN, "?"))) == "UNDETERMINED  1 unknown - 1 required without an answer, first: A  ?"
    assert headline(report(result("A", Status.SKIP, "waits for x"))).startswith("UNDETERMINED")


def test_the_text_shows_what_did_not_pass_in_full_and_folds_the_rest():
    lines = text(MIXED).splitlines()
    assert lines[2] == "FAIL D  gone"
    assert "     needs  wanted" in lines
    assert "              sudo systemctl start docker   [root]" in lines
    assert "     why    step 16 breaks (prerequisites 2)" in lines
    assert "     doc    https://docs.example" in lines
    assert lines.index("FAIL D  gone") < lines.index("WARN C  a bit")
    assert lines[-2:] == ["SKIP tools    1  waits for D", "PASS host     2  A B"]


def test_an_accepted_failure_is_marked():
    row = replace(result("A", Status.WARN), accepted="a test machine")
    assert "WARN A  seen  (accepted: a test machine)" in text(report(row))


def test_the_short_form_has_at_most_15_lines_and_no_escape_codes():
    assert short(MIXED).splitlines() == [headline(MIXED), "FAIL D  gone (needs: wanted)", "WARN C  a bit (needs: wanted)"]
    many = short(report(*(result(f"C{n}", Status.FAIL, "\x1b[31mred\nline " * 50) for n in range(30))))
    assert len(many.splitlines()) == 15
    assert many.splitlines()[-1] == "... and 17 more"
    assert "\x1b" not in many
    assert max(map(len, many.splitlines())) <= 140
    full = short(report(*(result(f"C{n}", Status.FAIL) for n in range(14))))
    assert full.splitlines()[-1].startswith("FAIL C13")
    assert len(full.splitlines()) == 15


def test_the_markdown_is_a_table_and_details_with_commands():
    lines = markdown(MIXED).splitlines()
    assert lines[0] == "**NOT READY  1 fail  1 warn  2 pass  1 skip - first: D  gone**"
    assert "| FAIL | D | gone | wanted |" in lines
    assert "| PASS | A | seen | wanted |" in lines
    assert "sudo systemctl start docker   # needs root" in lines
    assert "$ docker --version   # exit 1" in lines
    assert "# GET /info" in lines
    assert "\x1b" not in markdown(MIXED)
    assert "| FAIL | X | a \\| b c | wanted |" in markdown(report(result("X", Status.FAIL, "a | b\nc"))).splitlines()


def test_a_fence_in_the_evidence_does_not_end_the_block():
    fenced = markdown(report(result("A", Status.FAIL, evidence=(Evidence("cat", "```\nrm -rf /\n```"),))))
    assert fenced.count("~~~~") == 2


def test_what_looks_like_a_secret_is_masked_in_every_form():
    leaky = report(
        result("A", Status.FAIL, "http://me:hush@proxy", evidence=(Evidence("env", "aws_secret_access_key = " + "Abcd1234" * 5),)),
    )
    for form in (text(leaky), short(leaky), markdown(leaky), json.dumps(document(leaky, ABOUT))):
        assert "hush" not in form
        assert "Abcd1234" not in form


HOST = HostFacts("Linux", "x86_64", 4, 8, 1, 1, "alice", "6.8")
ABOUT = About("1.2.3", "3.11.7", NOW, 1.5, HOST)


def test_the_document_has_the_promised_shape():
    measured = result("M", Status.FAIL, "5.8 GB", measure=Measure(5.8, 8, "GB"), method=Method.DRY_RUN)
    waiting = replace(result("E", Status.SKIP, "waits for M"), skipped_because="M")
    slow = replace(result("S", Status.UNKNOWN, evidence=(Evidence("x", "o" * 5000, 0),)), timed_out=True)
    found = document(report(measured, waiting, slow), ABOUT)
    assert list(found) == [
        "schema",
        "tool",
        "started_at",
        "duration_ms",
        "host",
        "docker",
        "canvos",
        "answers",
        "environment",
        "summary",
        "verdict",
        "first_failure",
        "unanswered",
        "first_unanswered",
        "checks",
    ]
    assert found["schema"] == "canvos-tui.doctor/1"
    assert found["tool"] == {"version": "1.2.3", "python": "3.11.7"}
    assert (found["started_at"], found["duration_ms"]) == ("2026-08-23T14:12:00+00:00", 1500)
    assert found["host"] == {"os": "Linux", "arch": "x86_64", "kernel": "6.8", "distribution": ""}
    assert found["canvos"] == {"path": "", "tag": "", "commit": ""}
    assert found["summary"] == {"pass": 0, "warn": 0, "fail": 1, "skip": 1, "unknown": 1}
    assert (found["verdict"], found["first_failure"]) == ("not_ready", "M")
    first, second, third = found["checks"]
    assert first == {
        "id": "M",
        "title": "title of M",
        "category": "host",
        "guide_ref": "prerequisites/2",
        "severity": "required",
        "status": "fail",
        "method": "dry_run",
        "observed": {"value": 5.8, "unit": "GB", "text": "5.8 GB"},
        "required": {"value": 8, "unit": "GB", "text": "wanted"},
        "why": "step 16 breaks",
        "fix": [
            {
                "text": "Start the engine",
                "commands": [{"run": "sudo systemctl start docker", "root": True}, {"run": "docker info", "root": False}],
            }
        ],
        "docs": ["https://docs.example"],
        "evidence": [],
        "depends_on": [],
        "skipped_because": None,
        "answered": True,
        "accepted": False,
        "accepted_reason": None,
        "timed_out": False,
        "duration_ms": 250,
        "redactions": 0,
        "last_passed": None,
    }
    assert (second["skipped_because"], second["observed"]["value"]) == ("M", None)
    assert third["timed_out"]
    assert third["evidence"][0]["truncated"]
    assert len(third["evidence"][0]["stdout"]) == 4000


def test_masked_places_are_counted():
    leaky = result("A", Status.FAIL, "http://me:hush@proxy", evidence=(Evidence("env", "password=hunter22"),))
    assert document(report(leaky), ABOUT)["checks"][0]["redactions"] == 2


def test_every_form_begins_with_what_a_colleague_would_ask_for():
    state = CheckoutState(Place.CANVOS, Path("/c"), "v4.9.38", "0123456789abcdef")
    about = replace(ABOUT, checkout=state, folder=Path("/c"), answers=".arg of the checkout; keys: .secret", route=Route.TWO_STAGE)
    found, begins = report(result("A", Status.FAIL)), list(head(about))
    assert begins[0] == "checkout  /c, v4.9.38 (0123456789ab)"
    assert begins[1].startswith("canvos-tui 1.2.3, ")
    assert begins[1].endswith(", Python 3.11.7")
    assert f"{NOW:%Y-%m-%d %H:%M} UTC" in begins[1]
    assert begins[2] == "route     two-stage; answers: .arg of the checkout; keys: .secret"
    for form in (text, short, markdown):
        lines = form(found, about.folder, about).splitlines()
        assert [line for line in lines[:7] if line in begins] == begins
    many = report(*(result(f"C{n}", Status.FAIL) for n in range(30)))
    assert len(short(many, about.folder, about).splitlines()) == 15


def test_the_variables_that_change_answers_are_told_without_their_passwords():
    environ = {"https_proxy": "http://me:hush@proxy:3128", "NO_PROXY": "localhost", "AWS_SECRET_ACCESS_KEY": "x" * 40, "DOCKER_HOST": ""}
    assert telling(environ) == {"HTTPS_PROXY": "http://***@proxy:3128", "NO_PROXY": "localhost"}


def test_of_many_questions_a_text_shows_the_last_which_decided():
    pieces = tuple(Evidence(f"read {number}", f"answer {number}") for number in range(5))
    lines = text(report(result("D", Status.FAIL, evidence=pieces))).splitlines()
    assert [line.split()[-1] for line in lines if line.startswith("     asked")] == ["3", "4"]


def test_a_text_shows_what_was_asked_and_the_first_lines_of_the_answer():
    piece = Evidence("docker --version", "one\n\ntwo\nthree\nfour\npassword=hunter22", 1, ran=True)
    lines = text(report(result("D", Status.FAIL, evidence=(piece,)))).splitlines()
    at = lines.index("     ran    docker --version  (exit 1)")
    assert lines[at + 1 : at + 5] == [
        "            one",
        "            two",
        "            three",
        "            ... 2 more lines with --output markdown",
    ]


def test_the_checkout_that_was_judged_is_named_in_every_form():
    folder, found = Path("/home/alice/Can VOS"), report(result("A", Status.FAIL))
    assert text(found, folder).splitlines()[1] == "checkout  /home/alice/Can VOS"
    assert short(found, folder).splitlines()[1] == "checkout  /home/alice/Can VOS"
    assert "Checkout `/home/alice/Can VOS`" in markdown(found, folder).splitlines()
    assert document(found, replace(ABOUT, folder=folder))["canvos"]["path"] == str(folder)
    many = report(*(result(f"C{n}", Status.FAIL) for n in range(30)))
    assert len(short(many, folder).splitlines()) == 15
