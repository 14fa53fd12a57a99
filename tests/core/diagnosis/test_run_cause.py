"""Which cause a failed run is told to have."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from canvos_tui.adapters.catalogue import load_catalogue
from canvos_tui.core.aws.facts import Baseline, Image, ImportTask, S3Object
from canvos_tui.core.aws.sighting import Sighting
from canvos_tui.core.aws.snapshot_settings import AS_SCRIPT, SnapshotSettings
from canvos_tui.core.diagnosis.cause_search import Matcher
from canvos_tui.core.diagnosis.run_cause import cause_in_log, known_cause, phase_of, with_cause
from canvos_tui.core.log.phase_reader import PhaseReader
from canvos_tui.core.log.pipe import LogPipe
from canvos_tui.core.run.outcome import Outcome
from canvos_tui.core.run.phase import Phase
from canvos_tui.core.run.result import RunResult
from canvos_tui.core.run.run import BuildPlan
from canvos_tui.core.verdict.judge import JudgeHints, judge
from tests.logs import AWS_IMPORT, EARTHLY

NOW = datetime(2026, 11, 22, 14, 12, tzinfo=UTC)
BASE = Baseline(NOW, "us-east-1", "images", "edge.raw")
TASK = ImportTask("import-snap-61e40c2a247c6897b", "deleted", bucket="images", key="edge.raw")


def both(*lines: str) -> tuple[PhaseReader, Matcher]:
    reader, matcher = PhaseReader(), Matcher(load_catalogue())
    reader.feed(lines, NOW)
    matcher.read(lines)
    return reader, matcher


def read(path: Path) -> tuple[PhaseReader, Matcher]:
    pipe = LogPipe()
    return both(*(pipe.feed(path.read_bytes()) + pipe.flush()).decode().split("\n")[:-1])


def result_of(pair: tuple[PhaseReader, Matcher], sighting: Sighting, exit_code: int = 1, making: SnapshotSettings = AS_SCRIPT) -> RunResult:
    reader, matcher = pair
    facts = reader.facts
    plan = BuildPlan("/c", "v4.9.38", ("./earthly.sh",), BASE)
    hints = JudgeHints(facts.phase, known_cause(facts, matcher), "/s/build.log", facts.found)
    result = judge("r", plan, sighting, exit_code, facts.ids, False, hints, NOW, NOW)
    return with_cause(result, facts, matcher, load_catalogue(), making) if result.outcome is Outcome.FAILED else result


def nothing_made() -> Sighting:
    return Sighting(NOW, (), None, True, (), None, ())


@pytest.mark.parametrize(
    ("line", "cause", "making", "command"),
    [
        ("ImportSnapshot operation: The service role x provided does not exist", "E-VMIMPORT-ROLE", AS_SCRIPT, "--role-name vmimport"),
        (
            "ImportSnapshot operation: The service role x provided does not exist",
            "E-VMIMPORT-ROLE",
            SnapshotSettings("canvos-import"),
            "aws iam get-role --role-name canvos-import",
        ),
        (
            "ImportSnapshot operation: The specified KMS key x is not accessible",
            "E-KMS-IMPORT",
            SnapshotSettings(encryption="alias/edge"),
            "kms describe-key --key-id alias/edge",
        ),
        (
            "StartSnapshot operation: The specified KMS key x is not accessible",
            "E-KMS-SNAPSHOT",
            SnapshotSettings(encryption="alias/edge"),
            "kms describe-key --key-id alias/edge",
        ),
        (
            "StartSnapshot operation: User: arn:aws:iam::1:user/x is not authorized to perform: kms:CreateGrant on resource: x",
            "E-KMS-SNAPSHOT",
            SnapshotSettings(encryption="yes"),
            "get-ebs-default-kms-key-id",
        ),
    ],
)
def test_a_remedy_names_the_role_and_the_key_that_were_chosen(line, cause, making, command):
    lines = (f"An error occurred (InvalidParameter) when calling the {line}",)
    result = result_of(both(*lines), nothing_made(), making=making)
    assert result.cause is not None
    assert result.cause.id == cause
    commands = [one.run for remedy in result.cause.remedies for one in remedy.commands]
    assert any(command in one for one in commands), commands


def test_the_log_names_the_cause_with_its_step():
    result = result_of(read(EARTHLY / "fail-apt-404-v4.9.38.log"), nothing_made())
    cause = result.cause
    assert cause is not None
    assert (cause.id, result.phase) == ("E-APT-404", Phase.BASE)
    assert "+base-image, Earthfile:753:12, exit code 100" in cause.explanation
    assert cause.line > 400
    assert cause.evidence[0].startswith("E: Failed to fetch")
    assert cause.remedies
    assert all(address.startswith("https://") for address in cause.docs)


def test_aws_own_words_beat_the_log_and_the_catalogue_explains_them():
    sighting = Sighting(NOW, (), None, True, (_told("ClientError: 403 Forbidden"),), None, ())
    cause = result_of(read(AWS_IMPORT / "import-deleted-midway.log"), sighting).cause
    assert cause is not None
    assert (cause.id, cause.line) == ("E-IMPORT-DENIED", 0), "the log says Unsupported, AWS says 403"
    assert cause.explanation.startswith("AWS says: ClientError: 403 Forbidden. ")
    assert cause.evidence == ("ClientError: 403 Forbidden",)
    same = _told("ClientError: Disk validation failed [Unsupported specified file format]")
    cause = result_of(read(AWS_IMPORT / "import-deleted-midway.log"), Sighting(NOW, (), None, True, (same,), None, ())).cause
    assert cause is not None
    assert cause.id == "E-IMPORT-FORMAT"
    assert cause.line > 200


def test_a_word_of_aws_that_nobody_knows_stays_as_it_is():
    cause = result_of(both("x"), Sighting(NOW, (), None, True, (_told("Quota of dreams reached"),), None, ())).cause
    assert cause is not None
    assert cause.explanation.startswith("AWS says: Quota of dreams reached")
    assert cause.id == "E-IMPORT-FAILED"


def test_after_exit_0_the_broken_link_counts_and_not_a_line_of_the_log():
    cause = result_of(read(AWS_IMPORT / "ami-name-exists.log"), nothing_made(), exit_code=0).cause
    assert cause is not None
    assert cause.id == "no-import"


def test_a_skipped_upload_has_the_line_of_the_log_that_says_so():
    said = "         +aws-cloud-image | 2026-11-22 23:49:51 - Object 'edge.raw' already exists in s3://images/edge.raw."
    made = ImportTask(TASK.task_id, "completed", snapshot_id="snap-1", bucket="images", key="edge.raw")
    ami = Image("ami-1", "edge.raw", "available", "snap-1")
    foreign = Sighting(NOW, (), S3Object("edge.raw", 5, NOW, '"x"'), True, (made,), None, (ami,))
    cause = result_of(both("         +aws-cloud-image | first", said), foreign, exit_code=0).cause
    assert cause is not None
    assert (cause.id, cause.line) == ("object-foreign", 2)
    assert cause.evidence[0].endswith("already exists in s3://images/edge.raw.")


def test_an_unknown_error_names_the_step_and_its_phase():
    lines = ("    +aws-cloud-image | odd", "    +aws-cloud-image | ERROR Earthfile:9:9", "    +cloud-image | --> WITH DOCKER RUN --x")
    reader, matcher = both(*lines)
    result = result_of((reader, matcher), nothing_made())
    assert result.cause is not None
    assert result.cause == cause_in_log(reader.facts, matcher)
    assert result.cause.id == "step-failed"
    assert result.phase is Phase.AWSCLI


def test_the_phase_is_that_of_the_failing_target_and_not_the_latest():
    lines = (
        "        +cloud-image | --> WITH DOCKER RUN --privileged x",
        "         +base-image | x: No space left on device",
        "         +base-image | ERROR Earthfile:7:7",
    )
    pair = both(*lines)
    assert pair[0].facts.phase is Phase.RAW
    assert result_of(pair, nothing_made()).phase is Phase.BASE
    step = both("                 3/9 | x: No space left on device", "                 3/9 | ERROR")
    assert phase_of(step[0].facts, step[1].found("3/9")) is Phase.BASE


def _told(message: str) -> ImportTask:
    return ImportTask(TASK.task_id, "deleted", message=message, bucket="images", key="edge.raw")
