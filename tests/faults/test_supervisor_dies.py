"""The supervisor is killed, stopped, slow, or gone with the whole machine: which of these, what goes on, and what AWS still does."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from canvos_tui.adapters.processes import session_members, stat_fields
from canvos_tui.adapters.runs import lost_run
from canvos_tui.adapters.runs.folder import RunFolder
from canvos_tui.adapters.runs.heart import read_heart
from canvos_tui.adapters.runs.local_runs import LocalRuns
from canvos_tui.core.errors import RunError
from canvos_tui.core.ports import Ports
from canvos_tui.core.run.events import Noted
from canvos_tui.core.run.heartbeat import Beat
from canvos_tui.core.run.outcome import Outcome
from canvos_tui.core.run.result import RunResult
from canvos_tui.core.status import Status
from canvos_tui.core.verdict.aftermath import final_result
from canvos_tui.rehearsal.aws.config import StandinConfig, StandinKey
from canvos_tui.rehearsal.aws.server import StandinAws
from canvos_tui.wiring import real_ports
from tests.runs import KEY_ID, KEYS, SECRET, Site, opened
from tests.waiting import until

NO_ENGINE = "unix:///nonexistent/docker.sock"
APART = "setsid -w bash -c 'trap \"\" HUP INT TERM; echo apart $$; while :; do sleep 0.05; done'"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setenv("DOCKER_HOST", NO_ENGINE)
    with opened(tmp_path) as found:
        yield found


@pytest.fixture(autouse=True)
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[StandinAws]:
    config = StandinConfig(keys=(StandinKey(KEY_ID, SECRET),), buckets={"images": "us-east-1"}, import_seconds=600.0)
    with StandinAws(config) as standin:
        monkeypatch.setenv("AWS_ENDPOINT_URL", standin.start())
        monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        yield standin


def ports_of(site: Site, **environ: str) -> Ports:
    kept = {"PATH": os.environ["PATH"], "HOME": str(site.root), "AWS_ENDPOINT_URL": os.environ["AWS_ENDPOINT_URL"]}
    return replace(real_ports({**kept, **environ}), runs=LocalRuns(site.state))


def started(site: Site, script: str) -> str:
    """A run of that script with the stand-in's endpoint in its plan, as a real one has."""
    plan = replace(site.plan(script), endpoint=os.environ["AWS_ENDPOINT_URL"])
    return asyncio.run(site.runs.start(plan, KEYS))


def killed(site: Site, script: str = "echo +base-image; sleep 60") -> str:
    run_id = started(site, script)
    until(lambda: "+base-image" in site.log(run_id))
    pid = site.supervisor(run_id)
    os.kill(pid, signal.SIGKILL)
    until(lambda: not stat_fields(pid) or stat_fields(pid)[0] in "ZX")
    # Its first thread can be a zombie while another still holds the lock: the kernel gives that back with the last one.
    until(lambda: not any(info.live for info in asyncio.run(site.runs.infos())))
    return run_id


def told(result: RunResult, name: str) -> tuple[Status, str]:
    return next((f.status, f.text) for f in result.findings if f.id == name)


def test_kill_9_of_the_supervisor_is_told_from_a_restart_and_the_build_dies_with_its_terminal(site: Site) -> None:
    run_id = killed(site)
    before = site.log(run_id)
    until(lambda: told(site.result(run_id), "process") == (Status.PASS, "the build's process is gone"))
    result = site.result(run_id)
    assert result.outcome is Outcome.INTERRUPTED
    assert result.cause is not None
    assert result.cause.id == "supervisor-lost"
    assert "last sign of life 20" in result.cause.explanation
    assert site.log(run_id) == before, "nothing that was written is lost"
    last = site.follow(run_id)[-1]
    assert isinstance(last, Noted)
    assert "The run's supervisor is gone" in last.text
    assert asyncio.run(site.runs.pulse(run_id)) is not None


def test_a_build_that_survives_its_supervisor_is_named_and_can_be_ended(site: Site) -> None:
    run_id = killed(site, "trap '' HUP INT; echo +base-image; while :; do sleep 0.05; done")
    group = read_heart(RunFolder(site.folder(run_id)))["build"]
    result = site.result(run_id)
    assert told(result, "process") == (Status.WARN, f"the build's process {group} goes on without supervision")
    assert [(left.kind, left.id) for left in result.left_behind] == [("process", str(group))]
    said = asyncio.run(site.runs.clear(run_id, force=True))
    assert f"the build's process {group} was ended" in said
    assert session_members(group) == ()


def test_a_run_that_lives_is_not_cleared_away(site: Site) -> None:
    run_id = site.start("until [ -e go ]; do sleep 0.05; done")
    with pytest.raises(RunError, match="is alive"):
        asyncio.run(site.runs.clear(run_id))
    (site.checkout / "go").touch()
    site.result(run_id)


def test_a_restart_of_the_machine_is_told_by_its_boot_id(site: Site) -> None:
    run_id = killed(site)
    path = site.folder(run_id) / "supervisor.json"
    beat = json.loads(path.read_text())
    path.write_text(json.dumps({**beat, "boot": "another-boot", "build": os.getpid()}))
    result = site.result(run_id)
    assert result.cause is not None
    assert (result.outcome, result.cause.id) == (Outcome.INTERRUPTED, "interrupted-by-reboot")
    assert "restarted" in result.cause.title
    assert told(result, "process")[0] is Status.PASS, "a process of that number belongs to somebody else now"
    path.write_text(json.dumps(beat))  # the site ends what it started by this file


