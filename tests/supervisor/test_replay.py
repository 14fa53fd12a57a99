"""Every sample log, printed on the terminal of a real supervised build with the AWS that it left behind: what the run says in the end."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from canvos_tui.adapters.log.file import LogFile
from canvos_tui.core.aws.facts import Baseline, Image
from canvos_tui.core.log.pipe import LogPipe
from canvos_tui.core.log.source_lines import SourceLines
from canvos_tui.core.run.events import BuildEvent, Finished, IdFound, PhaseEntered, UploadSeen
from canvos_tui.core.run.outcome import Outcome
from canvos_tui.core.run.result import RunResult
from canvos_tui.core.status import Status
from canvos_tui.rehearsal.aws.cloud import StoredImage, StoredTask
from canvos_tui.rehearsal.aws.config import StandinConfig, StandinKey
from canvos_tui.rehearsal.aws.server import StandinAws
from tests.runs import EDGE_TOKEN, KEY_ID, KEYS, NOBODY, PASSWORD, SECRET, Site, opened
from tests.truth import BUILDS, SAMPLES, Sample

pytestmark = pytest.mark.slow
RATE = float(os.environ.get("CANVOS_TUI_REPLAY_RATE", "4000"))  # lines a second; 200 is what a busy build prints
HASTE = 1000.0  # how much faster than it was recorded a log is replayed write by write
SECRETS = (KEY_ID, SECRET, EDGE_TOKEN, PASSWORD)
OLD_SNAPSHOT = "snap-00000000000000001"
PRINTER = """
import sys, time
path, rate, code = sys.argv[1], float(sys.argv[2]), int(sys.argv[3])
out, began, due = sys.stdout.buffer, time.monotonic(), 0.0
if len(sys.argv) > 4:  # the writes as they were recorded
    data = open(path, "rb")
    pieces = ((float(line.split()[0]) / rate, data.read(int(line.split()[1]))) for line in open(sys.argv[4]))
else:
    pieces = ((1 / rate, line) for line in open(path, "rb"))
for wait, piece in pieces:
    due += wait
    time.sleep(max(0.0, began + due - time.monotonic()))
    out.write(piece)
    out.flush()
