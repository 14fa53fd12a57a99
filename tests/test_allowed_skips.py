"""With CI=true a skipped test fails the run, unless the table has a reason for it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.allowed_skips import ALLOWED, judged

ROOT = Path(__file__).parents[1]
SKIPS = """
import pytest

def test_one(): pass

@pytest.mark.skip(reason="no bananas")
def test_two(): pass

def test_three(): pytest.skip("no apples")

@pytest.mark.xfail(reason="known")
def test_four(): assert False
"""


def played(tmp_path: Path, ci: str) -> subprocess.CompletedProcess[str]:
    (tmp_path / "test_it.py").write_text(SKIPS, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.allowed_skips", "-p", "no:randomly", "-p", "no:cacheprovider"]
    environ = {**os.environ, "CI": ci, "PYTHONPATH": str(ROOT)}
    return subprocess.run([*command, "test_it.py"], cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=60, check=False)


def test_a_skip_is_a_failure_where_everything_runs(tmp_path):
    done = played(tmp_path, "true")
    assert done.returncode == 1, done.stdout
    closing = done.stdout.splitlines()[-1]
    assert ("1 passed" in closing, "1 failed" in closing, "1 error" in closing, "1 xfailed" in closing) == (True,) * 4, closing
    assert "Skipped: no bananas" in done.stdout
    assert "Skipped: no apples" in done.stdout
    assert " 2 tests DID NOT RUN, 0 more are allowed not to " in done.stdout


def test_a_skip_is_a_skip_elsewhere(tmp_path):
    done = played(tmp_path, "")
    assert done.returncode == 0, done.stdout
    assert done.stdout.splitlines()[-1].startswith("1 passed, 2 skipped, 1 xfailed")


def test_a_reason_in_the_table_allows_it():
    def report() -> pytest.TestReport:
        return pytest.TestReport("tests/a.py::test_b[c]", ("a.py", 1, "b"), {}, "skipped", ("a.py", 1, "Skipped: no"), "call")

    assert judged(report(), {"tests/a.py::test_b*": "why"}).outcome == "skipped"
    assert judged(report(), {"tests/a.py::test_c*": "why"}).outcome == "failed"
    assert judged(report(), {}).longrepr == "Skipped: no\nCI=true: a skipped test needs a reason in tests/allowed_skips.py"


def test_an_entry_names_tests_that_there_are():
    for pattern in ALLOWED:
        path, _, name = pattern.partition("::")
        assert f"def {name.partition('[')[0].rstrip('*')}" in (ROOT / path).read_text(encoding="utf-8"), pattern
