"""Everything that is stored comes back as it was."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime
from typing import get_args

import pytest

from canvos_tui.core.aws.facts import Baseline, Image, ImportTask, S3Object, Snapshot
from canvos_tui.core.errors import Command, Remedy
from canvos_tui.core.run.codec import event_line, parse_event, parse_plan, parse_result, plan_text, result_data, result_text
from canvos_tui.core.run.events import (
    BuildEvent,
    CancelAsked,
    CannotSee,
    ContainerSeen,
    DiskLevel,
    DiskSeen,
    Finished,
    FoundInstead,
    IdFound,
    ImageSeen,
    Noted,
    ObjectSeen,
    PhaseEntered,
    ScriptBlind,
    SnapshotSeen,
    Started,
    TaskSeen,
    UploadSeen,
)
from canvos_tui.core.run.outcome import Outcome
from canvos_tui.core.run.phase import Phase
from canvos_tui.core.run.result import Cause, Finding, LeftOver, RunResult
from canvos_tui.core.run.run import BuildPlan
from canvos_tui.core.status import Status

AT = datetime(2026, 11, 22, 14, 12, 3, 250000, tzinfo=UTC)
OBJECT = S3Object("edge.raw", 7_000_000_000, AT, '"abc"', "v1")
EVENTS: tuple[BuildEvent, ...] = (
    Started(AT, 4711, "./earthly.sh +aws-cloud-image --ARCH=amd64"),
    PhaseEntered(AT, Phase.UPLOAD, 1573),
    UploadSeen(AT, 5, 10, "aws"),
    ObjectSeen(AT, OBJECT, ours=False),
    TaskSeen(AT, ImportTask("import-snap-1", "active", 38, "downloading/converting", "", 5, "b", "k", "Import k")),
    ImageSeen(AT, Image("ami-1", "name", "pending", "snap-1", "x86_64", "uefi", ena=True)),
    IdFound(AT, "ami", "ami-1", 7),
    FoundInstead(AT, "object", "edge.raw", 7),
    ScriptBlind(AT, "import_task", 3, 91),
    SnapshotSeen(AT, Snapshot("snap-1", "completed", "Created by AWS-VMImport service for import-snap-1", 5)),
    CannotSee(AT, "import tasks", "RequestLimitExceeded", 20),
    CannotSee(AT, "tasks", "no", 20, "UnauthorizedOperation", {"tasks": "UnauthorizedOperation"}),
    CancelAsked(AT, force=True),
    Noted(AT, "the log's disk is full – “quoted”\nsecond line"),
    DiskSeen(AT, "docker", "/var/lib/docker", 7 * 10**9, 4 * 10**11, 20_000_000, DiskLevel.LOW),
    ContainerSeen(AT, "4b509efa5504", "amazing_turing", "gone", ("0f" * 32,)),
    Finished(AT, -9),
)
PLAN = BuildPlan(
    checkout="/home/u/CanvOS",
    tag="v4.8.8",
    command=("./earthly.sh", "+aws-cloud-image", "--ARCH=amd64"),
    baseline=Baseline(AT, "us-east-1", "b", "k", "123", ("import-snap-0",), (Image("ami-0", "n", "available"),), OBJECT, ("k2",), ("up",)),
    endpoint="http://127.0.0.1:5000",
    args=(("CUSTOM_TAG", "x"), ("REGION", "us-east-1")),
    reuse_object=True,
)
RESULT = RunResult(
    "20261122-1412-3f9a",
    Outcome.FAILED,
    exit_code=1,
    phase=Phase.IMPORT,
    started_at=AT,
    ended_at=None,
    region="us-east-1",
    bucket="b",
    key="k",
    object_size=5,
    import_task="import-snap-1",
    findings=(Finding("ami", Status.PASS, "there"),),
    left_behind=(LeftOver("object", "s3://b/k", certain=True, note="5 GiB", remove="aws s3 rm s3://b/k"),),
    cause=Cause(
        "vmimport", "role missing", "because", (Remedy("do this", (Command("sudo dmesg", root=True),)), Remedy("or that")), ("line",), 12
    ),
    log="/x/build.log",
    phase_seconds={"base": 372.5},
)


def test_there_is_an_example_of_every_kind() -> None:
    assert {type(event) for event in EVENTS} == set(get_args(BuildEvent))


@pytest.mark.parametrize("event", EVENTS, ids=lambda e: type(e).__name__)
def test_an_event_is_one_line_and_comes_back(event: BuildEvent) -> None:
    line = event_line(event)
    assert "\n" not in line
    assert parse_event(line) == event


@pytest.mark.parametrize("event", EVENTS, ids=lambda e: type(e).__name__)
def test_unknown_fields_are_skipped_and_half_a_line_is_no_event(event: BuildEvent) -> None:
    line = event_line(event)
    assert parse_event(json.dumps({**json.loads(line), "new_field": [1]})) == event
    for cut in range(len(line)):
        assert parse_event(line[:cut]) is None


@pytest.mark.parametrize(
    "line",
    [
        '{"event":"telepathy","at":"2026-11-22T14:12:03+00:00"}',
        "[]",
        "null",
        "{}",
        '{"event":["started"]}',
        '{"event":"finished","exit_code":"one"}',
    ],
)
def test_what_this_version_does_not_know_is_no_event(line: str) -> None:
    assert parse_event(line) is None


def test_a_plan_comes_back() -> None:
    assert parse_plan(plan_text(PLAN)) == PLAN
    assert parse_plan("{") is None
    assert parse_plan('{"schema": "x"}') is None


def test_an_older_plan_has_the_defaults() -> None:
    data = json.loads(plan_text(PLAN))
    for name in ("endpoint", "args", "reuse_object"):
        del data[name]
    assert parse_plan(json.dumps(data)) == dataclasses.replace(PLAN, endpoint="", args=(), reuse_object=False)


def test_a_result_comes_back_and_names_its_schema() -> None:
    assert parse_result(result_text(RESULT)) == RESULT
    assert result_data(RESULT)["schema"] == "canvos-tui.result/1"
    assert result_data(RESULT)["outcome"] == "failed"
    assert parse_result("") is None


def test_the_shortest_result_comes_back() -> None:
    short = RunResult("r", Outcome.INTERRUPTED)
    assert parse_result(result_text(short)) == short
    assert parse_result('{"run_id": "r", "outcome": "interrupted"}') == short


def test_a_result_of_the_first_version_is_read_and_stays_readable_for_it() -> None:
    data = result_data(RESULT)
    assert data["cause"]["fix"] == ["do this", "$ sudo dmesg", "or that"]
    del data["cause"]["remedies"]
    assert parse_result(json.dumps(data)) == RESULT
