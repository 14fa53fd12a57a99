"""A run as a story of events, for scenes and tests of the build screen."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from canvos_tui.core.aws.facts import Baseline, Image, ImportTask, S3Object, Snapshot
from canvos_tui.core.errors import Command, Remedy
from canvos_tui.core.run.events import (
    BuildEvent,
    CannotSee,
    Finished,
    IdFound,
    ImageSeen,
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
from tests.tui.fakes import NOW

RUN = "20260823-1412-3f9a"
RUN_FOLDER = Path("/home/alice/.local/state/canvos-tui/runs") / RUN
TASK = ImportTask(
    "import-snap-0abc1234def567890", "active", 42, "downloading/converting", "", 4_100_000_000, "acme-edge-images", "palette-learn"
)
AMI = Image("ami-0a1b2c3d4e5f67890", "palette-learn", "available", "snap-0123456789abcdef0", "x86_64", "uefi", ena=True)
PLAN = BuildPlan(
    "/home/alice/CanvOS",
    "v4.9.38",
    ("./earthly.sh", "+aws-cloud-image", "--ARCH=amd64"),
    Baseline(NOW, "eu-west-1", "acme-edge-images", "palette-learn", "123456789012"),
)


def at(minutes: float):
    return NOW + timedelta(minutes=minutes)


BUILDING: tuple[BuildEvent, ...] = (
    Started(at(0), 4711, "./earthly.sh +aws-cloud-image --ARCH=amd64"),
    PhaseEntered(at(0), Phase.PREPARE, 1),
    PhaseEntered(at(0.8), Phase.BASE, 40),
    PhaseEntered(at(7), Phase.INSTALLER, 900),
)
IMPORTING: tuple[BuildEvent, ...] = (
    *BUILDING,
    PhaseEntered(at(14), Phase.RAW, 1200),
    PhaseEntered(at(48), Phase.AWSCLI, 1500),
    PhaseEntered(at(52), Phase.UPLOAD, 1600),
    UploadSeen(at(60), 4_100_000_000, 4_100_000_000, "log"),
    ObjectSeen(at(66), S3Object("palette-learn", 4_100_000_000, at(66)), ours=True),
    PhaseEntered(at(66), Phase.IMPORT, 1700),
    TaskSeen(at(76), TASK),
)
LOOPING: tuple[BuildEvent, ...] = (  # the keys may not describe import tasks, and AWS is done
    *IMPORTING[:-1],
    IdFound(at(66.1), "import_task", TASK.task_id, 1720),
    ScriptBlind(at(66.1), "import_task", 1, 1720),
    SnapshotSeen(at(75), Snapshot("snap-0123456789abcdef0", "completed", f"Created by AWS-VMImport service for {TASK.task_id}")),
    CannotSee(at(76), "tasks", "UnauthorizedOperation: not authorized", 48, "UnauthorizedOperation", {"tasks": "UnauthorizedOperation"}),
)
ENDED: tuple[BuildEvent, ...] = (
    *IMPORTING,
    TaskSeen(at(88), replace(TASK, status="completed", progress=None, message="", snapshot_id="snap-0123456789abcdef0")),
    PhaseEntered(at(88), Phase.REGISTER, 1800),
    PhaseEntered(at(89), Phase.AMI, 1810),
    ImageSeen(at(91), AMI),
    Finished(at(91.3), 0),
)
SUCCESS = RunResult(
    RUN,
    Outcome.SUCCEEDED,
    0,
    Phase.DONE,
    at(0),
    at(91.3),
    "eu-west-1",
    "acme-edge-images",
    "palette-learn",
    4_100_000_000,
    TASK.task_id,
    "snap-0123456789abcdef0",
    AMI.image_id,
    "palette-learn",
    (
        Finding("OBJECT", Status.PASS, "object s3://acme-edge-images/palette-learn   4.1 GB, written 14:05 (new)"),
        Finding("AMI", Status.PASS, "AMI is available, x86_64, uefi, ena"),
        Finding("SNAPSHOT", Status.PASS, "AMI uses the snapshot of this run"),
        Finding("user-data", Status.WARN, "no user-data inside: an instance will not join Palette by itself"),
    ),
    (
        LeftOver(
            "object",
            "s3://acme-edge-images/palette-learn",
            certain=True,
            note="4.1 GB, about 0.09 USD a month",
            remove="aws s3 rm s3://acme-edge-images/palette-learn",
        ),
    ),
    None,
    str(RUN_FOLDER / "build.log"),
    root_gib=4,
)
FAILURE = replace(
    SUCCESS,
    outcome=Outcome.FAILED,
    exit_code=1,
    phase=Phase.IMPORT,
    snapshot="",
    ami="",
    findings=(Finding("TASK", Status.FAIL, "no import task of this run in eu-west-1"),),
    cause=Cause(
        "E-VMIMPORT",
        "The service role vmimport is missing",
        "AWS imports with a role of its own in your account, which may read the bucket.",
        (Remedy("Look whether the role exists; then create it as AWS describes", (Command("aws iam get-role --role-name vmimport"),)),),
        ("The service role vmimport provided does not exist or does not have sufficient permissions",),
        1701,
    ),
)
LEFT_TASK = LeftOver(
    "import_task",
    TASK.task_id,
    certain=True,
    note="active; AWS goes on with it and makes a snapshot; cancelling needs ec2:CancelImportTask",
    remove=f"aws ec2 cancel-import-task --import-task-id {TASK.task_id} --region eu-west-1",
)
CANCELLED = replace(
    SUCCESS,
    outcome=Outcome.CANCELLED,
    exit_code=130,
    phase=Phase.IMPORT,
    snapshot="",
    ami="",
    findings=(Finding("import-task", Status.WARN, f"{TASK.task_id} active: downloading/converting; it goes on in AWS"),),
    left_behind=(*SUCCESS.left_behind, LEFT_TASK),
)
LOG = "".join(
    f"\x1b[36m         +iso-image\x1b[0m | {line}\n"
    for line in (
        "--> COPY --keep-ts +stylus-image/ /",
        "--> COPY overlay/files/ /",
        "--> RUN rm -f /etc/ssh/ssh_host_* /etc/ssh/moduli",
        *(f"Get:{n} http://archive.ubuntu.com/ubuntu noble/main amd64 package-{n} [{n * 37} kB]" for n in range(60)),
        "--> RUN touch /etc/machine-id",
    )
)
