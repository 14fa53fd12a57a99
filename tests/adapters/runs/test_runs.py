"""Runs with real supervisors, real processes and real terminals."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from canvos_tui.adapters.runs.folder import lock_path
from canvos_tui.adapters.runs.local_runs import LocalRuns
from canvos_tui.adapters.runs.lock import RunLock
from canvos_tui.core.errors import RunError
from canvos_tui.core.log.pipe import LogPipe
from canvos_tui.core.ports import Runs
from canvos_tui.core.run.codec import plan_text
from canvos_tui.core.run.events import CancelAsked, CannotSee, Finished, IdFound, Noted, PhaseEntered, Started
from canvos_tui.core.run.mandate import Mandate
from canvos_tui.core.run.outcome import Outcome
from canvos_tui.core.run.phase import Phase
from canvos_tui.core.run.run import BuildPlan, BuildRun, Stage
from canvos_tui.core.secret import Secret
from canvos_tui.rehearsal.aws.cloud import StoredImage
from canvos_tui.rehearsal.aws.config import Fault, FaultKind, StandinConfig, StandinKey
from canvos_tui.rehearsal.aws.server import StandinAws
from tests.logs import AWS_IMPORT, EARTHLY, LOGS
from tests.runs import EDGE_TOKEN, KEY_ID, KEYS, NOBODY, PASSWORD, SECRET, Site, opened
from tests.waiting import until

ROOT = Path(__file__).parents[3]
SECRETS = (EDGE_TOKEN, PASSWORD)
pytestmark = pytest.mark.cold


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with opened(tmp_path) as found:
        yield found


@pytest.fixture(autouse=True)
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[StandinAws]:
    config = StandinConfig(keys=(StandinKey(KEY_ID, SECRET),), buckets={"images": "us-east-1"})
    with StandinAws(config) as standin:
        monkeypatch.setenv("AWS_ENDPOINT_URL", standin.start())
        monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        yield standin


def stored_bytes(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_it_is_the_port(site: Site) -> None:
    runs: Runs = site.runs
    assert asyncio.run(runs.infos()) == ()


def test_a_build_that_made_an_ami_succeeds_and_everything_is_on_record(site: Site, cloud: StandinAws) -> None:
    task = cloud.cloud.start_import("images", "edge.raw", "Import edge.raw", {})
    told = (EARTHLY / "success-v4.10.0.log").read_bytes().replace(b"import-snap-0c1b2a3d4e5f60718", task.task_id.encode())
    log = site.root / "said.log"
    log.write_bytes(told.replace(b"snap-0f3a9c1d2e4b5a678", task.snapshot_id.encode()))
    run_id = site.start(f"cat {log}; until [ -e go ]; do sleep 0.05; done")
    until(lambda: "Final AMI ID" in site.log(run_id))
    cloud.cloud.put("images", "edge.raw", b"x" * 1000, '"e"')
    task.failure = ""  # it began before there was an object
    image = StoredImage("ami-0a1b2c3d4e5f67890", "edge.raw", task.snapshot_id, "/dev/xvda", "123456789012", boot_mode="uefi", ena=True)
    until(lambda: cloud.cloud.look(task).status == "completed")
    cloud.cloud.register(replace(image, architecture="x86_64"))
    (info,) = asyncio.run(site.runs.infos())
    assert (info.run_id, info.live, info.outcome, info.tag) == (run_id, True, None, "v4.8.8")
    (site.checkout / "go").touch()
    events = site.follow(run_id)
    result = site.result(run_id)
    assert result.outcome is Outcome.SUCCEEDED
    assert (result.ami, result.import_task, result.snapshot) == (image.image_id, task.task_id, task.snapshot_id)
    assert result.exit_code == 0
    assert result.log == str(site.runs.log_path(run_id))
    run = BuildRun(site.plan("")).after(events)
    assert run.stage is Stage.ENDED
    assert run.phase is Phase.DONE
    assert [p.phase for p in run.phases] == [phase for phase in Phase if phase is not Phase.SNAPSHOT]
    assert run.image is not None
    assert {e.kind: e.id for e in events if isinstance(e, IdFound)}["ami"] == "ami-0a1b2c3d4e5f67890"
    pipe = LogPipe(Mandate(KEYS, tuple(map(Secret, SECRETS))).masked())
    assert site.log(run_id).encode() == pipe.feed(log.read_bytes()) + pipe.flush()
    lines = site.log(run_id).split("\n")
    entered = next(e for e in events if isinstance(e, PhaseEntered) and e.phase is Phase.UPLOAD)
    assert "Uploading '" in lines[entered.line - 1]
    until(lambda: not asyncio.run(site.runs.infos())[0].live)
    (info,) = asyncio.run(site.runs.infos())
    assert (info.live, info.outcome, info.ami) == (False, Outcome.SUCCEEDED, image.image_id)
    assert (info.took, info.why) == (site.result(run_id).took, "")
    assert info.took


def test_nothing_that_is_stored_holds_a_secret_and_only_the_user_can_read_it(site: Site, cloud: StandinAws) -> None:
    cloud.set_faults(Fault("ec2:*", FaultKind.ERROR, "Oops", f"key {SECRET} of {KEY_ID}"))
    cats = "; ".join(f"cat {path}" for path in LOGS)
    run_id = site.start(f"{cats}; echo plain {SECRET} {EDGE_TOKEN} {PASSWORD}; printf {SECRET[:20]}; sleep 0.3; echo {SECRET[20:]}; exit 1")
    events = site.follow(run_id)
    assert site.result(run_id).outcome is not Outcome.SUCCEEDED
    (info,) = asyncio.run(site.runs.infos())
    cause = site.result(run_id).cause
    assert (info.ami, info.why) == ("", cause.title if cause is not None else "")
    assert any(isinstance(e, CannotSee) and "MASKED" in e.reason for e in events)
    data = stored_bytes(site.state)
    assert b"***MASKED:aws_secret***" in data
    assert b"plain " in data
    for secret in (KEY_ID, SECRET, EDGE_TOKEN, PASSWORD, "pw1234", SECRET[:20], SECRET[20:], "I2Nsb3VkLWNvbmZpZwpzdHls"):
        assert secret.encode() not in data, secret
    for path in (site.state, *site.state.rglob("*")):
        assert path.stat().st_mode & 0o077 == 0, path
    assert asyncio.run(site.runs.plan(run_id)).command == ("./build.sh", "+aws-cloud-image")


def test_no_process_shows_a_secret_to_others_and_the_build_gets_no_keys(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (
        ("AWS_SECRET_ACCESS_KEY", SECRET),
        ("AWS_ACCESS_KEY_ID", KEY_ID),
        ("AWS_SESSION_TOKEN", "tok"),
        ("AWS_PROFILE", "p"),
    ):
        monkeypatch.setenv(name, value)
    run_id = site.start("env | grep ^AWS_ | sort; echo umask $(umask); echo up; until [ -e go ]; do sleep 0.05; done")
    until(lambda: "up" in site.log(run_id))
    pid = site.supervisor(run_id)
    for name in ("cmdline", "environ"):
        data = Path(f"/proc/{pid}/{name}").read_bytes()
        assert b"canvos_tui.supervisor" in data or name == "environ"
        for secret in (KEY_ID, SECRET, EDGE_TOKEN, PASSWORD):
            assert secret.encode() not in data
    cores = next(line for line in Path(f"/proc/{pid}/limits").read_text().splitlines() if line.startswith("Max core file size"))
    assert cores.split()[4] == "0", "a crash would put the keys onto a disk"
    assert os.getsid(pid) not in {os.getsid(0), pid}, "it can never get a terminal"
    assert {os.readlink(f"/proc/{pid}/fd/{n}") for n in (0, 1, 2)} == {os.devnull}
    text = site.log(run_id)
    assert f"AWS_ENDPOINT_URL={os.environ['AWS_ENDPOINT_URL']}" in text
    for name in ("AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        assert name not in text
    before = os.umask(0)
    os.umask(before)
    assert f"umask {before:04o}" in text, "files of the build keep the user's own modes"
    (site.checkout / "go").touch()
    site.result(run_id)


def test_exit_0_alone_is_no_success_and_a_refused_connection_no_failure_of_the_build(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", NOBODY)
    run_id = site.start(f"cat {AWS_IMPORT / 'success-pipe.log'}")
    events = site.follow(run_id)
    result = site.result(run_id)
    assert result.exit_code == 0
    assert result.outcome is Outcome.INCONCLUSIVE
    assert any(isinstance(e, CannotSee) for e in events)


def test_a_failed_build_names_its_step(site: Site, cloud: StandinAws) -> None:
    run_id = site.start(f"cat {EARTHLY / 'fail-apt-404-v4.9.38.log'}; exit 1")
    events = site.follow(run_id)
    result = site.result(run_id)
    assert result.outcome is Outcome.FAILED
    assert (result.exit_code, result.phase) == (1, Phase.BASE)
    assert result.cause is not None
    assert "Earthfile:753:12" in result.cause.title + result.cause.explanation
    assert any(isinstance(e, Finished) and e.exit_code == 1 for e in events)


def test_a_command_that_cannot_start_is_a_result_too(site: Site, cloud: StandinAws) -> None:
    plan = replace(site.plan(""), command=("./nothing.sh",))
    run_id = asyncio.run(site.runs.start(plan, KEYS))
    events = site.follow(run_id)
    assert site.result(run_id).outcome is Outcome.FAILED
    assert any(isinstance(e, Noted) and "nothing.sh" in e.text for e in events)


@contextmanager
def started_by(site: Site, plan: BuildPlan, *shell: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A run that another process started and does not wait for, behind these words of a shell."""
    code = (
        "import asyncio, sys, time; from pathlib import Path; sys.path.insert(0, sys.argv[1])\n"
        "from canvos_tui.adapters.runs.local_runs import LocalRuns; from canvos_tui.core.run.codec import parse_plan\n"
        "from canvos_tui.core.aws.facts import AwsKeys; from canvos_tui.core.secret import Secret\n"
        "runs = LocalRuns(Path(sys.argv[2]), pace=0.005)\n"
        "print(asyncio.run(runs.start(parse_plan(sys.stdin.read()), AwsKeys('AKIAXXXXXXXXXXXXXXXX', Secret('x' * 40)))), flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen(
        [*shell, sys.executable, "-c", code, str(ROOT), str(site.state)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as starter:
        assert starter.stdin is not None
        assert starter.stdout is not None
        starter.stdin.write(plan_text(plan))
        starter.stdin.close()
        try:
            yield starter.stdout.readline().strip(), starter
        finally:
            os.killpg(starter.pid, signal.SIGKILL)


def test_the_build_outlives_its_starter(site: Site) -> None:
    plan = site.plan("echo up; until [ -e go ]; do sleep 0.05; done; echo went on; exit 1")
    with started_by(site, plan) as (run_id, _):
        until(lambda: "up" in site.log(run_id))
    (site.checkout / "go").touch()
    result = site.result(run_id)
    assert "went on" in site.log(run_id)
    assert result.exit_code == 1


def test_a_build_can_be_interrupted_whose_starter_had_to_ignore_that(site: Site) -> None:
    """A script's background job, nohup and cron have signals ignored; a shell cannot even trap what it inherits so."""
    plan = site.plan("trap 'echo got SIGINT; exit 1' INT; echo up; while :; do sleep 0.05; done")
    deaf = ("/bin/bash", "-c", 'trap "" INT QUIT HUP TERM; exec "$@"', "-")
    with started_by(site, plan, *deaf) as (run_id, starter):
        ignored = next(line for line in Path(f"/proc/{starter.pid}/status").read_text().splitlines() if line.startswith("SigIgn"))
        assert int(ignored.split()[1], 16) >> (signal.SIGINT - 1) & 1, "the starter ignores it"
        until(lambda: "up" in site.log(run_id))
        asyncio.run(site.runs.cancel(run_id))
        assert site.result(run_id).outcome is Outcome.CANCELLED
    assert "got SIGINT" in site.log(run_id)


def test_a_request_to_stop_interrupts_and_a_forced_one_kills(site: Site) -> None:
    run_id = site.start("trap 'echo not yet' INT; echo up; while :; do sleep 0.05; done")
    until(lambda: "up" in site.log(run_id))
    asyncio.run(site.runs.cancel(run_id))
    until(lambda: "not yet" in site.log(run_id))
    assert asyncio.run(site.runs.result(run_id)) is None
    asyncio.run(site.runs.cancel(run_id, force=True))
    events = site.follow(run_id)
    result = site.result(run_id)
    assert [e.force for e in events if isinstance(e, CancelAsked)] == [False, True]
    assert result.outcome is Outcome.CANCELLED
    assert result.exit_code == -signal.SIGKILL
    assert any(isinstance(e, Noted) and "killed" in e.text for e in events)
    until(lambda: not asyncio.run(site.runs.infos())[0].live)
    with pytest.raises(RunError):
        asyncio.run(site.runs.cancel(run_id))


def test_a_request_to_stop_reaches_a_build_that_went_into_a_process_group_of_its_own(site: Site) -> None:
    run_id = site.start("""set -m; bash -c 'trap "echo got SIGINT; exit 1" INT; echo up; while :; do sleep 0.05; done'""")
    until(lambda: "up" in site.log(run_id))
    asyncio.run(site.runs.cancel(run_id))
    assert site.result(run_id).outcome is Outcome.CANCELLED
    assert "got SIGINT" in site.log(run_id)


def test_a_polite_stop_is_enough_for_a_polite_build(site: Site) -> None:
    run_id = site.start("trap 'echo Received signal interrupt; exit 1' INT; echo up; while :; do sleep 0.05; done")
    until(lambda: "up" in site.log(run_id))
    asyncio.run(site.runs.cancel(run_id))
    assert site.result(run_id).outcome is Outcome.CANCELLED
    assert "Received signal interrupt" in site.log(run_id)


def test_a_request_to_stop_ends_the_waiting_for_aws(tmp_path: Path, cloud: StandinAws) -> None:
    cloud.cloud.config = replace(cloud.cloud.config, import_seconds=600.0)
    with opened(tmp_path, pace=1.0) as site:
        run_id = site.start("until [ -e go ]; do sleep 0.05; done")
        until(lambda: (site.folder(run_id) / "events.jsonl").exists())
        cloud.cloud.put("images", "edge.raw", b"x", '"e"')
        cloud.cloud.start_import("images", "edge.raw", "Import edge.raw", {})
        (site.checkout / "go").touch()
        until(lambda: any('"finished"' in line for line in (site.folder(run_id) / "events.jsonl").read_text().splitlines()))
        until(lambda: '"import_task"' in (site.folder(run_id) / "events.jsonl").read_text())
        assert asyncio.run(site.runs.result(run_id)) is None
        asyncio.run(site.runs.cancel(run_id))
        assert site.result(run_id).import_task.startswith("import-snap-")


def test_one_checkout_has_one_live_run(site: Site) -> None:
    run_id = site.start("until [ -e go ]; do sleep 0.05; done")
    with pytest.raises(RunError, match=run_id):
        site.start("true")
    assert len(list((site.state / "runs").iterdir())) == 1
    other = Site(site.root / "other")
    other.runs = site.runs
    other.state = site.state
    second = other.start("exit 0")
    assert second != run_id
    (site.checkout / "go").touch()
    site.result(run_id)
    until(lambda: not any(i.live for i in asyncio.run(site.runs.infos())))
    third = site.start("true")
    assert [i.run_id for i in asyncio.run(site.runs.infos())] == sorted([run_id, second, third], reverse=True)
    site.result(third)


def test_a_run_with_a_result_is_over_although_its_supervisor_still_clears_up(site: Site) -> None:
    run_id = site.start("exit 1")
    site.result(run_id)
    lock = RunLock(lock_path(site.state, str(site.checkout)))
    until(lambda: lock.take(run_id))  # as its supervisor does for a moment after the result
    (info,) = asyncio.run(site.runs.infos())
    assert (info.live, info.outcome) == (False, Outcome.FAILED)
    threading.Timer(0.3, lock.release).start()
    assert site.start("exit 1") != run_id, "the next one waits for it"


def test_two_starts_at_the_same_moment_make_one_run(site: Site) -> None:
    async def both() -> list[object]:
        plan = site.plan("until [ -e go ]; do sleep 0.05; done")
        return await asyncio.gather(*(LocalRuns(site.state).start(plan, KEYS) for _ in range(2)), return_exceptions=True)

    results = asyncio.run(both())
    assert sum(isinstance(r, str) for r in results) == 1
    assert sum(isinstance(r, RunError) for r in results) == 1
    asyncio.run(site.runs.cancel(next(r for r in results if isinstance(r, str)), force=True))


def test_a_run_whose_supervisor_was_killed_is_interrupted(site: Site) -> None:
    run_id = site.start(f"cat {AWS_IMPORT / 'success-pipe.log'}; while :; do sleep 0.1; done")
    until(lambda: "Final AMI ID" in site.log(run_id))
    until(lambda: '"done"' in (site.folder(run_id) / "events.jsonl").read_text())  # the phase behind that of the AMI
    with (site.folder(run_id) / "events.jsonl").open("a") as out:
        out.write('{"event":"finis')
    os.kill(site.supervisor(run_id), signal.SIGKILL)
    events = site.follow(run_id)
    assert isinstance(events[0], Started)
    assert isinstance(events[-1], Noted)
    assert "gone" in events[-1].text
    result = site.result(run_id)
    assert result.outcome is Outcome.INTERRUPTED
    assert (result.ami, result.phase, result.exit_code) == ("ami-baf8931a580c2d41b", Phase.DONE, None)
    (info,) = asyncio.run(site.runs.infos())
    assert (info.live, info.outcome) == (False, Outcome.INTERRUPTED)
    again = site.start("exit 1")
    assert site.result(again).exit_code == 1


def test_a_signal_to_the_supervisor_is_a_request_to_stop(site: Site) -> None:
    run_id = site.start("trap 'exit 4' INT; echo up; while :; do sleep 0.05; done")
    until(lambda: "up" in site.log(run_id))
    os.kill(site.supervisor(run_id), signal.SIGTERM)
    assert site.result(run_id).outcome is Outcome.CANCELLED


def test_two_followers_see_the_same_and_a_late_one_everything(site: Site) -> None:
    run_id = site.start(f"cat {AWS_IMPORT / 'success-v2old-pty.log'}; until [ -e go ]; do sleep 0.05; done")

    async def both() -> list[list[object]]:
        async def collect() -> list[object]:
            return [e async for batch in LocalRuns(site.state).follow(run_id) for e in batch]

        tasks = [asyncio.create_task(collect()) for _ in range(2)]
        await asyncio.sleep(0.3)
        (site.checkout / "go").touch()
        return await asyncio.wait_for(asyncio.gather(*tasks), 30)

    first, second = asyncio.run(both())
    assert first == second == site.follow(run_id)
    assert len(first) > 8


def test_batches_of_events_are_few(site: Site) -> None:
    run_id = site.start('for i in $(seq 400); do echo "++ taskID=import-snap-0123456789$(printf %06x $i)"; sleep 0.002; done')

    async def batches() -> list[float]:
        loop = asyncio.get_running_loop()
        return [loop.time() async for _ in site.runs.follow(run_id)]

    times = asyncio.run(asyncio.wait_for(batches(), 30))
    assert len(times) > 2  # more on a machine that is not busy: one batch holds all that came since the last
    assert all(later - earlier > 0.08 for earlier, later in pairwise(times[:-1]))


def test_a_removed_folder_does_not_stop_the_build(site: Site) -> None:
    run_id = site.start("echo first; until [ -e go ]; do echo line; sleep 0.05; done; echo the end; exit 1")
    until(lambda: "first" in site.log(run_id))
    gone = site.folder(run_id).rename(site.checkout.parent / "gone")  # at once: a tree in use cannot be deleted name by name
    shutil.rmtree(gone)
    until(lambda: "line" in site.log(run_id))
    (site.checkout / "go").touch()
    events = site.follow(run_id)
    assert site.result(run_id).exit_code == 1
    assert "the end" in site.log(run_id)
    assert any(isinstance(e, Noted) and "removed" in e.text for e in events)
    assert asyncio.run(site.runs.plan(run_id)).tag == "v4.8.8"


def test_output_that_is_no_text_is_stored_as_text(site: Site) -> None:
    run_id = site.start("printf 'a\\xff\\xfe\\x9bb \\x1b[2Jc\\x00d\\n'; head -c 300000 /dev/urandom; echo; echo over; exit 1")
    site.result(run_id)
    text = site.log(run_id)
    assert text.startswith("a\ufffd\ufffd\ufffdb cd\n")
    assert text.endswith("over\n")
    assert not any(ord(c) < 32 and c not in "\n\t\x1b" for c in text)


def test_a_hanging_aws_never_holds_up_the_build(site: Site, cloud: StandinAws) -> None:
    cloud.set_faults(Fault("*", FaultKind.HANG, seconds=15.0))
    run_id = site.start("seq -f 'line %.0f of a lot of output' 100000; exit 1")
    until(lambda: "line 100000 " in site.log(run_id)[-200:], 10)
    asyncio.run(site.runs.cancel(run_id))
    assert site.result(run_id).exit_code == 1


def test_the_terminal_can_be_resized(site: Site) -> None:
    run_id = site.start("trap 'stty size' WINCH; echo up; until [ -e go ]; do sleep 0.05; done")
    until(lambda: "up" in site.log(run_id))
    asyncio.run(site.runs.resize(run_id, 91, 37))
    until(lambda: "37 91" in site.log(run_id))
    (site.checkout / "go").touch()
    site.result(run_id)


def test_progress_of_an_upload_is_told_while_its_line_is_open(site: Site) -> None:
    run_id = site.start(
        "printf 'Completed 1.0 MiB/64.0 MiB (1.0 MiB/s) with 1 file(s) remaining\\r'; until [ -e go ]; do sleep 0.05; done; echo"
    )
    events = site.folder(run_id) / "events.jsonl"
    until(lambda: events.exists() and '"upload"' in events.read_text())
    assert "Completed" not in site.log(run_id)
    (site.checkout / "go").touch()
    site.result(run_id)


def test_what_is_no_run_is_refused(site: Site) -> None:
    for name in ("../../etc", "20261122-1412-3f9a", ""):
        with pytest.raises(RunError):
            asyncio.run(site.runs.plan(name))


def test_the_heartbeat_names_the_process(site: Site) -> None:
    run_id = site.start("until [ -e go ]; do sleep 0.05; done")
    told = json.loads((site.folder(run_id) / "supervisor.json").read_text()) if site.supervisor(run_id) else {}
    assert told["pid"] != os.getpid()
    assert Path(f"/proc/{told['pid']}").exists()
    assert os.getsid(told["build"]) == told["build"]
    (site.checkout / "go").touch()
    site.result(run_id)


def test_the_log_can_be_read_while_it_grows(site: Site) -> None:
    run_id = site.start("echo one; until [ -e go ]; do sleep 0.05; done; echo two")
    log = site.runs.open_log(run_id)
    until(lambda: log.refresh() or log.line_count == 1)
    (site.checkout / "go").touch()
    site.result(run_id)
    until(lambda: not log.refresh())
    assert log.read(0, 5) == ["one", "two"]
    log.close()
