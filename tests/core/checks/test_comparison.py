"""Two machines side by side: the one thing that explains the rest comes first."""

from __future__ import annotations

from typing import Any

from canvos_tui.core.checks.reports.comparison import Difference, changes, compare


def check(name: str, status: str = "pass", text: str = "good", category: str = "host", because: str | None = None) -> dict[str, Any]:
    return {"id": name, "status": status, "category": category, "observed": {"text": text}, "skipped_because": because}


def report(*checks: dict[str, Any], environment: dict[str, str] | None = None, **about: Any) -> dict[str, Any]:
    return {"checks": list(checks), "environment": environment or {}, **about}


def test_a_variable_comes_before_the_checks_that_it_decides_and_what_only_waits_comes_last():
    good = report(
        check("HOST-CPU", text="8"),
        check("NET-PROXY", category="network", text="no proxy is set"),
        check("NET-GITHUB", category="network"),
        host={"kernel": "6.1"},
    )
    bad = report(
        check("HOST-CPU", text="4"),
        check("NET-PROXY", "fail", "HTTPS_PROXY http://p:1: refused", "network"),
        check("NET-GITHUB", "skip", "waits for NET-PROXY", "network", "NET-PROXY"),
        environment={"HTTPS_PROXY": "http://p:1"},
        host={"kernel": "6.2"},
    )
    found = compare(good, bad)
    assert found.first == (
        Difference("HTTPS_PROXY", "not set", "http://p:1"),
        Difference("NET-PROXY", "PASS  no proxy is set", "FAIL  HTTPS_PROXY http://p:1: refused"),
    )
    assert [d.name for d in found.rest] == ["Kernel", "HOST-CPU"]
    assert [(d.name, d.follows) for d in found.following] == [("NET-GITHUB", "waits for NET-PROXY")]
    assert found.same == 0


def test_a_variable_that_decides_nothing_of_it_comes_behind_the_verdict_that_changed():
    good, bad = report(check("HOST-DISK")), report(check("HOST-DISK", "fail", "1 GB"), environment={"NO_PROXY": "x"})
    assert [d.name for d in compare(good, bad).first] == ["HOST-DISK", "NO_PROXY"]
    assert [d.name for d in compare(report(check("A")), report(check("A"), environment={"NO_PROXY": "x"})).first] == ["NO_PROXY"]


def test_equal_reports_have_no_difference_and_a_check_on_one_side_only_is_told():
    one = report(check("A"), check("B", "unknown", "?"))
    assert compare(one, one).empty
    assert compare(one, one).same == 2
    found = compare(one, report(check("A"), check("C", "warn", "so so")))
    assert [(d.name, d.left, d.right) for d in found.rest] == [("B", "????  ?", "not asked"), ("C", "not asked", "WARN  so so")]


def test_what_failed_on_one_side_is_told_even_where_the_other_side_was_not_asked():
    found = compare(report(check("A", "skip", "not asked: --offline")), report(check("A", "unknown", "refused")))
    assert [(d.name, d.right) for d in found.first] == [("A", "????  refused")]
    assert compare(report(check("A", "skip", "waits for x")), report(check("A"))).first == ()


def test_foreign_text_is_cleaned_and_masked():
    bad = report(check("A", "fail", "x\x1b[31m http://me:hush@proxy"), environment={"HTTPS_PROXY": "http://me:hush@p\x07"})
    told = str(compare(report(check("A")), bad))
    assert "\\x1b" not in told
    assert "\\x07" not in told
    assert "hush" not in told


def test_older_reports_without_the_surroundings_are_compared_all_the_same():
    old = {"checks": [check("A")]}
    assert [(d.name, d.left, d.right) for d in compare(old, report(check("A"), canvos={"tag": "v4.9.38"})).rest] == [
        ("Tag", "not known", "v4.9.38")
    ]
    assert changes(old, old) == ()
