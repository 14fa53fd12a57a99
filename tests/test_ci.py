"""The script that holds all checks, and what a user gets of the repository."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

from canvos_tui import __version__

ROOT = Path(__file__).parents[1]
SCRIPT = ROOT / ".ci" / "run"
PARTS = ("lint", "types", "fast", "all", "long", "audit", "release")
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


def test_what_an_installation_consists_of_is_told_whole_and_no_test_tool_is_in_it():
    done = subprocess.run([sys.executable, ".ci/sbom.py"], cwd=ROOT, capture_output=True, text=True, check=True, timeout=30)
    told = json.loads(done.stdout)
    assert (told["bomFormat"], told["specVersion"]) == ("CycloneDX", "1.5")
    assert (told["metadata"]["component"]["name"], told["metadata"]["component"]["version"]) == ("canvos-tui", __version__)
    named = {part["name"]: part["version"] for part in told["components"]}
    assert {"textual", "boto3", "botocore", "python-dotenv", "docker", "pyyaml", "rich", "urllib3", "linkify-it-py"} <= set(named)
    assert not {"pytest", "ruff", "mypy", "moto", "hypothesis"} & set(named)
    assert all(version(name) == found for name, found in named.items())
    refs = {part["bom-ref"] for part in (told["metadata"]["component"], *told["components"])}
    assert {row["ref"] for row in told["dependencies"]} == refs
    assert {ref for row in told["dependencies"] for ref in row["dependsOn"]} == refs - {told["metadata"]["component"]["bom-ref"]}


def test_types_are_told_to_those_who_import_us():
    assert (ROOT / "canvos_tui" / "py.typed").is_file()