sys.exit(code)
"""


def place_of(sample: Sample) -> tuple[str, str]:
    """Bucket and key that the log speaks of."""
    key = "kairos-ubuntu-22.04-core-amd64-generic-v3.5.9.raw"
    return ("acme-canvos-images", key) if sample.from_script else ("palette-images-demo", "palette-edge-ubuntu-22.04.raw")


def left_in_aws(standin: StandinAws, sample: Sample) -> Baseline:
    """Puts into AWS what the build left there, and gives what was there before."""
    cloud, (bucket, key) = standin.cloud, place_of(sample)
    kinds = sample.truth.get("left_behind", ("object", "snapshot", "ami") if sample.ids else ())
    ids, baseline = sample.ids, Baseline(datetime.now(UTC), "us-east-1", bucket, key)
    if "object" in kinds:
        cloud.put(bucket, key, b"x" * 1000, '"e"')
    if task := ids.get("import_task"):
        failed = "ClientError: Disk validation failed [Unsupported specified file format]" if "snapshot" not in ids else ""
        cloud.tasks[task] = StoredTask(
            task, bucket, key, f"Import {key}", 1000, time.monotonic() - 60, ids.get("snapshot", "snap-00000000000000002"), failed
        )
    if ids.get("ami"):
        reused = sample.truth["outcome"] == "failure"
        snapshot = OLD_SNAPSHOT if reused else ids["snapshot"]
        cloud.images[ids["ami"]] = StoredImage(ids["ami"], key, snapshot, "/dev/xvda", boot_mode="uefi", ena=True, state="available")
        if reused:
            baseline = replace(baseline, images=(Image(ids["ami"], key, "available", snapshot, "x86_64", "uefi", ena=True),))
    return baseline


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent/docker.sock")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    (tmp_path / "printer.py").write_text(PRINTER)
    with opened(tmp_path / "site") as found:
        yield found


def printing(site: Site, sample: Sample, rate: float, *timing: Path) -> str:
    """The build: it prints the sample and ends as it ended."""
    words = (sys.executable, site.root.parent / "printer.py", sample.path, rate, sample.exit_code, *timing)
    return "exec " + " ".join(f"'{word}'" for word in words)


def replayed(site: Site, sample: Sample, monkeypatch: pytest.MonkeyPatch, rate: float, *timing: Path) -> tuple[list[BuildEvent], RunResult]:
    """The events and the result of that build, with what it left in AWS."""
    buckets = {"acme-canvos-images": "us-east-1", "palette-images-demo": "us-east-1"}
    with StandinAws(StandinConfig(keys=(StandinKey(KEY_ID, SECRET),), buckets=buckets)) as standin:
        monkeypatch.setenv("AWS_ENDPOINT_URL", standin.start())
        plan = site.plan(printing(site, sample, rate, *timing), left_in_aws(standin, sample))
        run_id = asyncio.run(site.runs.start(replace(plan, endpoint=os.environ["AWS_ENDPOINT_URL"]), KEYS, (EDGE_TOKEN, PASSWORD)))
        events = site.follow(run_id, 120)
        return events, site.result(run_id)


def numbers(path: Path) -> list[int]:
    """The number in the file of each cleaned line."""
    lines = SourceLines()
    return [number for number, _ in lines.feed(path.read_bytes()) + lines.flush()]


def assert_told(site: Site, sample: Sample, events: list[BuildEvent], result: RunResult) -> None:
    """What the run says is what is true about the log."""
    at = numbers(sample.path)
    entered = [(e.phase.value, at[e.line - 1]) for e in events if isinstance(e, PhaseEntered) and e.line]
    assert entered == sample.phases
    found = {event.kind: event.id for event in events if isinstance(event, IdFound)}
    assert found == sample.ids
    assert [event.exit_code for event in events if isinstance(event, Finished)] == [sample.exit_code]
    seen = [event for event in events if isinstance(event, UploadSeen) and event.source == "log"]
    assert [event.done for event in seen] == sorted(event.done for event in seen)
    assert {event.total for event in seen} <= {(sample.points["upload"] or {}).get("bytes")}
    assert_ended(site, sample, result)


def assert_ended(site: Site, sample: Sample, result: RunResult) -> None:
    """Verdict and cause, which AWS and the log have to agree on."""
    phase = result.phase.value if result.phase is not None else ""
    assert [result.outcome.value, phase] == sample.points["verdict"]
    assert result.exit_code == sample.exit_code
    assert (result.import_task, result.snapshot) == (sample.ids.get("import_task", ""), sample.ids.get("snapshot", ""))
    won = result.outcome.value == "succeeded"
    assert result.ami == (sample.ids["ami"] if won else "")
    left = {"object"} if won else set(sample.truth.get("left_behind", ())) - {"ami"}  # an AMI that was there before is none of ours
    assert {item.kind for item in result.left_behind} == left
    wanted = sample.points.get("by_aws", sample.points["cause"])
    assert (result.cause.id if result.cause else None) == (wanted["id"] if wanted else None)
    if result.cause is None:
        assert {finding.status for finding in result.findings} == {Status.PASS}
        return
    advice = [text for r in result.cause.remedies for text in (r.text, *(c.run for c in r.commands))]
    told = (result.cause.title, result.cause.explanation, *advice)
    assert all(any(words in text for text in told) for words in (*wanted["says"], *wanted["remedy"])), told
    if result.cause.line:
        assert wanted["contains"] in site.log(result.run_id).split("\n")[result.cause.line - 1]


def assert_masked(site: Site, sample: Sample, result: RunResult) -> None:
    """The stored log is the cleaned and masked sample, line by line, and no secret is in any file of the run."""
    pipe = LogPipe()
    expected = (pipe.feed(sample.path.read_bytes()) + pipe.flush()).decode()
    stored = site.log(result.run_id)
    assert stored.count("\n") == expected.count("\n") == len(numbers(sample.path))
    for path in site.folder(result.run_id).iterdir():
        if path.is_file():
            assert not [secret for secret in SECRETS if secret.encode() in path.read_bytes()], path.name
    assert "***MASKED" in stored or not sample.points["masked"]
    repeated, log = sample.points.get("repeated"), LogFile(site.folder(result.run_id) / "build.log")
    while log.refresh():
        continue
    assert [numbers(sample.path)[line] for line in log.repeats] == ([repeated[0]] if repeated else [])
    log.close()


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda s: s.name)
def test_a_paced_replay_says_what_is_true(sample: Sample, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    events, result = replayed(site, sample, monkeypatch, RATE)
    assert_told(site, sample, events, result)
    assert_masked(site, sample, result)
    stored: dict[str, Any] = json.loads((site.folder(result.run_id) / "result.json").read_text(encoding="utf-8"))
    assert [stored["outcome"], stored["phase"]] == sample.points["verdict"]


@pytest.mark.parametrize("sample", BUILDS, ids=lambda s: s.name)
def test_a_replay_by_the_recorded_writes_says_the_same(sample: Sample, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    events, result = replayed(site, sample, monkeypatch, HASTE, sample.path.with_suffix(".timing"))
    assert_told(site, sample, events, result)
    assert_masked(site, sample, result)


def test_words_of_success_prove_nothing_while_aws_cannot_be_asked(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    sample = next(sample for sample in SAMPLES if sample.name == "success-v4.10.0")
    monkeypatch.setenv("AWS_ENDPOINT_URL", NOBODY)
    run_id = site.start(printing(site, sample, RATE))
    assert site.follow(run_id, 120)
    result = site.result(run_id)
    assert (result.outcome, result.exit_code, result.ami) == (Outcome.INCONCLUSIVE, 0, "")
    assert {(left.kind, left.id, left.certain) for left in result.left_behind} == {
        ("snapshot", sample.ids["snapshot"], False),
        ("ami", sample.ids["ami"], False),
    }
