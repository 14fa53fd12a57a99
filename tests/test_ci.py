"""The script that holds all checks, and what a user gets of the repository."""

from __future__ import annotations

import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[1]
SCRIPT = ROOT / ".ci" / "run"
PARTS = ("lint", "types", "fast", "all", "long")
# what stands at the top level; everything else has a home in one of these
_TOP = {"LICENSE", "README.md", "canvos_tui", "pyproject.toml", "screenshots", "tests"}


def script(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["bash", *words], cwd=ROOT, capture_output=True, text=True, check=False, timeout=30)


def test_the_script_is_valid_and_names_its_parts():
    assert script("-n", str(SCRIPT)).returncode == 0
    refused = script(str(SCRIPT), "everything")
    assert (refused.returncode, refused.stderr) == (2, f"usage: .ci/run [{'|'.join(PARTS)}]\n")
    assert SCRIPT.stat().st_mode & 0o111


def test_the_top_level_holds_what_it_should():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.splitlines()
    top = {name.partition("/")[0] for name in listed}
    assert {name for name in top if not name.startswith(".")} <= _TOP


def test_types_are_told_to_those_who_import_us():
    assert (ROOT / "canvos_tui" / "py.typed").is_file()
