"""`status` of a run that lives: the phase, its percentage, the import task and when it ends, as lines and as JSON."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from canvos_tui.commands.status import tell_status
from canvos_tui.core.aws.facts import Baseline, ImportTask, Snapshot
from canvos_tui.core.ports import Ports
from canvos_tui.core.run.events import CannotSee, IdFound, PhaseEntered, ScriptBlind, SnapshotSeen, Started, TaskSeen, UploadSeen
from canvos_tui.core.run.outcome import Outcome
from canvos_tui.core.run.phase import Phase
from canvos_tui.core.run.raw_image import RawImage
from canvos_tui.core.run.result import Cause, RunInfo, RunResult
from canvos_tui.core.run.run import BuildPlan, Resumes
from canvos_tui.core.run.stage import StageId
from canvos_tui.core.verdict.import_cancel import known_import
from tests.tui.fakes import NOW, FakeClock, FakeRuns, make_ports

RUN = "20260823-1412-3f9a"
TASK = ImportTask("import-snap-0123456789abcdef0", "active", 42, "downloading/converting", bucket="b", key="k")
STARTED = Started(NOW, 7, "./earthly.sh")
IMPORTING = (STARTED, PhaseEntered(NOW, Phase.PREPARE, 1), PhaseEntered(NOW + timedelta(minutes=50), Phase.IMPORT, 9))


@pytest.fixture
def live(tmp_path) -> tuple[Ports, FakeRuns]:
    ports = make_ports(tmp_path)
    runs, clock = ports.runs, ports.clock
    assert isinstance(runs, FakeRuns)
    assert isinstance(clock, FakeClock)
    runs.plans[RUN] = BuildPlan("/c", "v4.9.38", ("./earthly.sh",), Baseline(NOW, "eu-west-1", "b", "k"))
    runs.listed = (RunInfo(RUN, "/home/alice/CanvOS", "v4.9.38", NOW, live=True, outcome=None),)
    runs.keep_open = True
    clock.move(60 * 60)
    return ports, runs


async def told(live: tuple[Ports, FakeRuns], capsys: pytest.CaptureFixture[str], run_id: str | None, output: str = "text") -> str:
    assert await tell_status(live[0], run_id, output) == 0
    return capsys.readouterr().out


async def test_an_import_is_told_with_its_percentage_task_and_end(live, capsys):
    live[1].events = [(*IMPORTING, TaskSeen(NOW + timedelta(minutes=59), TASK))]
    assert "running       v4.9.38    Snapshot import 42 %" in await told(live, capsys, None)
    lines = (await told(live, capsys, RUN)).splitlines()
    assert lines[2:5] == [
        "  phase     7 of 9, Snapshot import, 42 %, for 10:00",
        "  import    import-snap-0123456789abcdef0   active: downloading/converting   (60 s ago)",
        "  time      elapsed 1:00:00   ends in 7-39 min (our estimate)",
    ]
    (row,) = json.loads(await told(live, capsys, None, "json"))["runs"]
    wanted = {
        "phase": "import",
        "percent": 42,
        "phase_seconds": 600,
        "elapsed_seconds": 3600,
        "import_task": TASK.task_id,
        "import_status": "active",
        "ends": "ends in 7-39 min (our estimate)",
        "concerns": [],
    }
    assert {name: row[name] for name in wanted} == wanted


async def test_an_upload_is_told_with_its_bytes(live, capsys):
    live[1].events = [(STARTED, PhaseEntered(NOW, Phase.UPLOAD, 9), UploadSeen(NOW, 10**9, 4 * 10**9, "aws"))]
    assert "6 of 9, Upload to S3, 25 %, 1.0 GB of 4.0 GB" in await told(live, capsys, RUN)


async def test_a_loop_without_an_end_is_told_with_all_that_helps(live, capsys):
    refused = {"tasks": "UnauthorizedOperation"}
    blind = CannotSee(NOW, "tasks", "UnauthorizedOperation: no", 24, "UnauthorizedOperation", refused)
    live[1].events = [(*IMPORTING, IdFound(NOW, "import_task", TASK.task_id, 9), ScriptBlind(NOW, "import_task", 3, 10), blind)]
    out = await told(live, capsys, RUN)
    assert "elapsed 1:00:00   cannot end by itself" in out
    assert "  !         AWS refuses to tell the script how its import goes" in out
    assert "your keys lack ec2:DescribeImportSnapshotTasks" in out
    assert "$ aws ec2 describe-snapshots" in out
    (row,) = json.loads(await told(live, capsys, RUN, "json"))["runs"]
    assert [concern["id"] for concern in row["concerns"]] == ["endless-import"]


async def test_an_import_whose_snapshot_is_there_does_not_go_on(live, capsys):
    made = Snapshot("snap-0", "completed", f"Created by AWS-VMImport service for {TASK.task_id}")
    live[1].events = [(*IMPORTING, IdFound(NOW, "import_task", TASK.task_id, 9))]
    assert await known_import(live[0], RUN) == (TASK.task_id, True)
    live[1].events = [(*live[1].events[0], SnapshotSeen(NOW, made))]
    assert await known_import(live[0], RUN) == (TASK.task_id, False)


async def test_each_stage_is_told_with_what_was_made_of_it(live, capsys):
    live[1].events = [(*IMPORTING, IdFound(NOW, "import_task", TASK.task_id, 9))]
    assert "  stages    image done · upload done · import running · register open" in await told(live, capsys, RUN)
    raw = RawImage("kairos.raw", 4 * 10**9, "qNx/iQ==")
    ours = Resumes("", StageId.IMAGE, token="t")
    live[1].plans[RUN] = replace(live[1].plans[RUN], resumes=ours)
    live[1].events = [(*IMPORTING, IdFound(NOW, "raw", raw.id, 7), IdFound(NOW, "import_task", TASK.task_id, 9))]
    (row,) = json.loads(await told(live, capsys, None, "json"))["runs"]
    assert row["stages"][0] == {"stage": "image", "state": "done", "proof": "kairos.raw, 4.0 GB"}
    assert [one["proof"] for one in row["stages"][2:]] == [None, None], "what is not done has none"
    live[1].plans[RUN] = replace(live[1].plans[RUN], resumes=Resumes("r1", StageId.REGISTER, TASK.task_id, "snap-0"))
    live[1].events = [(STARTED, PhaseEntered(NOW, Phase.REGISTER, 1))]
    (row,) = json.loads(await told(live, capsys, None, "json"))["runs"]
    assert [one["proof"] for one in row["stages"]] == ["of the run r1", "of the run r1", f"{TASK.task_id}, snap-0", None]


async def test_a_run_that_ended_says_where_and_why(live, capsys):
    cause = Cause("import-failed", "The snapshot import ended as `deleted`", "")
    ended = RunResult(RUN, Outcome.FAILED, phase=Phase.IMPORT, started_at=NOW, ended_at=NOW + timedelta(hours=1), cause=cause)
    live[1].events, live[1].results[RUN] = [IMPORTING], replace(ended, import_task=TASK.task_id)
    live[1].listed = (replace(live[1].listed[0], live=False, outcome=Outcome.FAILED),)
    (row,) = json.loads(await told(live, capsys, None, "json"))["runs"]
    assert row["cause"] == {"id": "import-failed", "title": "The snapshot import ended as `deleted`"}
    assert (row["state"], row["phase"], row["elapsed_seconds"]) == ("failed", "import", 3600)
    assert (row["import_task"], row["snapshot"], row["percent"], row["ends"]) == (TASK.task_id, None, None, None)


async def test_a_run_without_a_phase_and_one_that_ended_have_no_numbers(live, capsys):
    live[1].events = [(STARTED,)]
    assert "  phase     starting" in await told(live, capsys, RUN)
    live[1].listed = (replace(live[1].listed[0], live=False),)
    (row,) = json.loads(await told(live, capsys, None, "json"))["runs"]
    assert (row["phase"], row["percent"], row["ends"], row["concerns"]) == (None, None, None, [])
