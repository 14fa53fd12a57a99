"""What was right yesterday: kept, told when it fails, and never in the way."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from canvos_tui.adapters.last_passed import keep_passes, load_passes
from canvos_tui.core.checks.reports.last_passed import after, from_data, to_data
from canvos_tui.core.checks.reports.report_head import About
from canvos_tui.core.checks.reports.report_json import document
from canvos_tui.core.checks.reports.report_text import markdown, text
from canvos_tui.core.machine import DockerFacts
from canvos_tui.core.status import Status
from tests.core.checks.test_report import report, result

NOW = datetime(2026, 8, 23, 14, 12, tzinfo=UTC)
ENGINE = DockerFacts("unix:///s", "27.1", "/d", rootless=False, podman=False, cpus=4, memory=8, client="docker 27.1")
ABOUT = About("0.1.0", "3.11.7", NOW, 1.0, docker=ENGINE, environment={"NO_PROXY": "localhost"})
LATER = replace(ABOUT, docker=replace(ENGINE, version="28.0"), environment={"HTTPS_PROXY": "http://p:1"})


def test_a_failure_tells_when_it_passed_and_what_has_changed_since():
    passes = after({}, report(result("A", Status.PASS, "12 GB"), result("B", Status.FAIL)), ABOUT)
    assert list(passes) == ["A"]
    words = passes["A"].words(LATER)
    assert words == (
        f"passed {passes['A'].at:%Y-%m-%d %H:%M} UTC: 12 GB; since then changed: NO_PROXY localhost -> not set, "
        "HTTPS_PROXY not set -> http://p:1, Docker engine 27.1 -> 28.0"
    )
    assert passes["A"].words(ABOUT).endswith("; none of what surrounds it is known to have changed")
    now = report(result("A", Status.FAIL, "1 GB"), result("B", Status.FAIL))
    assert f"     last   {words}" in text(now, None, LATER, {"A": words}).splitlines()
    assert f"On this machine: {words}" in markdown(now, None, LATER, {"A": words}).splitlines()
    first, second = document(now, LATER, passes)["checks"]
    assert first["last_passed"]["observed"] == "12 GB"
    assert first["last_passed"]["changed"][-1] == "Docker engine 27.1 -> 28.0"
    assert second["last_passed"] is None


def test_what_was_not_found_out_is_no_change():
    passes = after({}, report(result("A", Status.PASS)), ABOUT)
    assert passes["A"].changed(replace(ABOUT, docker=None)) == ()


def test_a_failure_forgets_nothing_and_what_passes_has_nothing_to_tell():
    passes = after({}, report(result("A", Status.PASS, "then")), ABOUT)
    assert after(passes, report(result("A", Status.FAIL)), LATER) == passes
    assert document(report(result("A", Status.PASS)), ABOUT, passes)["checks"][0]["last_passed"] is None
    assert from_data(json.loads(json.dumps(to_data(passes)))) == passes


def test_it_is_kept_private_for_each_checkout_and_damage_is_passed_over(tmp_path):
    environ = {"XDG_STATE_HOME": str(tmp_path)}
    passes = after({}, report(result("A", Status.PASS, "http://me:hush@proxy")), ABOUT)
    keep_passes(environ, Path("/c"), passes)
    assert load_passes(environ, Path("/c")) == passes
    assert load_passes(environ, None) == {}
    (file,) = (tmp_path / "canvos-tui" / "passed").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert "hush" not in file.read_text()
    for damaged in ("", "[", "[]", '{"A": 1}', '{"A": {"at": "x", "observed": "", "about": {}}}', "[" * 100_000):
        file.write_text(damaged)
        assert load_passes(environ, Path("/c")) == {}
    (tmp_path / "file").write_text("")
    keep_passes({"XDG_STATE_HOME": str(tmp_path / "file")}, None, passes)  # no folder can be made there: nobody is told
