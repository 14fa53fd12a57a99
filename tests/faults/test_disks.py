"""The disk of the log is full, or its folder is gone: the build goes on, what was written stays, and the screen says what is missing."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from canvos_tui.core.run.events import DiskSeen, Noted
from tests.on_stage import ROOT
from tests.runs import NOBODY, Site, opened
from tests.waiting import until


def namespaces() -> str:
    """Why there can be no mount namespace with a tmpfs of ours; empty when there can."""
    if os.geteuid() != 0 or shutil.which("unshare") is None:
        return "needs root and unshare"
    tried = subprocess.run(["unshare", "-m", "true"], capture_output=True, text=True, check=False)
    return tried.stderr.strip()


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setenv("AWS_ENDPOINT_URL", NOBODY)
    monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent/docker.sock")
    with opened(tmp_path) as found:
        yield found


@pytest.mark.slow
@pytest.mark.skipif(bool(namespaces()), reason=namespaces() or "-")
def test_a_full_disk_costs_a_part_of_the_log_and_nothing_else(tmp_path: Path) -> None:
    environ = {**os.environ, "AWS_ENDPOINT_URL": NOBODY, "DOCKER_HOST": "unix:///nonexistent/docker.sock", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        ["unshare", "-m", sys.executable, "-m", "tests.faults.full_disk", str(tmp_path)],
        env=environ,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert (seen["beat"], seen["why"], seen["since"]) == ("alive", "No space left on device", True)
    assert seen["free"] == 0
    assert seen["lost"] > 2_000_000
    assert seen["before"].startswith("first\n")
    assert seen["kept"], "what was written stays as it was"
    marker, *rest = seen["gap"]
    assert marker.startswith("[canvos-tui: ")
    assert "bytes of the log are missing here from " in marker
    assert rest[-1] == "after the gap"
    assert (seen["outcome"], seen["exit"]) == ("failed", 1)
    assert any("the log cannot be written, the build goes on: No space left on device" in note for note in seen["notes"])
    assert any("the log is written again; " in note and "MB of it are missing since" in note for note in seen["notes"])
    assert seen["left_files"] == ["build.log", "build.times", "events.jsonl", "result.json", "run.json", "supervisor.json"]
    assert seen["never_room"] == [0, "failed", 3]


def test_a_log_folder_that_is_removed_again_and_again_does_not_stop_the_build(site: Site) -> None:
    run_id = site.start("until [ -e go ]; do echo line; sleep 0.01; done; echo the end; exit 1")
    for number in range(3):
        until(lambda: "line" in site.log(run_id) and (site.folder(run_id) / "supervisor.json").exists())
        shutil.rmtree(site.folder(run_id).rename(site.root / f"gone{number}"))
    until(lambda: "line" in site.log(run_id))
    (site.checkout / "go").touch()
    notes = [e.text for e in site.follow(run_id) if isinstance(e, Noted)]
    assert site.result(run_id).exit_code == 1
    assert site.log(run_id).endswith("the end\n")
    assert any("removed or replaced while it was written; what was stored before that is lost" in note for note in notes)


def test_free_space_is_looked_at_while_the_build_runs(site: Site) -> None:
    run_id = site.start("until [ -e go ]; do sleep 0.05; done; exit 1")
    events = site.folder(run_id) / "events.jsonl"
    until(lambda: events.exists() and '"disk"' in events.read_text())
    (site.checkout / "go").touch()
    seen = [e for e in site.follow(run_id) if isinstance(e, DiskSeen)]
    assert seen[0].place == "state", "without an engine there is no data root to look at"
    assert seen[0].total == shutil.disk_usage(site.state).total
    assert asyncio.run(site.runs.history()) == ()
