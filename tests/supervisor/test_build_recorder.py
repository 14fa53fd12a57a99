"""What is stored of a build, and what happens when it cannot be stored."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from canvos_tui.adapters.runs.event_file import EventFile
from canvos_tui.adapters.runs.folder import RunFolder
from canvos_tui.core.aws.facts import Baseline
from canvos_tui.core.masking.spellings import Masked
from canvos_tui.core.run.events import BuildEvent, CannotSee, IdFound, Noted, Started, UploadSeen
from canvos_tui.core.run.outcome import Outcome
from canvos_tui.core.run.result import RunResult
from canvos_tui.core.run.run import BuildPlan
from canvos_tui.core.secret import Secret
from canvos_tui.supervisor.recorder import BuildRecorder
from tests.truth import BUILDS

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
AT = datetime(2026, 11, 22, tzinfo=UTC)
PLAN = BuildPlan("/x", "v4.8.8", ("./earthly.sh",), Baseline(AT, "us-east-1", "b", "k"))


class Desk:
    """A recorder and what it told."""

    def __init__(self, root: Path) -> None:
        self.folder = RunFolder(root / "runs" / "20261122-1412-3f9a")
        self.folder.make()
        self.told: list[BuildEvent] = []
        self.recorder = BuildRecorder(self.folder, PLAN, (Masked("aws_secret", Secret(SECRET)),), self.told.extend)

    def stored(self) -> tuple[BuildEvent, ...]:
        file = EventFile(self.folder.events)
        found = file.read()
        file.close()
        return found


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    found = Desk(tmp_path)
    yield found
    found.recorder.close()


def test_lines_and_events_are_stored_masked(desk: Desk) -> None:
    desk.recorder.output(b"key " + SECRET.encode() + b"\r\n++ taskID=import-snap-0123456789abcdef0\r\nlast")
    desk.recorder.finish()
    assert desk.folder.log.read_text() == "key ***MASKED:aws_secret***\n++ taskID=import-snap-0123456789abcdef0\nlast\n"
    assert [e.id for e in desk.told if isinstance(e, IdFound)] == ["import-snap-0123456789abcdef0"]
    assert list(desk.stored()) == desk.told
    desk.recorder.add((CannotSee(AT, "tasks", f'refused "{SECRET}", password=abc,"x":1', 5), Started(AT, 1, f"x {SECRET}")))
    desk.recorder.save()
    seen = desk.stored()[-2]
    assert isinstance(seen, CannotSee), "masking keeps the JSON whole"
    assert SECRET.encode() not in desk.folder.events.read_bytes()
    assert desk.recorder.write_result(RunResult("r", Outcome.FAILED, log=f"/x/{SECRET}"))
    assert SECRET not in (desk.folder.path / "result.json").read_text()


def test_the_progress_of_an_upload_is_stored_while_its_line_is_open(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("canvos_tui.supervisor.recorder._GLANCE", -1.0)
    sample = next(sample for sample in BUILDS if sample.name == "success-v4.10.0")
    data, at = sample.path.read_bytes(), 0
    for size in sample.writes():
        desk.recorder.output(data[at : at + size])
        desk.recorder.tick()
        at += size
    desk.recorder.finish()
    seen = [event for event in desk.stored() if isinstance(event, UploadSeen)]
    assert len(seen) == sample.points["upload"]["updates"]
    assert (seen[-1].done, seen[-1].source) == (sample.points["upload"]["bytes"], "log")
    shown = [line for line in desk.folder.log.read_text(encoding="utf-8").splitlines() if "Completed " in line]
    assert len(shown) <= 1, "the log keeps the last state only"


def test_a_line_does_not_wait_for_the_end_of_a_progress_below_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bytes keep coming, for an hour perhaps, and none of them is a line feed."""
    now = 1000.0
    monkeypatch.setattr("canvos_tui.supervisor.recorder.time", SimpleNamespace(monotonic=lambda: now))
    desk.recorder.output(b"    +aws-cloud-image | Uploading\r\n")
    for n in range(10):
        now += 0.1
        desk.recorder.output(b"    +aws-cloud-image | Completed %d.0 MiB/64.0 MiB\r" % n)
        desk.recorder.tick()
    assert desk.folder.log.read_text() == "    +aws-cloud-image | Uploading\n"


def test_a_full_disk_is_told_and_the_gap_is_marked(desk: Desk) -> None:
    desk.folder.log.symlink_to("/dev/full")
    desk.recorder.output(b"one\ntwo\n++ taskID=import-snap-0123456789abcdef0\nthree\n")
    desk.recorder.tick()
    assert any(isinstance(e, Noted) and "No space left" in e.text for e in desk.stored())
    assert desk.recorder.facts.ids == {"import_task": "import-snap-0123456789abcdef0"}
    desk.folder.log.unlink()
    assert desk.recorder.check_folder()
    desk.recorder.output(b"four\nfive\n")
    desk.recorder.finish()
    lines = desk.folder.log.read_text().splitlines()
    assert lines[0].startswith("[canvos-tui: 48 bytes of the log are missing here from ")
    assert lines[0].endswith(" UTC: No space left on device]")
    assert desk.recorder.lost == (0, "No space left on device")
    assert any(isinstance(e, Noted) and "written again; 48 B of it are missing since" in e.text for e in desk.stored())
    assert lines[-2:] == ["four", "five"]


def test_events_wait_for_a_disk(desk: Desk) -> None:
    desk.folder.events.symlink_to("/dev/full")
    desk.recorder.note("first")
    desk.recorder.save()
    desk.folder.events.unlink()
    desk.recorder.check_folder()
    desk.recorder.note("second")
    desk.recorder.save()
    texts = [e.text for e in desk.stored() if isinstance(e, Noted)]
    assert texts[0] == "first"
    assert texts[-1] == "second"


def test_a_reader_that_fails_costs_nobody_a_build(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("canvos_tui.core.log.phase_reader.PhaseReader.read", lambda *_: 1 / 0)
    desk.recorder.output(b"one\ntwo\n")
    desk.recorder.output(b"three\nfour\n")
    desk.recorder.finish()
    assert desk.folder.log.read_text() == "one\ntwo\nthree\nfour\n"
    assert sum("ZeroDivisionError" in e.text for e in desk.stored() if isinstance(e, Noted)) == 1


def test_half_an_event_waits_for_its_other_half(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    file = EventFile(path)
    assert file.read() == ()
    line = '{"event":"note","at":"2026-11-22T00:00:00+00:00","text":"é"}\n'.encode()
    with path.open("ab", buffering=0) as out:
        out.write(b"garbage\n" + line[:-4])
        assert file.read() == ()
        out.write(line[-4:])
        assert file.read() == (Noted(AT, "é"),)
        assert file.read() == ()
    path.unlink()
    path.write_bytes(line)
    assert file.read() == (Noted(AT, "é"),), "another file in its place is read from its start"
    file.close()
