"""The cause in the stored result of a real run."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path

import pytest

from canvos_tui.core.run.endless import endless
from canvos_tui.core.run.events import BuildEvent, Noted
from canvos_tui.core.run.outcome import Outcome
from canvos_tui.core.run.run import BuildRun
from canvos_tui.rehearsal.aws.cloud import StoredImage
from canvos_tui.rehearsal.aws.config import StandinConfig, StandinKey, deny
from canvos_tui.rehearsal.aws.server import StandinAws
from tests.build_log import BuildLog
from tests.commands.test_diagnose_forms import OWN
from tests.logs import EARTHLY
from tests.runs import KEY_ID, SECRET, Site, opened
from tests.waiting import until


@pytest.fixture
def standin(monkeypatch: pytest.MonkeyPatch) -> Iterator[StandinAws]:
    config = StandinConfig(keys=(StandinKey(KEY_ID, SECRET),), buckets={"images": "us-east-1"}, pending_seconds=0.0, import_seconds=0.0)
    with StandinAws(config) as found:
        monkeypatch.setenv("AWS_ENDPOINT_URL", found.start())
        monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        yield found


@pytest.fixture
def site(tmp_path: Path, standin: StandinAws) -> Iterator[Site]:
    with opened(tmp_path) as found:
        yield found


@pytest.mark.parametrize(
    ("name", "cause", "phase", "text"),
    [
        ("fail-disk-full-v4.10.0", "E-DISK-FULL", "raw", "No space left on device"),
        ("fail-missing-secret-v4.9.38", "E-SECRET-MISSING", "awscli", "AWS_PROFILE"),
    ],
)
def test_the_stored_result_of_a_failed_build_has_its_cause(site: Site, name: str, cause: str, phase: str, text: str) -> None:
    run_id = site.start(f"cat {EARTHLY / name}.log; exit 1")
    site.result(run_id)
    stored = json.loads((site.folder(run_id) / "result.json").read_text(encoding="utf-8"))
    assert (stored["outcome"], stored["phase"], stored["cause"]["id"]) == ("failed", phase, cause)
    assert stored["cause"]["explanation"]
    assert stored["cause"]["fix"]
    line = site.log(run_id).split("\n")[stored["cause"]["line"] - 1]
    assert text in line
    assert text in stored["cause"]["evidence"][0]


@pytest.mark.parametrize("damaged", [False, True])
def test_a_known_error_of_the_user_counts_in_a_build_and_a_damaged_one_is_told(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, damaged: bool
) -> None:
    own = tmp_path / "config" / "canvos-tui" / "known_errors.yaml"
    own.parent.mkdir(parents=True)
    own.write_text(OWN.replace("priority: A", "priority: Q") if damaged else OWN, encoding="utf-8")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    log = tmp_path / "a.log"
    log.write_bytes(BuildLog().step("+base-image", "TICKET-REQUIRED by the proxy").fails("+base-image", 7).data())
    run_id = site.start(f"cat {log}; exit 1")
    events = site.follow(run_id)
    cause = site.result(run_id).cause
    assert (cause is not None and cause.id == "E-OUR-PROXY") is not damaged
    noted = [event.text for event in events if isinstance(event, Noted)]
    assert any("line 2: known error E-OUR-PROXY: the priority Q" in text for text in noted) is damaged


def test_a_cancelled_build_has_no_cause_from_its_log(site: Site) -> None:
    run_id = site.start("trap 'echo Error: transport is closing; exit 1' INT; echo up; while :; do sleep 0.05; done")
    until(lambda: "up" in site.log(run_id))
    asyncio.run(site.runs.cancel(run_id))
    result = site.result(run_id)
    assert (result.outcome, result.cause) == (Outcome.CANCELLED, None)


SKIPPED = "2026-11-22 23:49:51 - Object 'edge.raw' already exists in s3://images/edge.raw."


def test_an_object_that_somebody_else_put_there_during_the_build_is_no_success(site: Site, standin: StandinAws) -> None:
    """The baseline knows of no object; every link of the chain is there afterwards, and the command ends with 0."""
    standin.cloud.put("images", "edge.raw", b"x" * 1000, '"foreign"')
    task = standin.cloud.start_import("images", "edge.raw", "Import edge.raw", {})
    standin.cloud.register(StoredImage("ami-00000000000000abc", "edge.raw", task.snapshot_id, "/dev/xvda", state="available"))
    run_id = site.start(f'echo "         +aws-cloud-image | {SKIPPED}"')
    result = site.result(run_id)
    assert (result.outcome, result.exit_code, result.found) == (Outcome.FAILED, 0, {"object": ""})
    assert result.cause is not None
    assert result.cause.id == "object-foreign"
    assert [info.ami for info in asyncio.run(site.runs.infos())] == [""], "no list of runs names it"


async def first(site: Site, run_id: str) -> tuple[BuildEvent, ...]:
    async with aclosing(site.runs.follow(run_id)) as batches:
        return await anext(batches)


def test_a_loop_without_an_end_is_seen_and_ended_with_what_aws_made_of_it(site: Site, standin: StandinAws) -> None:
    standin.set_faults(*deny("ec2:DescribeImportSnapshotTasks"))
    standin.cloud.put("images", "edge.raw", b"x" * 1000, '"e"')
    task = standin.cloud.start_import("images", "edge.raw", "Import edge.raw", {})
    task.started -= 1000
    script = f"""
        say() {{ echo "         +aws-cloud-image | 2026-11-22 23:49:51 - $*"; }}
        trap 'exit 1' INT
        say "Starting RAW to AMI creation process."
        say "Uploading 'x' to s3://images/edge.raw..."
        say "Importing S3 object 's3://images/edge.raw' as EC2 snapshot..."
        while :; do say "Error querying status for task '{task.task_id}'. Retrying..."; sleep 0.2; done
    """
    run_id = site.start(script)

    def loop() -> bool:
        """Both that AWS refuses and what it has made."""
        run = BuildRun(asyncio.run(site.runs.plan(run_id))).after(asyncio.run(first(site, run_id)))
        return run.snapshot is not None and endless(run) is not None

    until(loop)
    asyncio.run(site.runs.cancel(run_id))
    result = site.result(run_id)
    assert (result.outcome, result.snapshot) == (Outcome.CANCELLED, task.snapshot_id)
    assert result.cause is not None
    assert result.cause.id == "script-endless"
    (left,) = (left for left in result.left_behind if left.kind == "snapshot")
    assert left.certain
    assert left.use.startswith("aws ec2 register-image ")
