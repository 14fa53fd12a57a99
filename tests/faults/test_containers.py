"""Containers outlive the docker command that started them: seen while the build runs, stopped after a cancel, never unasked."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest

from canvos_tui.core.run.containers import BUILDER
from canvos_tui.core.run.events import ContainerSeen, DiskSeen, Noted
from canvos_tui.core.run.heartbeat import Pulse
from canvos_tui.core.run.outcome import Outcome
from canvos_tui.core.run.result import RunResult
from canvos_tui.core.status import Status
from tests.doubles.engine_standin import EngineStandin
from tests.runs import Site
from tests.waiting import until

pytestmark = pytest.mark.slow
FOREVER = "trap 'exit 1' INT; echo up; while :; do sleep 0.05; done"


def pulse(site: Site, run_id: str) -> Pulse:
    found = asyncio.run(site.runs.pulse(run_id))
    return found or Pulse()


def running(site: Site, engine: EngineStandin, script: str = FOREVER) -> tuple[str, str]:
    """A run with a container that its supervisor has seen."""
    run_id = site.start(script)
    until(lambda: "up" in site.log(run_id))
    container = engine.run("4b509efa5504", site.checkout)
    until(lambda: pulse(site, run_id).container == 1)
    return run_id, container


def told(result: RunResult) -> list[tuple[Status, str]]:
    return [(f.status, f.text) for f in result.findings if f.id == "container"]


def test_container_cpu_and_data_root_are_watched(site: Site, engine: EngineStandin) -> None:
    run_id, container = running(site, engine)
    until(lambda: pulse(site, run_id).cpu == 61.0)
    assert pulse(site, run_id).alive is True
    engine.listed.clear()
    until(lambda: pulse(site, run_id).container == 0)
    asyncio.run(site.runs.cancel(run_id, force=True))
    site.result(run_id)
    events = site.follow(run_id)
    assert [(e.id, e.state) for e in events if isinstance(e, ContainerSeen)] == [(container, "running"), (container, "gone")]
    assert {e.place for e in events if isinstance(e, DiskSeen)} == {"docker", "state"}


def test_after_a_cancel_the_container_is_stopped_by_its_id_and_looked_for_again(site: Site, engine: EngineStandin) -> None:
    run_id, container = running(site, engine)
    other = engine.run("aaaaaaaaaaaa", Path("/somebody/else"))
    asyncio.run(site.runs.cancel(run_id))
    result = site.result(run_id)
    assert result.outcome is Outcome.CANCELLED
    assert engine.asked == [f"/containers/{container}/stop"]
    assert told(result) == [(Status.PASS, "the container 4b509efa5504 (amazing_turing) outlived its command, was stopped and is gone")]
    assert list(engine.listed) == [other]
    assert result.left_behind == ()


def test_a_forced_cancel_kills_the_container(site: Site, engine: EngineStandin) -> None:
    run_id, container = running(site, engine, "trap '' INT; echo up; while :; do sleep 0.05; done")
    asyncio.run(site.runs.cancel(run_id))
    asyncio.run(site.runs.cancel(run_id, force=True))
    site.result(run_id)
    assert engine.asked == [f"/containers/{container}/kill"]


def test_a_container_that_cannot_be_stopped_is_not_called_gone(site: Site, engine: EngineStandin) -> None:
    run_id, container = running(site, engine)
    engine.stubborn.add(container)
    asyncio.run(site.runs.cancel(run_id))
    result = site.result(run_id)
    assert told(result) == [(Status.FAIL, "the container 4b509efa5504 (amazing_turing) still runs")]
    assert [(left.kind, left.id, left.remove) for left in result.left_behind] == [("container", "4b509efa5504", "docker stop 4b509efa5504")]


def test_a_container_whose_command_died_is_told_of_and_left_alone(site: Site, engine: EngineStandin) -> None:
    run_id, _ = running(site, engine, "echo up; until [ -e go ]; do sleep 0.05; done; exit 137")
    (site.checkout / "go").touch()  # somebody killed the docker command
    result = site.result(run_id)
    assert engine.asked == [], "nobody asked for it to be stopped"
    assert told(result) == [(Status.FAIL, "the container 4b509efa5504 (amazing_turing) still runs")]
    assert "goes on building" in result.left_behind[0].note


def test_the_builder_of_the_proxy_mode_is_stopped_when_this_run_started_it(site: Site, engine: EngineStandin) -> None:
    older = engine.run("cccccccccccc", site.checkout / "certs", BUILDER, "us-docker.pkg.dev/x/earthly/buildkitd:v0.8.15")
    engine.listed[older]["Created"] -= 3600
    run_id, container = running(site, engine)
    parallel = engine.run("dddddddddddd", Path("/elsewhere/certs"), BUILDER, "us-docker.pkg.dev/x/earthly/buildkitd:v0.8.15")
    own = engine.run("bbbbbbbbbbbb", site.checkout / "certs", BUILDER, "us-docker.pkg.dev/x/earthly/buildkitd:v0.8.15")
    asyncio.run(site.runs.cancel(run_id))
    site.result(run_id)
    assert sorted(engine.asked) == sorted(f"/containers/{found}/stop" for found in (container, own))
    assert list(engine.listed) == [older, parallel]


def test_an_engine_that_is_stopped_in_mid_build_is_said_and_nothing_is_claimed(site: Site, engine: EngineStandin) -> None:
    run_id, _ = running(site, engine)
    engine.down()
    until(lambda: pulse(site, run_id).container is None)
    asyncio.run(site.runs.cancel(run_id))
    result = site.result(run_id)
    notes = [e.text for e in site.follow(run_id) if isinstance(e, Noted)]
    assert any("the Docker engine does not answer any more" in note for note in notes)
    ((status, text),) = told(result)
    assert status is Status.UNKNOWN
    assert text.startswith("whether the build's container is gone is not known: ")


def test_a_build_that_dies_with_its_engine_has_the_engine_as_its_cause(site: Site, engine: EngineStandin) -> None:
    script = "echo up; until [ -e go ]; do sleep 0.05; done; echo An error occurred while running the command.; exit 1"
    run_id, _ = running(site, engine, script)
    engine.down()
    until(lambda: pulse(site, run_id).container is None)
    (site.checkout / "go").touch()
    result = site.result(run_id)
    assert result.outcome is Outcome.FAILED
    assert result.cause is not None
    assert (result.cause.id, result.cause.title) == ("engine-gone", "The Docker engine went away during the build")
    assert result.cause.evidence[0]


def test_the_container_of_a_killed_supervisor_is_named_and_ended_on_request(site: Site, engine: EngineStandin) -> None:
    run_id, container = running(site, engine)
    os.kill(site.supervisor(run_id), signal.SIGKILL)
    until(lambda: asyncio.run(site.runs.result(run_id)) is not None)
    result = site.result(run_id)
    assert told(result) == [(Status.WARN, "the container 4b509efa5504 (amazing_turing) goes on without supervision")]
    assert ("container", "docker stop 4b509efa5504") in [(left.kind, left.remove) for left in result.left_behind]
    assert engine.asked == []
    said = asyncio.run(site.runs.clear(run_id))
    assert "container 4b509efa5504 (amazing_turing) was stopped and is gone" in said
    assert engine.asked == [f"/containers/{container}/stop"]
    assert asyncio.run(site.runs.clear(run_id))[-1] == "nothing of the build is left on this machine"
