"""Errors, levels and phases of the sample logs, and where `e` goes first."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from canvos_tui.core.escapes import COLOUR
from canvos_tui.core.log.level import SIGNS, LogLevel, level_of
from canvos_tui.core.log.line import Kind, parse_line
from canvos_tui.core.log.pipe import LogPipe
from canvos_tui.core.log.survey import Survey
from canvos_tui.core.run.phase import Phase
from tests.logs import AWS_IMPORT, EARTHLY, LOGS


def cleaned(path: Path) -> bytes:
    pipe = LogPipe()
    return pipe.feed(path.read_bytes()) + pipe.flush()


def surveyed(data: bytes, size: int = 0) -> tuple[Survey, list[str]]:
    survey = Survey()
    lines = data.splitlines(keepends=True) if size else [data]
    for at in range(0, len(lines), size or 1):
        survey.feed(b"".join(lines[at : at + (size or 1)]))
    return survey, COLOUR.sub("", data.decode()).split("\n")[:-1]


@pytest.mark.parametrize(
    ("path", "first"),
    [
        (EARTHLY / "fail-apt-404-v4.9.38.log", "         +base-image | E: Failed to fetch http"),
        (EARTHLY / "fail-disk-full-v4.10.0.log", "        +cloud-image | 2026-04-21T09:23:18Z ERR rsync finished with errors"),
        (EARTHLY / "fail-missing-secret-v4.9.38.log", "    +aws-cloud-image | --> RUN"),
        (AWS_IMPORT / "vmimport-missing.log", "aws: [ERROR]: An error occurred (InvalidParameter) when calling the ImportSnapshot"),
        (AWS_IMPORT / "no-such-bucket.log", "upload failed: "),
        (AWS_IMPORT / "access-denied-upload.log", "upload failed: "),
        (AWS_IMPORT / "import-deleted-midway.log", "2026-11-22 23:54:06 - Error: Snapshot import task"),
    ],
    ids=lambda value: value.stem if isinstance(value, Path) else None,
)
def test_the_first_real_error_of_every_failed_sample(path: Path, first: str) -> None:
    survey, lines = surveyed(cleaned(path))
    at = survey.first_error()
    assert at is not None
    assert lines[at].startswith(first)


@pytest.mark.parametrize("name", ["success-v4.10.0.log", "success-v4.10.0.pipe.log"])
def test_a_success_has_no_error(name: str) -> None:
    survey, _ = surveyed(cleaned(EARTHLY / name))
    assert survey.first_error() is None
    assert not survey.levels[LogLevel.ERROR]
    assert len(survey.levels[LogLevel.COMMAND]) > 100


@pytest.mark.parametrize("path", LOGS, ids=lambda p: p.stem)
def test_the_quick_look_misses_no_line_that_has_a_level(path: Path) -> None:
    data = cleaned(path)
    survey, lines = surveyed(data)
    levels = [level_of(parse_line(line)) for line in lines]
    for level in LogLevel:
        assert list(survey.levels[level]) == [n for n, told in enumerate(levels) if told is level]
    assert list(survey.troubles) == [n for n, told in enumerate(levels) if told in {LogLevel.ERROR, LogLevel.WARNING}]
    by_pieces, _ = surveyed(data, 13)
    assert by_pieces.levels == survey.levels
    assert by_pieces.phases == survey.phases
    assert by_pieces.first_error() == survey.first_error()


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("    +aws-cloud-image | --> RUN echo Error: x", LogLevel.COMMAND),
        ("    +aws-cloud-image | + echo 'Error: x'", None),
        ("    +aws-cloud-image |           RUN echo Error: x", None),
        ("         +base-image *failed* | E: Unable to fetch", None),
        ("         +base-image | E: Unable to fetch", LogLevel.ERROR),
        ("         +base-image | W: Some index files failed", LogLevel.WARNING),
        ("         +base-image | ERROR Earthfile:1:2", LogLevel.ERROR),
        ("         +base-image | WARN Earthfile:1:2: The command", LogLevel.WARNING),
        ("           bootstrap | Error: could not", LogLevel.WARNING),
        ("Error response from daemon: No such container: earthly-buildkitd", None),
        ("Error: unable to lookup secret", LogLevel.ERROR),
        ("Help: Error: see above", None),
        ("        +cloud-image | 2026-04-21T09:23:18Z WRN slow", LogLevel.WARNING),
    ],
)
def test_the_level_of_a_line(text: str, level: LogLevel | None) -> None:
    assert level_of(parse_line(text)) is level
    assert level is None or any(sign in text.encode() for sign in SIGNS)


def test_a_phase_reaches_to_the_next_one_seen() -> None:
    survey, lines = surveyed(cleaned(EARTHLY / "success-v4.10.0.log"))
    assert sorted(survey.phases) == [1, 2, 3, 4, 5, 6, 7, 8, 9]
    spans = [survey.span(number) for number in range(1, 10)]
    assert all(a and b and a[1] == b[0] for a, b in pairwise(spans))
    assert spans[-1] is not None
    assert spans[-1][1] is None
    upload = survey.span(6)
    assert upload is not None
    assert "Uploading '" in lines[upload[0]]
    assert Phase.UPLOAD.number == 6
    assert Survey().span(3) is None


def test_a_phase_that_the_log_leaves_out_has_no_lines() -> None:
    survey, _ = surveyed(cleaned(AWS_IMPORT / "success-pipe.log"))
    assert survey.span(3) is None
    first = survey.span(1)
    assert first is not None
    assert first[1] == survey.phases[6]


def test_a_failure_line_without_output_leads_to_the_command() -> None:
    survey, lines = surveyed(
        b"         +base-image | --> RUN one\n         +base-image | fine\n         +base-image | --> RUN two\n"
        b"         +base-image | ERROR Earthfile:1:2\n         +base-image |       The command\n"
        b"          +iso-image | Error: build failed\n"
    )
    assert survey.first_error() == 2
    assert parse_line(lines[2]).kind is Kind.COMMAND
