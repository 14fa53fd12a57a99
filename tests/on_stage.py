"""The command line on a rehearsal's stage: a repository to clone, a stand-in for AWS, a healthy machine, a home and a state of its own."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from canvos_tui import wiring
from canvos_tui.adapters.processes import session_members, stat_fields
from canvos_tui.adapters.runs.local_runs import LocalRuns
from canvos_tui.core.run.result import RunInfo, RunResult
from canvos_tui.rehearsal.build import PACE_VARIABLE
from canvos_tui.rehearsal.stage import Stage, prepare
from tests import in_process, staged_program
from tests.terminal import Terminal

ROOT = Path(__file__).parents[1]
REGISTRY = "acme-team"
ANSWERS = {"IMAGE_REGISTRY": REGISTRY, "user_data": "none"}


class OnStage:
    """A home with nothing in it but what a test puts there."""

    def __init__(self, folder: Path, stage: Stage, pace: float, key: str = "edge-1") -> None:
        self.stage = stage
        self.key = key
        self.home = folder / "home"
        self.home.mkdir()
        self.checkout = self.home / "CanvOS"
        self.state = self.home / "state" / "canvos-tui"
        self.secret = stage.keys.secret.reveal()
        kept = {name: os.environ[name] for name in ("PATH", "TMPDIR", "COVERAGE_PROCESS_START") if name in os.environ}
        path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH", ""))))
        self.bare = {
            **kept,
            **stage.environ,
            "HOME": str(self.home),
            "XDG_STATE_HOME": str(self.home / "state"),
            "PYTHONPATH": path,
            "LANG": "C.UTF-8",
            "GIT_CONFIG_GLOBAL": os.devnull,
            PACE_VARIABLE: str(pace),
        }
        self.environ = {**self.bare, "AWS_ACCESS_KEY_ID": stage.keys.key_id, "AWS_SECRET_ACCESS_KEY": self.secret}

    @staticmethod
    def command(*words: str) -> list[str]:
        return [sys.executable, "-m", "tests.staged_program", *words]

    def run(
        self, *words: str, environ: Mapping[str, str] | None = None, stdin: str | None = None, seconds: float = 60
    ) -> subprocess.CompletedProcess[str]:
        """Runs to the end without a terminal."""
        source = {"input": stdin} if stdin is not None else {"stdin": subprocess.DEVNULL}
        return subprocess.run(
            self.command(*words),
            env=dict(environ or self.environ),
            cwd=self.home,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
            **source,
        )

    def inside(self, *words: str, environ: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        """As `run`, in this process, where the SDKs are loaded already: half a second sooner, and all else as real as ever."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(wiring, "real_ports", wiring.real_ports)  # so that it is put back
            staged_program.staged()
            return in_process.command(words, environ or self.environ, self.home)

    def start_build(self) -> str:
        """The id of a build that `run --yes --detach` started."""
        done = self.inside("run", "--config", self.answers(), "--yes", "--detach")
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def begin(self, *words: str) -> subprocess.Popen[str]:
        """Starts without a terminal, in a session of its own."""
        return subprocess.Popen(
            self.command(*words),
            env=self.environ,
            cwd=self.home,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def terminal(self, *words: str, columns: int = 80, rows: int = 24, environ: Mapping[str, str] | None = None) -> Terminal:
        return Terminal(self.command(*words), environ or self.environ, columns, rows, self.home)

    def answers(self, **changes: object) -> str:
        """An answers file; a value of None leaves the name out."""
        stage = self.stage
        given = {"checkout": self.checkout, "repository": stage.repository, "REGION": stage.region, "S3_BUCKET": stage.bucket}
        given["S3_KEY"] = self.key
        lines = [f"{name}: {value}" for name, value in {**given, **ANSWERS, **changes}.items() if value is not None]
        path = self.home / "answers.yaml"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return str(path)

    # -- the runs ----------------------------------------------------------------------------------------

    @property
    def runs(self) -> LocalRuns:
        return LocalRuns(self.state)

    def infos(self) -> tuple[RunInfo, ...]:
        return asyncio.run(self.runs.infos())

    def result(self, run_id: str) -> RunResult | None:
        return asyncio.run(self.runs.result(run_id))

    def log(self, run_id: str) -> str:
        path = self.runs.log_path(run_id)
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def close(self) -> None:
        """Kills what a test left running."""
        end_runs(self.state)


def end_runs(state: Path) -> None:
    """Kills the builds that go on, by the process ids that their supervisors wrote down."""
    for path in state.glob("runs/*/supervisor.json"):
        told = json.loads(path.read_text(encoding="utf-8"))
        fields = stat_fields(told["pid"])
        if fields and fields[19] == told["born"]:
            for pid in (*(session_members(told["build"]) if told["build"] else ()), told["pid"]):
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    continue


@contextmanager
def staged(folder: Path, scenario: str = "success", pace: float = 0.02) -> Iterator[Stage]:
    """A stage that ends with the test."""
    before = os.environ.get(PACE_VARIABLE)
    os.environ[PACE_VARIABLE] = str(pace)
    try:
        stage = prepare(folder / "stage", sys.executable, scenario)
    finally:
        if before is None:
            del os.environ[PACE_VARIABLE]
        else:
            os.environ[PACE_VARIABLE] = before
    try:
        yield stage
    finally:
        stage.close()


@contextmanager
def on_stage(folder: Path, scenario: str = "success", pace: float = 0.02) -> Iterator[OnStage]:
    """A home on a stage of its own, both gone afterwards with every process of theirs."""
    with staged(folder, scenario, pace) as stage:
        scene = OnStage(folder, stage, pace)
        try:
            yield scene
        finally:
            scene.close()


def tree(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Every file below a folder: mode and bytes. A file that is renamed during the look, as one just written is, is passed over."""
    found = {}
    for path in sorted(folder.rglob("*")):
        with suppress(FileNotFoundError):
            if path.is_file() and not path.is_symlink():
                found[str(path.relative_to(folder))] = (path.stat().st_mode, path.read_bytes())
    return found


def to_tags(terminal: Terminal) -> None:
    """From the Start screen to the tags of a fresh clone, by keys."""
    terminal.see("New  ")
    terminal.press("enter")
    terminal.see("ready so far")
    terminal.press("enter")
    terminal.see("can be cloned")
    terminal.press("enter")
    terminal.until(lambda: terminal.focused("Clone"))
    terminal.press("enter")
    terminal.see("suggested for")
    terminal.until(lambda: terminal.highlighted("v4.9.38   "))


def to_review(terminal: Terminal, passed: int = 20) -> None:
    """From the tags, with the suggested one under the cursor, to the review; everything is answered by keys."""
    to_image(terminal)
    from_image_to_review(terminal, passed)


def to_image(terminal: Terminal) -> None:
    """From the tags to screen 3, with its registry filled in."""
    terminal.press("enter")
    terminal.until(lambda: terminal.focused("Next ]"))
    terminal.press("enter")
    terminal.see("IMAGE_REGISTRY")
    terminal.type(REGISTRY)
    terminal.see(REGISTRY)


def from_image_to_review(terminal: Terminal, passed: int = 20) -> None:
    """From screen 3, which is filled in, to the review; on the way so many of the checks of AWS pass."""
    terminal.press("f8")
    terminal.see("How instances join Palette", "Make one")
    terminal.press("down", "f8")
    terminal.see("In this AMI")
    terminal.press("f8")
    terminal.see("exists; its region is")
    terminal.press("f8")
    terminal.see("Keys of an IAM user", "✓ account")  # those of the environment are taken
    terminal.press("f8")
    terminal.see("✓ object key and AMI name free ", f"{passed} of 20 proven")
    terminal.press("f8")  # Enter shows what mends a row that did not pass
    terminal.see("Write and build")


def write_and_build(terminal: Terminal) -> None:
    """From the review to a running build."""
    terminal.press("f8")
