"""What stands around the code is true: the workflow, the issue forms, the hooks, and the commands that texts name."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from canvos_tui import __version__
from canvos_tui.arguments import build_parser

ROOT = Path(__file__).parents[1]
GITHUB = ROOT / ".github"
PYTHONS = ["3.11", "3.12", "3.13", "3.14"]
FORMS = ("doctor-report", "failed-build")
TEXTS = (ROOT / "README.md", *sorted(p for p in GITHUB.rglob("*") if p.suffix in {".md", ".yml"}))
_COMMAND = re.compile(r"`(canvos-tui [^`]+)`")


def loaded(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def test_the_workflow_runs_the_script_on_every_python():
    flow = loaded(GITHUB / "workflows" / "ci.yml")
    assert flow["permissions"] == {"contents": "read"}
    assert set(flow[True]) == {"push", "pull_request"}  # YAML takes the word `on` for a truth
    jobs = flow["jobs"]
    assert {name: job["runs-on"] for name, job in jobs.items()} == {"linux": "ubuntu-latest", "macos": "macos-latest"}
    for name, part in (("linux", "all"), ("macos", "fast")):
        job = jobs[name]
        assert job["strategy"]["matrix"]["python"] == PYTHONS
        assert "permissions" not in job
        assert [step["run"].partition(".ci/run ")[2] for step in job["steps"] if "run" in step] == [part]
        used = [step["uses"] for step in job["steps"] if "uses" in step]
        assert [name.partition("@")[0] for name in used] == ["actions/checkout", "actions/setup-python"]


def test_a_release_is_tested_and_built_without_a_right_and_put_up_with_one_alone():
    flow = loaded(GITHUB / "workflows" / "release.yml")
    assert (flow[True], flow["permissions"]) == ({"push": {"tags": ["v*"]}}, {"contents": "read"})
    build, publish = flow["jobs"]["build"], flow["jobs"]["publish"]
    assert (build.get("permissions"), publish["permissions"], publish["needs"]) == (None, {"contents": "write"}, "build")
    ran = [step["run"] for step in build["steps"] if "run" in step]
    assert [line.partition(".ci/run ")[2] for line in ran if ".ci/run" in line] == ["all", "release"]
    (env,) = [step["env"] for step in publish["steps"] if "run" in step]
    assert env == {"GH_TOKEN": "${{ github.token }}"}


USES = re.compile(r"uses: +(\S+)(.*)")


def test_an_action_is_pinned_to_a_commit_the_same_everywhere_and_says_of_which_release():
    """A tag can be moved to other code, which would see the token of a release or the keys of a build."""
    pages = [*sorted((GITHUB / "workflows").glob("*.yml")), ROOT / "README.md"]
    found = [used for page in pages for used in USES.findall(page.read_text(encoding="utf-8"))]
    assert len(found) >= 10
    for name, remark in found:
        assert re.fullmatch(r"actions/[\w-]+@[0-9a-f]{40}", name), name
        assert re.fullmatch(r" # v\d+\.\d+\.\d+", remark), (name, remark)
    assert len(set(found)) == len({name.partition("@")[0] for name, _ in found}), "one action at two commits"
    kept = loaded(GITHUB / "dependabot.yml")
    assert [row["package-ecosystem"] for row in kept["updates"]] == ["github-actions"], "what is pinned is asked for its updates"


@pytest.mark.parametrize(
    ("version", "notes", "tag", "passes"),
    [
        ("1.2.3", "1.2.3: mended.", "v1.2.3", True),
        ("1.2.3", "1.2.3: mended.", "v9.9.9", False),
        ("1.2.3", "1.2.3: mended.", "v1.2.3.1", False),
        ("1.2.3.dev0", "1.2.3, not released yet. Mended.", "v1.2.3", False),
        ("1.2.3.dev0", "1.2.3, not released yet. Mended.", "v1.2.3.dev0", False),
        ("1.3.0.dev0", "1.3.0, not released yet.\n\n1.2.3: mended.", "v1.2.3", False),
    ],
)
def test_a_tag_that_is_not_the_version_or_has_no_notes_is_no_release(tmp_path, version, notes, tag, passes):
    """The workflow's own lines, in a shell."""
    (tmp_path / "canvos_tui").mkdir()
    ours = (ROOT / "canvos_tui" / "__init__.py").read_text(encoding="utf-8")
    (tmp_path / "canvos_tui" / "__init__.py").write_text(ours.replace(f'"{__version__}"', f'"{version}"'))
    (tmp_path / "README.md").write_text(f"## Changes\n\n{notes}\n")
    assert (releasing(tmp_path, tag) == [0, 0]) is passes


