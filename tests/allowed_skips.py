"""Which tests may be skipped where CI=true says that everything runs: any other skip is a failure there. A plugin of pytest.

Without CI=true a test that needs what the machine has not is skipped as ever.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Mapping
from fnmatch import fnmatchcase
from typing import TypeVar

import pytest

# pattern of test ids -> why nothing is lost when they do not run
ALLOWED: Mapping[str, str] = {
    "tests/commands/test_completion.py::test_in_a_real_shell[[]zsh]": "bash's script is made of the same table by the same library",
    "tests/commands/test_completion.py::test_in_a_real_shell[[]fish]": "as zsh's",
}

_ADVICE = "CI=true: a skipped test needs a reason in tests/allowed_skips.py"
Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)


def everything_runs() -> bool:
    """Whether nothing may be left out."""
    return os.environ.get("CI") == "true"


def pattern_of(nodeid: str, allowed: Mapping[str, str]) -> str | None:
    """The entry of the table that a test's id fits."""
    return next((pattern for pattern in allowed if fnmatchcase(nodeid, pattern)), None)


def judged(report: Report, allowed: Mapping[str, str] = ALLOWED) -> Report:
    """The report of a skipped test as a failure, unless the table has a reason for it."""
    if report.outcome == "skipped" and not hasattr(report, "wasxfail") and pattern_of(report.nodeid, allowed) is None:
        report.outcome = "failed"
        report.longrepr = f"{_said(report)}\n{_ADVICE}"
    return report


def _said(report: pytest.TestReport | pytest.CollectReport) -> str:
    """The reason that the test itself gave."""
    return str(report.longrepr[2]) if isinstance(report.longrepr, tuple) else str(report.longrepr)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test that skips itself."""
    report = yield
    return judged(report) if everything_runs() else report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """A module that skips itself."""
    report = yield
    return judged(report) if everything_runs() else report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says how many tests did not run in spite of CI=true, and which entries of the table are not needed any more."""
    if not everything_runs():
        return
    stats = terminalreporter.stats
    failed = [r for r in (*stats.get("failed", []), *stats.get("error", [])) if str(r.longrepr).endswith(_ADVICE)]
    skipped = [report for report in stats.get("skipped", []) if hasattr(report, "nodeid")]
    unused = dict(ALLOWED)
    if failed or skipped or unused:
        terminalreporter.section(f"{len(failed)} tests DID NOT RUN, {len(skipped)} more are allowed not to")
    for report in failed:
        terminalreporter.line(f"{report.nodeid}: {_said(report).splitlines()[0]}")
    for report in skipped:
        pattern = pattern_of(report.nodeid, ALLOWED) or ""
        unused.pop(pattern, None)
        terminalreporter.line(f"{report.nodeid}: {_said(report)}; {ALLOWED.get(pattern, '')}")
    for pattern in unused:
        terminalreporter.line(f"nothing was skipped under {pattern}")