def test_what_aws_still_does_is_found_out_with_the_keys_of_the_environment(site: Site, cloud: StandinAws) -> None:
    run_id = killed(site)
    cloud.cloud.put("images", "edge.raw", b"x" * 1000, '"e"')
    task = cloud.cloud.start_import("images", "edge.raw", "Import edge.raw", {})
    ports = ports_of(site, AWS_ACCESS_KEY_ID=KEY_ID, AWS_SECRET_ACCESS_KEY=SECRET)
    result = asyncio.run(final_result(ports, run_id))
    assert result is not None
    assert (result.outcome, result.import_task) == (Outcome.INTERRUPTED, task.task_id)
    kinds = {left.kind: left for left in result.left_behind}
    assert set(kinds) >= {"object", "import_task"}
    assert "AWS goes on with it" in kinds["import_task"].note
    assert f"cancel-import-task --import-task-id {task.task_id}" in kinds["import_task"].remove
    assert "USD a month (list price of us-east-1, read 2026-11)" in kinds["object"].note


def test_the_keys_of_the_checkout_do_as_well(site: Site, cloud: StandinAws) -> None:
    run_id = killed(site)
    (site.checkout / ".secret").write_text(f"AWS_PROFILE=\nAWS_ACCESS_KEY_ID={KEY_ID}\nAWS_SECRET_ACCESS_KEY={SECRET}\n")
    result = asyncio.run(final_result(ports_of(site), run_id))
    assert result is not None
    assert told(result, "import-task") == (Status.FAIL, "no import task of this run")


def test_without_keys_it_is_said_how_to_find_out(site: Site) -> None:
    run_id = killed(site)
    result = asyncio.run(final_result(ports_of(site), run_id))
    assert result is not None
    status, text = told(result, "aws")
    assert status is Status.UNKNOWN
    assert "there are no AWS keys; export AWS_ACCESS_KEY_ID" in text


def test_another_aws_than_that_of_the_run_is_not_asked(site: Site) -> None:
    run_id = killed(site)
    ports = ports_of(site, AWS_ACCESS_KEY_ID=KEY_ID, AWS_SECRET_ACCESS_KEY=SECRET, AWS_ENDPOINT_URL="")
    result = asyncio.run(final_result(ports, run_id))
    assert result is not None
    assert "this run used http://127.0.0.1:" in told(result, "aws")[1]


@pytest.mark.slow
def test_a_stopped_supervisor_is_called_stopped_and_goes_on_where_it_was(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("canvos_tui.adapters.runs.heart.LATE", 1.0)  # fifteen seconds in real life
    run_id = site.start("for i in $(seq 200000); do echo line $i; done; echo last; until [ -e go ]; do sleep 0.05; done; exit 1")
    until(lambda: "line 100" in site.log(run_id))
    pid = site.supervisor(run_id)
    os.kill(pid, signal.SIGSTOP)

    def beat() -> Beat | None:
        pulse = asyncio.run(site.runs.pulse(run_id))
        return pulse.beat if pulse is not None else None

    until(lambda: beat() is Beat.STOPPED)
    (info,) = asyncio.run(site.runs.infos())
    assert info.live, "its lock is held: it is not dead"
    with pytest.raises(RunError):
        asyncio.run(site.runs.start(site.plan("exit 1"), KEYS))
    os.kill(pid, signal.SIGCONT)
    until(lambda: beat() is Beat.ALIVE)
    until(lambda: "\nlast\n" in site.log(run_id))
    assert site.log(run_id).count("line ") == 200_000, "the build waited, and not a line is missing"
    (site.checkout / "go").touch()
    assert site.result(run_id).exit_code == 1


@pytest.mark.slow
def test_a_supervisor_without_a_sign_of_life_but_with_its_lock_is_slow(site: Site) -> None:
    run_id = site.start("until [ -e go ]; do sleep 0.05; done; exit 1")
    site.supervisor(run_id)
    path = site.folder(run_id) / "supervisor.json"

    def felt() -> Beat | None:
        beat = json.loads(path.read_text())
        path.write_text(json.dumps({**beat, "steady": beat["steady"] - 60}))
        pulse = asyncio.run(site.runs.pulse(run_id))
        return pulse.beat if pulse is not None else None

    until(lambda: felt() is Beat.SLOW)
    (site.checkout / "go").touch()
    site.result(run_id)


@pytest.mark.parametrize("force", [False, True])
def test_what_left_the_builds_session_and_heeds_no_signal_is_ended_with_the_rest(site, monkeypatch, force):
    monkeypatch.setattr(lost_run, "_PATIENCE", 0.3)
    run_id = site.start(f"trap '' HUP; {APART} & wait")
    until(lambda: re.search(r"apart \d+", site.log(run_id)))
    apart = int(site.log(run_id).partition("apart ")[2].split()[0])
    os.kill(site.supervisor(run_id), signal.SIGKILL)
    until(lambda: asyncio.run(site.runs.result(run_id)))
    assert stat_fields(apart)
    asyncio.run(site.runs.clear(run_id, force=force))
    until(lambda: not stat_fields(apart) or stat_fields(apart)[0] in "ZX")
