"""Real runs for tests: a checkout with a script in the place of the build, a state directory, and keys that must not be seen."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from canvos_tui.adapters.processes import session_members
from canvos_tui.adapters.runs.local_runs import LocalRuns
from canvos_tui.core.aws.facts import AwsKeys, Baseline
from canvos_tui.core.run.events import BuildEvent
from canvos_tui.core.run.result import RunResult
from canvos_tui.core.run.run import BuildPlan, RunId
from canvos_tui.core.secret import Secret
from tests.waiting import until

KEY_ID = "AKIAIOSFODNN7EXAMPLE"
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
EDGE_TOKEN = "aUAxxxxxEXAMPLETOKENxxxx0001"
PASSWORD = "ExamplePassw0rd!"
KEYS = AwsKeys(KEY_ID, Secret(SECRET))
NOBODY = "http://127.0.0.1:9"  # refuses every connection


@dataclass
class Site:
    """A checkout, a state directory and the runs in it."""

    root: Path
    pace: float = 0.005
    runs: LocalRuns = field(init=False)

    def __post_init__(self) -> None:
        self.state = self.root / "state" / "canvos-tui"
        self.checkout = self.root / "CanvOS"
        self.checkout.mkdir(parents=True)
        self.runs = LocalRuns(self.state, pace=self.pace)

    def plan(self, script: str, baseline: Baseline | None = None) -> BuildPlan:
        path = self.checkout / "build.sh"
        path.write_text(f"#!/bin/bash\n{script}\n", encoding="utf-8")
        path.chmod(0o755)
        base = baseline or Baseline(datetime.now(UTC), "us-east-1", "images", "edge.raw")
        return BuildPlan(
            str(self.checkout), "v4.8.8", ("./build.sh", "+aws-cloud-image"), base, args=(("HTTP_PROXY", "http://u:pw1234@p"),)
        )

    def start(self, script: str, secrets: tuple[str, ...] = (EDGE_TOKEN, PASSWORD)) -> RunId:
        return asyncio.run(self.runs.start(self.plan(script), KEYS, secrets))

    def folder(self, run_id: RunId) -> Path:
        return self.state / "runs" / run_id

    def log(self, run_id: RunId) -> str:
        path = self.folder(run_id) / "build.log"
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def supervisor(self, run_id: RunId) -> int:
        path = self.folder(run_id) / "supervisor.json"
        until(path.exists)
        return int(json.loads(path.read_text(encoding="utf-8"))["pid"])

    def follow(self, run_id: RunId, seconds: float = 30.0) -> list[BuildEvent]:
        async def collect() -> list[BuildEvent]:
            return [event async for batch in self.runs.follow(run_id) for event in batch]

        return asyncio.run(asyncio.wait_for(collect(), seconds))

    def result(self, run_id: RunId) -> RunResult:
        until(lambda: asyncio.run(self.runs.result(run_id)) is not None)
        found = asyncio.run(self.runs.result(run_id))
        assert found is not None
        return found

    def close(self) -> None:
        """Kills what a test left running, by the process ids that it wrote down itself."""
        for path in self.state.glob("runs/*/supervisor.json"):
            told = json.loads(path.read_text(encoding="utf-8"))
            born = Path(f"/proc/{told['pid']}/stat")
            if born.exists() and born.read_text().rpartition(")")[2].split()[19] == told["born"]:
                for pid in (*(session_members(told["build"]) if told["build"] else ()), told["pid"]):
                    try:
                        os.kill(pid, signal.SIGKILL)
                    except ProcessLookupError:
                        continue


@contextmanager
def opened(root: Path, pace: float = 0.005) -> Iterator[Site]:
    """A site that leaves nothing behind."""
    site = Site(root, pace)
    try:
        yield site
    finally:
        site.close()
