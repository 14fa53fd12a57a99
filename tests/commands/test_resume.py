"""`resume` as people meet it: the command that a failed rehearsal prints, pasted into a shell."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from canvos_tui.commands.rehearse import KEPT_MINUTES
from canvos_tui.core.exit_codes import ExitCode
from canvos_tui.rehearsal.serve import IDLE_SECONDS
from tests.on_stage import OnStage, on_stage

ROOT = Path(__file__).parents[2]
AMI = re.compile(r"ami-[0-9a-f]{17}")


def environ_of(tmp_path: Path) -> dict[str, str]:
    """A bare home, and `canvos-tui` on PATH."""
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "canvos-tui").write_text(f'#!/bin/sh\nexec {sys.executable} -m canvos_tui "$@"\n')
    (programs / "canvos-tui").chmod(0o755)
    home = tmp_path / "home"
    home.mkdir()
    kept = {name: os.environ[name] for name in ("TMPDIR",) if name in os.environ}
    path = os.pathsep.join((str(programs), os.environ["PATH"]))
    return {**kept, "PATH": path, "HOME": str(home), "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", "CANVOS_TUI_REHEARSAL_PACE": "0.02"}


def shell(line: str, environ: dict[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "-c", line], env=environ, cwd=folder, capture_output=True, text=True, timeout=120, check=False, stdin=subprocess.DEVNULL
    )


@pytest.mark.parametrize(
    ("scenario", "stage"), [("register-once", "register"), pytest.param("import-once", "import", marks=pytest.mark.long)]
)
def test_a_kept_rehearsal_that_failed_is_gone_on_from_by_the_command_that_it_prints(tmp_path, scenario, stage):
    environ, kept = environ_of(tmp_path), tmp_path / "kept"
    ended = shell(f"canvos-tui rehearse --plain --keep {kept} --scenario {scenario}", environ, tmp_path)
    assert ended.returncode == ExitCode.IMPORT_FAILED, ended.stderr
    assert f"to go on from {stage}" in ended.stderr
    (line,) = (line.strip() for line in ended.stderr.splitlines() if line.startswith("  env "))
    shown = shell(f"{line} --dry-run", environ, tmp_path)
    assert shown.returncode == 0, shown.stderr
    assert f"it would go on with: {stage}" in shown.stderr
    data = json.loads(shell(f"{line} --dry-run --output json", environ, tmp_path).stdout)
    assert (data["start"], [one["state"] for one in data["stages"]][:2]) == (stage, ["done", "done"])
    asked = shell(line, environ, tmp_path)
    assert asked.returncode == ExitCode.USAGE
    assert "add --yes" in asked.stderr
    done = shell(f"{line} --yes", environ, tmp_path)
    assert done.returncode == 0, done.stderr
    assert AMI.fullmatch(done.stdout.splitlines()[-1])
    assert "canvos-tui: DONE in" in done.stderr
    assert "+base-image" not in done.stdout, "nothing is built again"
    over = shell(f"{line.rpartition(' ')[0]} --yes", environ, tmp_path)  # of the newest run, which is the one that went on
    assert over.returncode == 0
    assert "every stage is done" in over.stderr
    assert over.stdout.strip() == done.stdout.splitlines()[-1]
    valid = shell(f"{line.partition(' canvos-tui ')[0]} canvos-tui validate", environ, tmp_path)  # nothing named: what was built last
    assert valid.returncode == 0, valid.stderr + valid.stdout
    assert done.stdout.splitlines()[-1] in valid.stdout
    end_the_account(kept)


@pytest.mark.long
def test_a_kept_rehearsal_whose_upload_failed_says_which_route_keeps_the_raw_image_and_that_one_goes_on(tmp_path):
    environ = environ_of(tmp_path)

    def rehearsed(route: str) -> str:
        line = f"canvos-tui rehearse --plain --keep {tmp_path / route} --route {route} --scenario upload-once"
        ended = shell(line, environ, tmp_path)
        assert ended.returncode == ExitCode.IMPORT_FAILED, ended.stderr
        return ended.stderr

    assert "--route two-stage keeps it in build/" in rehearsed("guide")
    said = rehearsed("two-stage")
    assert "--route two-stage" not in said
    (line,) = (line.strip() for line in said.splitlines() if line.startswith("  env "))
    done = shell(f"{line} --yes", environ, tmp_path)
    assert done.returncode == 0, done.stderr
    assert AMI.fullmatch(done.stdout.splitlines()[-1])
    assert "+base-image" not in done.stdout + done.stderr, "nothing is built again"
    end_the_account(tmp_path / "two-stage")


def test_a_kept_rehearsal_of_a_route_without_a_secret_file_is_gone_on_from_too(tmp_path):
    environ, kept = environ_of(tmp_path), tmp_path / "kept"
    ended = shell(f"canvos-tui rehearse --plain --keep {kept} --route direct --scenario snapshot-once", environ, tmp_path)
    assert ended.returncode == ExitCode.IMPORT_FAILED, ended.stderr
    assert not (kept / "CanvOS" / ".secret").exists()
    (line,) = (line.strip() for line in ended.stderr.splitlines() if line.startswith("  env "))
    shown = told("resume", shell(f"{line} --dry-run --output json", environ, tmp_path).stdout)
    assert (shown["start"], shown["started"], shown["ami"]) == ("snapshot", None, None)
    done = shell(f"{line} --yes --output json", environ, tmp_path)
    assert done.returncode == 0, done.stderr
    ended_as = told("resume", done.stdout)  # one document, and nothing else
    assert [one["state"] for one in ended_as["stages"]] == ["done"] * 3
    assert (ended_as["run"], ended_as["start"]) == (ended_as["started"], None)
    assert AMI.fullmatch(ended_as["ami"])
    assert "+base-image" not in done.stderr, "nothing is built again"
    (run, _) = told("status", shell(f"{line.partition(' canvos-tui ')[0]} canvos-tui status --output json", environ, tmp_path).stdout)[
        "runs"
    ]
    assert (run["id"], run["route"], run["ami"]) == (ended_as["run"], "direct", ended_as["ami"])
    assert (kept / "aws-credentials").stat().st_mode & 0o777 == 0o600
    end_the_account(kept)


def told(name: str, text: str) -> Any:
    """The document, which is what its schema says."""
    schema = json.loads(files("canvos_tui").joinpath("schemas", f"{name}-1.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(data := json.loads(text))
    return data


def end_the_account(kept: Path) -> None:
    """The stand-in that stays for whoever goes on."""
    words = f"--config\0{kept}/".encode()
    (pid,) = (int(path.parent.name) for path in Path("/proc").glob("[0-9]*/cmdline") if words in _read(path))
    os.kill(pid, signal.SIGTERM)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:  # it ended meanwhile
        return b""


def test_the_time_that_is_named_is_the_time_that_the_account_stays():
    assert KEPT_MINUTES * 60 == IDLE_SECONDS


@pytest.fixture
def scene(tmp_path):
    with on_stage(tmp_path, pace=0.5) as found:  # a build that is sure to live when it is cancelled
        yield found


def test_what_cannot_be_gone_on_from_is_refused_in_a_sentence(scene: OnStage):
    nothing = scene.inside("resume", "--yes")
    assert nothing.returncode == ExitCode.USAGE
    assert "there is no run" in nothing.stderr
    wrong = scene.inside("resume", "--from", "image")
    assert wrong.returncode == ExitCode.USAGE
    assert "resume builds nothing" in wrong.stderr
    assert "to build it anew: canvos-tui run" in wrong.stderr
    run_id = scene.start_build()
    alive = scene.inside("resume", run_id, "--yes")
    assert alive.returncode == ExitCode.USAGE
    assert f"canvos-tui attach {run_id} shows it" in alive.stderr
    assert scene.inside("cancel", run_id, "--force").returncode == 0
    scene.inside("attach", run_id, "--plain")
    built = scene.inside("resume", run_id, "--yes")
    assert built.returncode == ExitCode.NOT_READY
    assert "there is nothing to go on from: s3://" in built.stderr
    assert "the whole build has to run again" in built.stderr
    unnamed = scene.inside("resume", run_id, "--yes", "--name", "a b")
    assert unnamed.returncode == ExitCode.USAGE
    assert "is not allowed in a key" in unnamed.stderr