def test_what_changed_since_the_last_release_cannot_be_tagged_as_it():
    notes = (ROOT / "README.md").read_text(encoding="utf-8").partition("\n## Changes\n")[2]
    released = re.findall(r"^(\d+\.\d+\.\d+): ", notes, re.MULTILINE)
    assert released
    for version in released:
        assert all(run == 0 for run in releasing(ROOT, f"v{version}")) is (version == __version__)
    assert __version__ in released or f"{__version__.removesuffix('.dev0')}, not released yet." in notes


def releasing(folder: Path, tag: str) -> list[int]:
    """The exit codes of the lines with which the workflow compares a tag."""
    steps = loaded(GITHUB / "workflows" / "release.yml")["jobs"]["build"]["steps"]
    checks = [step["run"] for step in steps if "grep" in step.get("run", "")]
    assert len(checks) == 2
    environ = {"PATH": os.environ["PATH"], "GITHUB_REF_NAME": tag}
    return [subprocess.run(["bash", "-ec", line], cwd=folder, env=environ, capture_output=True, check=False).returncode for line in checks]


def test_the_pythons_are_those_of_the_package():
    told = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert re.findall(r"Python :: (3\.\d+)", told) == PYTHONS


@pytest.mark.parametrize("name", FORMS)
def test_a_form_asks_for_a_command_s_output_and_warns_of_secrets(name):
    form = loaded(GITHUB / "ISSUE_TEMPLATE" / f"{name}.yml")
    assert set(form) == {"name", "description", "labels", "body"}
    first, *fields = form["body"]
    assert first["type"] == "markdown"
    assert "secret" in first["attributes"]["value"]
    assert "before you send it" in first["attributes"]["value"]
    ids = [field["id"] for field in fields]
    assert len(set(ids)) == len(ids)
    assert {field["type"] for field in fields} <= {"input", "textarea", "dropdown", "checkboxes"}
    assert all(field["attributes"]["label"] for field in fields)
    assert any(field.get("validations", {}).get("required") for field in fields)
    asked = " ".join(field["attributes"].get("description", "") for field in fields)
    wanted = {"doctor-report": "`canvos-tui doctor --output markdown`", "failed-build": "`canvos-tui diagnose safe.log`"}
    assert wanted[name] in asked


def test_the_chooser_is_valid():
    chooser = loaded(GITHUB / "ISSUE_TEMPLATE" / "config.yml")
    assert chooser["blank_issues_enabled"] is True
    assert all(set(link) == {"name", "url", "about"} for link in chooser["contact_links"])


def test_the_hooks_run_what_is_installed_and_fetch_nothing():
    (repo,) = loaded(ROOT / ".pre-commit-config.yaml")["repos"]
    assert repo["repo"] == "local"
    hooks = {hook["id"]: hook for hook in repo["hooks"]}
    assert {name: hook["entry"].split()[0] for name, hook in hooks.items()} == {
        "ruff": ".venv/bin/ruff",
        "ruff-format": ".venv/bin/ruff",
        "mypy": ".venv/bin/mypy",
    }
    assert all(hook["language"] == "system" for hook in hooks.values())
    assert hooks["mypy"]["pass_filenames"] is False


@pytest.mark.parametrize("path", TEXTS, ids=lambda p: p.name)
def test_every_command_that_a_text_names_is_one_of_ours(path, capsys):
    for line in _COMMAND.findall(path.read_text(encoding="utf-8")):
        words = shlex.split(line.partition(" > ")[0])[1:]
        if words == ["--version"]:
            continue
        try:
            build_parser(words).parse_args(words)
        except SystemExit:
            pytest.fail(f"{path.name} names `{line}`: {capsys.readouterr().err}")
