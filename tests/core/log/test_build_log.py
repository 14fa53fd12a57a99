"""What the log says: phases in order, ids, progress, and where it failed."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from canvos_tui.core.log.facts import Failure, LogFacts
from canvos_tui.core.log.line import Kind, command_of, parse_line, position_of, progress_of
from canvos_tui.core.log.phase_reader import PhaseReader
from canvos_tui.core.log.pipe import LogPipe
from canvos_tui.core.run.events import BuildEvent, IdFound, PhaseEntered, UploadSeen
from canvos_tui.core.run.phase import Phase
from tests.logs import AWS_IMPORT, EARTHLY, LOGS, chunks

AT = datetime(2026, 11, 22, 14, 12, tzinfo=UTC)
ALL = ["prepare", "base", "installer", "raw", "awscli", "checks", "upload", "import", "register", "ami", "done"]
SCRIPT = ["prepare", "checks", "upload", "import", "register", "ami", "done"]


def read(path: Path, size: int = 65536) -> tuple[list[BuildEvent], LogFacts]:
    pipe, reader = LogPipe(), PhaseReader()
    events: list[BuildEvent] = []
    for chunk in chunks(path.read_bytes(), size):
        events += reader.feed(pipe.feed(chunk).decode().split("\n")[:-1], AT)
    events += reader.feed(pipe.flush().decode().split("\n")[:-1], AT)
    return events, reader.facts


def phases(events: list[BuildEvent]) -> list[str]:
    return [event.phase.value for event in events if isinstance(event, PhaseEntered)]


def ids(events: list[BuildEvent]) -> dict[str, str]:
    return {event.kind: event.id for event in events if isinstance(event, IdFound)}


@pytest.mark.parametrize(
    ("path", "expected", "task", "snapshot", "ami"),
    [
        (EARTHLY / "success-v4.10.0.log", ALL, "import-snap-0c1b2a3d4e5f60718", "snap-0f3a9c1d2e4b5a678", "ami-0a1b2c3d4e5f67890"),
        (EARTHLY / "success-v4.10.0.pipe.log", ALL, "import-snap-0c1b2a3d4e5f60718", "snap-0f3a9c1d2e4b5a678", "ami-0a1b2c3d4e5f67890"),
        (EARTHLY / "fail-apt-404-v4.9.38.log", ALL[:2], "", "", ""),
        (EARTHLY / "fail-disk-full-v4.10.0.log", ALL[:4], "", "", ""),
        (EARTHLY / "fail-missing-secret-v4.9.38.log", ALL[:5], "", "", ""),
        (AWS_IMPORT / "success-pipe.log", SCRIPT, "import-snap-9a2877e31ea332648", "snap-88d999ae71c06814f", "ami-baf8931a580c2d41b"),
        (AWS_IMPORT / "success-v2old-pty.log", SCRIPT, "import-snap-6ceb3c8199c59a609", "snap-49df54813b901eb14", "ami-620ed53f6feab1fb0"),
        (AWS_IMPORT / "ami-name-exists.log", SCRIPT, "import-snap-e3cfc222d4f8853ea", "snap-790078b91adc0d970", "ami-32db3fce5273aa59f"),
        (AWS_IMPORT / "missing-creds.log", SCRIPT[:2], "", "", ""),
        (AWS_IMPORT / "no-such-bucket.log", SCRIPT[:3], "", "", ""),
        (AWS_IMPORT / "access-denied-upload.log", SCRIPT[:3], "", "", ""),
        (AWS_IMPORT / "vmimport-missing.log", SCRIPT[:4], "", "", ""),
        (AWS_IMPORT / "import-deleted-midway.log", SCRIPT[:4], "import-snap-61e40c2a247c6897b", "", ""),
    ],
    ids=lambda value: value.stem if isinstance(value, Path) else None,
)
def test_phases_and_ids_of_every_sample(path: Path, expected: list[str], task: str, snapshot: str, ami: str) -> None:
    events, facts = read(path)
    assert phases(events) == expected
    wanted = {kind: found for kind, found in (("import_task", task), ("snapshot", snapshot), ("ami", ami)) if found}
    assert ids(events) == wanted == facts.ids
    assert facts.phase is Phase(expected[-1])


@pytest.mark.parametrize("path", LOGS, ids=lambda p: p.stem)
def test_chunks_change_nothing(path: Path) -> None:
    whole = read(path)
    for size in (1000, 7, 0):
        events, facts = read(path, size)
        assert facts == whole[1]
        assert [e for e in events if not isinstance(e, UploadSeen)] == [e for e in whole[0] if not isinstance(e, UploadSeen)]


@pytest.mark.parametrize(
    ("path", "target", "position", "code", "reason", "first"),
    [
        (EARTHLY / "fail-apt-404-v4.9.38.log", "+base-image", "Earthfile:753:12", 100, "", "E: Failed to fetch"),
        (EARTHLY / "fail-disk-full-v4.10.0.log", "+cloud-image", "Earthfile:1022:8", 1, "", "2026-04-21T09:23:18Z ERR rsync"),
        (
            EARTHLY / "fail-missing-secret-v4.9.38.log",
            "+aws-cloud-image",
            "Earthfile:1068:4",
            None,
            'unable to lookup secret "AWS_PROFILE": not found',
            'Error: unable to lookup secret "AWS_PROFILE"',
        ),
    ],
    ids=lambda value: value.stem if isinstance(value, Path) else None,
)
def test_the_innermost_failing_step(path: Path, target: str, position: str, code: int | None, reason: str, first: str) -> None:
    _, facts = read(path)
    assert facts.failure is not None
    assert facts.failure == Failure(target, position, facts.failure.line, code, reason)
    assert facts.first_error.startswith(first)
    assert 0 < facts.first_error_line < facts.lines
    assert facts.gave_up
    assert not facts.succeeded


def test_success_words_are_facts_about_the_tool_only() -> None:
    _, facts = read(EARTHLY / "success-v4.10.0.log")
    assert facts.succeeded
    assert facts.failure is None
    assert facts.first_error == ""
    assert facts.import_status == "completed"


def test_a_failed_import_is_told_from_a_finished_one() -> None:
    _, facts = read(AWS_IMPORT / "import-deleted-midway.log")
    assert facts.import_broken
    assert facts.import_status == "deleted"
    assert facts.import_message == "ClientError: Disk validation failed [Unsupported specified file format]"
    assert not read(AWS_IMPORT / "success-pipe.log")[1].import_broken


def test_an_image_or_object_that_was_there_before_is_named() -> None:
    _, facts = read(AWS_IMPORT / "ami-name-exists.log")
    assert facts.image_existed == "ami-32db3fce5273aa59f"
    assert read(AWS_IMPORT / "success-pipe.log")[1].image_existed == ""
    reader = PhaseReader()
    events = reader.feed(
        [
            "2026-11-22 23:49:51 - Starting RAW to AMI creation process.",
            "2026-11-22 23:49:51 - Object 's3://b/k' already exists in s3://b. Skipping upload.",
            "2026-11-22 23:49:57 - Importing S3 object 's3://b/k' as EC2 snapshot...",
        ],
        AT,
    )
    assert reader.facts.object_existed
    assert phases(list(events)) == ["prepare", "checks", "import"]


@pytest.mark.parametrize(
    ("text", "done", "total"),
    [
        ("Completed 256.0 KiB/64.0 MiB (4.9 MiB/s) with 1 file(s) remaining", 262144, 67108864),
        ("    +aws-cloud-image | Completed 6.7 GiB/6.7 GiB (65.6 MiB/s) with 1 file(s) remaining", 7194070220, 7194070220),
        ("\x1b[36m    +aws-cloud-image\x1b[0m | Completed 512 Bytes/~1.0 KiB (1 Bytes/s) with 1 file(s) remaining", 512, 1024),
    ],
)
def test_upload_progress_in_bytes(text: str, done: int, total: int) -> None:
    reader = PhaseReader()
    assert reader.peek(text, AT) == UploadSeen(AT, done, total, "log")
    assert reader.peek(text, AT) is None, "told once"
    assert reader.facts.uploaded == done
    assert reader.facts.lines == 0


def test_other_text_is_no_progress() -> None:
    assert PhaseReader().peek("Completed all tasks", AT) is None
    assert PhaseReader().peek("", AT) is None


def test_upload_progress_is_seen_while_its_line_is_open() -> None:
    pipe, reader = LogPipe(), PhaseReader()
    seen = []
    for chunk in chunks((AWS_IMPORT / "success-v2old-pty.log").read_bytes(), 100):
        reader.feed(pipe.feed(chunk).decode().split("\n")[:-1], AT)
        if event := reader.peek(pipe.progress(), AT):
            seen.append(event.done)
    assert len(seen) > 100
    assert seen == sorted(seen)
    assert seen[-1] >= 66_000_000


def test_of_an_open_line_only_progress_is_given_out() -> None:
    pipe = LogPipe()
    pipe.feed(b"password: hunter2 Completed 1.0 MiB/64.0 MiB (secret)")
    assert pipe.progress() == "Completed 1.0 MiB/64.0 MiB"
    pipe.feed(b"\r and more")
    assert pipe.progress() == ""


def test_a_phase_is_never_left_backwards() -> None:
    reader = PhaseReader()
    events = reader.feed(
        [
            "         +iso-image | --> COPY overlay/files/ /",
            "         +base-image | --> RUN late",
            "                 1/9 | --> FROM x",
            "          +iso-image | --> SAVE IMAGE x",
        ],
        AT,
    )
    assert phases(list(events)) == ["prepare", "installer"]


def test_the_repetition_after_a_failure_changes_nothing() -> None:
    lines = [
        "+base-image *failed* | ERROR Earthfile:1:2",
        "    +aws-cloud-image *failed* | E: something",
        "    +cloud-image *failed* | --> SAVE ARTIFACT x",
    ]
    reader = PhaseReader()
    assert phases(list(reader.feed(["x", *lines], AT))) == ["prepare"]
    assert reader.facts.failure is None
    assert reader.facts.first_error == ""


def test_an_aborted_sibling_is_not_the_failing_step() -> None:
    reader = PhaseReader()
    lines = [
        "        +cloud-image | WARN Earthfile:9:9: The command",
        "        +cloud-image | failed: context canceled",
        "         +base-image | ERROR Earthfile:7:7",
        "         +base-image |       did not complete successfully. Exit code 3",
    ]
    reader.feed(lines, AT)
    assert reader.facts.failure == Failure("+base-image", "Earthfile:7:7", 3, 3)


@pytest.mark.parametrize(
    ("text", "kind", "target"),
    [
        ("\x1b[36m    +aws-cloud-image\x1b[0m | --> RUN x | y", Kind.COMMAND, "+aws-cloud-image"),
        ("               +base | *cached* --> RUN x", Kind.CACHED, "+base"),
        ("               +base | \x1b[34;2mARCH=amd64 HTTPS_PROXY= TAG=x\x1b[0m", Kind.META, "+base"),
        ("               +base | linux/arm64 | ARCH=amd64 TAG=x", Kind.META, "+base"),
        ("                 1/9 | [--3       ]  23% FROM x", Kind.PROGRESS, "1/9"),
        ("e/dind:alpine-3.19-docker-25.0.5-r0 | --> Load metadata x", Kind.COMMAND, "e/dind:alpine-3.19-docker-25.0.5-r0"),
        ("        +cloud-image *\x1b[91mfailed\x1b[0m* | ERROR Earthfile:1:2", Kind.ERRHEAD, "+cloud-image"),
        ("        +cloud-image |           RUN apt-get", Kind.ECHO, "+cloud-image"),
        ("    +aws-cloud-image | + set -u", Kind.TRACE, "+aws-cloud-image"),
        ("    +aws-cloud-image | ERROR in my words", Kind.OUTPUT, "+aws-cloud-image"),
        ("a short | line", Kind.OUTER, ""),
        (" Init 🚀", Kind.PHASE, ""),
        ("—" * 80, Kind.RULER, ""),
        ("========================== 🌍 Earthly Build  ✅ SUCCESS ==========================", Kind.BANNER, ""),
        ("\x1b[35mHelp: do this\x1b[0m", Kind.HELP, ""),
        ("Error: unable", Kind.ERROR, ""),
        ("in\t\t+base --ARCH=x", Kind.STACK, ""),
        ("An error occurred while running the command.", Kind.END, ""),
        ("fcc3f319e536: Pull complete", Kind.PULL, ""),
        ("", Kind.BLANK, ""),
    ],
)
def test_the_kind_of_a_line(text: str, kind: Kind, target: str) -> None:
    line = parse_line(text)
    assert (line.kind, line.target) == (kind, target)
    assert line.failed == ("failed" in text)


def test_the_parts_of_a_line() -> None:
    assert command_of(parse_line("               +base | *cached* --> RUN a | b")) == "RUN a | b"
    assert position_of(parse_line("               +base | WARN Earthfile:1:2: The command")) == "Earthfile:1:2"
    assert progress_of(parse_line("               +base | [----------] 100% FROM x")) == 100
    assert command_of(parse_line("x")) == position_of(parse_line("x")) == ""
