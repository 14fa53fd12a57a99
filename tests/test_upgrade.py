"""What version 0.1.0 wrote is read by this one: its runs are listed, shown, explained and packed, and its answers go on."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from canvos_tui.rehearsal.aws.cloud import StoredSnapshot
from canvos_tui.rehearsal.aws.config import StandinConfig, StandinImage, StandinKey
from canvos_tui.rehearsal.aws.server import StandinAws
from tests import in_process
from tests.doubles import canvos_repo

WRITTEN = Path(__file__).parent / "data" / "state-0.1.0"
GOOD, FULL = "20261127-1511-1984", "20261127-1511-a74d"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    shutil.copytree(WRITTEN, tmp_path / ".local" / "state" / "canvos-tui")
    return tmp_path


def asked(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return in_process.command(words, {"HOME": str(home), "PATH": "/nowhere", "TERM": "dumb"}, home)


def test_its_runs_are_listed(home):
    runs = {run["id"]: run for run in json.loads(asked(home, "status", "--output", "json").stdout)["runs"]}
    assert {name: run["state"] for name, run in runs.items()} == {GOOD: "succeeded", FULL: "failed"}
    assert runs[GOOD]["ami"] == "ami-0f4177835d2b07d05"
    assert runs[GOOD]["route"] == "guide"


def test_a_run_is_attached_to_from_its_first_line(home):
    done = asked(home, "attach", GOOD, "--plain")
    assert done.returncode == 0
    assert "== 0:09  Done\n== AMI ami-0f4177835d2b07d05: available\n" in done.stderr
    assert f"canvos-tui: DONE in 0:10 (run {GOOD})" in done.stderr
    assert done.stdout.endswith("\nami-0f4177835d2b07d05\n")
    failed = asked(home, "attach", FULL, "--plain")
    assert failed.returncode == 10
    assert "Cause  The disk is full" in failed.stderr


def test_its_log_is_named_where_it_lies_now(home):
    """The result names the folder in which it was written."""
    log = home / ".local/state/canvos-tui/runs" / GOOD / "build.log"
    assert f"  log       {log}\n" in asked(home, "status", GOOD).stdout
    assert log.is_file()


def test_what_it_built_is_validated_with_the_files_that_it_wrote(home):
    checkout = canvos_repo.make(home / "CanvOS")
    plan = json.loads((home / ".local/state/canvos-tui/runs" / GOOD / "run.json").read_text())
    (checkout / ".arg").write_text("".join(f"{name}={value}\n" for name, value in plan["args"]))
    key = StandinKey("AKIAREHEARSAL0000001", "s" * 40)
    (checkout / ".secret").write_text(f"AWS_PROFILE=\nAWS_ACCESS_KEY_ID={key.key_id}\nAWS_SECRET_ACCESS_KEY={key.secret}\n")
    image = StandinImage("ami-0f4177835d2b07d05", "palette-learn", snapshot_id="snap-0d64740bed9851029")
    with StandinAws(StandinConfig(keys=(key,), buckets={"canvos-rehearsal": "us-east-1"}, images=(image,))) as aws:
        aws.cloud.snapshots[image.snapshot_id] = StoredSnapshot(image.snapshot_id, "Created by AWS-VMImport service", 48 * 1024 * 1024)
        words = ("validate", "--checkout", str(checkout), "--output", "json")
        environ = {"HOME": str(home), "PATH": "/usr/bin:/bin", "TERM": "dumb", "AWS_ENDPOINT_URL": aws.start()}
        done = in_process.command(words, environ, home)
    told = {row["id"]: (row["status"], row["text"]) for row in json.loads(done.stdout)["findings"]}
    assert done.returncode == 0, told
    assert told["AMI"] == ("pass", "AMI ami-0f4177835d2b07d05 is available, x86_64, uefi, ena")
    assert told["SNAPSHOT"][0] == "pass"
    assert "snap-0d64740bed9851029" in told["SNAPSHOT"][1]


def test_a_failure_is_explained_and_packed_and_the_pack_is_explained(home):
    told = json.loads(asked(home, "diagnose", FULL, "--output", "json").stdout)
    assert told["cause"]["id"] == "E-DISK-FULL"
    packed = asked(home, "bundle", FULL, "--yes", "--doctor", "none", "--to", str(home / "b.zip"))
    assert packed.returncode == 0, packed.stderr
    again = json.loads(asked(home, "diagnose", str(home / "b.zip"), "--output", "json").stdout)
    assert again["cause"] == told["cause"]


def test_its_answers_go_on(home):
    mine = asked(home, "answers", "export").stdout
    lines = ("checkout: /srv/CanvOS", "tag: v4.9.38", "IMAGE_REGISTRY: acme-team", "REGION: eu-west-1", "user_data: none", "route: guide")
    assert {*lines, "# HTTP_PROXY was refused: no address", '  HOST-CPU: "small on purpose"'} <= set(mine.splitlines())
    built = asked(home, "answers", "export", GOOD).stdout
    assert {"checkout: /home/you/CanvOS", "IMAGE_REGISTRY: rehearsal-team", "S3_BUCKET: canvos-rehearsal"} <= set(built.splitlines())


def test_nothing_that_it_wrote_is_changed_by_being_read(home):
    state = home / ".local" / "state" / "canvos-tui"
    for words in (("status",), ("attach", GOOD, "--plain"), ("diagnose", FULL), ("answers", "export")):
        assert asked(home, *words).returncode in {0, 10}
    for path in (path for path in WRITTEN.rglob("*") if path.is_file()):
        assert (state / path.relative_to(WRITTEN)).read_bytes() == path.read_bytes(), path
