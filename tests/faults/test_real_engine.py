"""The same as test_ended_containers.py where nothing is a stand-in but the build: a real engine, a real container, a real kill."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from canvos_tui.core.run.outcome import Outcome
from canvos_tui.core.run.result import Cause, RunResult
from tests import samples
from tests.doubles.engine_standin import IMAGE
from tests.doubles.own_engine import OwnEngine, own_engine
from tests.runs import NOBODY, Site, opened
from tests.waiting import until

pytestmark = [pytest.mark.slow, pytest.mark.engine]
# how earthly.sh runs its container, but for --privileged
RUN = "docker run {more} --rm -t -v \"$(pwd)\":/workspace {image} sh -c '{script}' || gone=1"
BUILD = RUN + "\nuntil [ -e go ]; do sleep 0.05; done\n[ -z $gone ] && exit\necho An error occurred while running the command.\nexit 1"
SLEEPS = "echo up; sleep 300"
ENDS_BY_ITSELF = 'trap "exit 2" TERM; echo up; until [ -e /workspace/fail ]; do sleep 0.1; done; exit 1'


@pytest.fixture(scope="module")
def installed() -> Iterator[OwnEngine]:
    with own_engine() as found:
        if not found.take_image(IMAGE):
            pytest.skip("there is no static busybox to make an image of")
        ran = found.ask("run", "--rm", IMAGE, "true")
        if ran.returncode:
            pytest.skip(f"no container runs here: {ran.stderr.decode()[:200]}")
        yield found


@pytest.fixture
def engine(installed: OwnEngine, monkeypatch: pytest.MonkeyPatch) -> OwnEngine:
    assert installed.start()
    monkeypatch.setenv("DOCKER_HOST", installed.host)
    monkeypatch.setenv("AWS_ENDPOINT_URL", NOBODY)
    return installed


@pytest.fixture
def site(tmp_path: Path, engine: OwnEngine) -> Iterator[Site]:
    with opened(tmp_path) as found:
        yield found


def started(site: Site, engine: OwnEngine, script: str = SLEEPS, more: str = "") -> tuple[str, str]:
    """A run whose supervisor has seen its container; the id of both."""
    run_id = site.start(BUILD.format(more=more, image=IMAGE, script=script))
    until(lambda: "up" in site.log(run_id))
    until(lambda: running(site, run_id) == 1)
    return run_id, engine.told("ps", "--quiet", "--no-trunc", "--filter", f"volume={site.checkout}")


def running(site: Site, run_id: str) -> int | None:
    pulse = asyncio.run(site.runs.pulse(run_id))
    return pulse.container if pulse is not None else None


def ended(site: Site, run_id: str) -> RunResult:
    (site.checkout / "go").touch()
    until(lambda: asyncio.run(site.runs.result(run_id)) is not None, 40)
    result = site.result(run_id)
    assert result.outcome is Outcome.FAILED
    return result


def cause(result: RunResult) -> Cause:
    assert result.cause is not None
    return result.cause


def pid_of(engine: OwnEngine, container: str) -> int:
    return int(engine.told("inspect", "--format", "{{.State.Pid}}", container))


KILLS = {
    "kill": (lambda engine, container: engine.told("kill", container), "told to send it SIGKILL"),
    "host": (lambda engine, container: os.kill(pid_of(engine, container), signal.SIGKILL), "last seen running"),
    "rm": (lambda engine, container: engine.told("rm", "--force", container), "told to send it SIGKILL"),
    "stop": (lambda engine, container: engine.told("stop", "--time", "1", container), "told to send it SIGKILL"),
}


@pytest.mark.parametrize("way", samples.every(KILLS, lambda: list(KILLS)[:2]))
def test_a_container_that_is_killed(site: Site, engine: OwnEngine, way: str) -> None:
    how, word = KILLS[way]
    run_id, container = started(site, engine, more="--volume /store")
    store = engine.told("inspect", "--format", '{{range .Mounts}}{{if eq .Type "volume"}}{{.Name}}{{end}}{{end}}', container)
    how(engine, container)
    found = cause(ended(site, run_id))
    assert (found.id, found.title) == ("container-killed", "The build's container was ended from outside")
    assert container[:12] in found.evidence[0]
    assert "exit code 137" in found.evidence[0]
    assert word in found.evidence[1]
    events = (site.folder(run_id) / "events.jsonl").read_text(encoding="utf-8")
    assert f'"volumes":["{store}"]' in events, "by it the volume is known as this run's, whatever becomes of its container"


def test_a_container_that_is_stopped_and_takes_its_leave(site: Site, engine: OwnEngine) -> None:
    run_id, container = started(site, engine, ENDS_BY_ITSELF)
    engine.told("stop", container)
    found = cause(ended(site, run_id))
    assert found.id == "container-killed"
    assert "exit code 2" in found.evidence[0]
    assert "told to send it SIGTERM" in found.evidence[1]


def test_a_container_that_runs_out_of_memory(site: Site, engine: OwnEngine) -> None:
    eats = "echo up; until [ -e /workspace/eat ]; do sleep 0.1; done; exec tail /dev/zero"
    run_id, _ = started(site, engine, eats, "--memory 24m --memory-swap 24m")
    (site.checkout / "eat").touch()
    found = cause(ended(site, run_id))
    assert (found.id, found.title) == ("container-killed", "The build's container was killed for want of memory")
    assert found.evidence[1].startswith("engine: out of memory at ")


def test_a_container_that_ends_by_itself_is_not_blamed(site: Site, engine: OwnEngine) -> None:
    run_id, _ = started(site, engine, ENDS_BY_ITSELF)
    (site.checkout / "fail").touch()
    result = ended(site, run_id)
    assert result.cause is None
    assert result.left_behind == ()


def test_an_engine_that_is_killed_leaves_a_container_that_goes_on(site: Site, engine: OwnEngine) -> None:
    run_id, container = started(site, engine, ENDS_BY_ITSELF)
    pid = pid_of(engine, container)
    engine.kill()
    result = ended(site, run_id)
    assert cause(result).id == "engine-gone"
    assert "error waiting for container" in cause(result).evidence[-1]
    assert Path(f"/proc/{pid}").exists(), "so nothing else may be said of it than that nobody knows"
    assert [(left.kind, left.id, left.certain) for left in result.left_behind] == [("container", container[:12], False)]


def test_an_engine_that_is_shut_down(site: Site, engine: OwnEngine) -> None:
    run_id, container = started(site, engine, ENDS_BY_ITSELF)
    (site.checkout / "go").touch()  # the build ends with its container, which ends with the engine
    engine.stop()
    result = ended(site, run_id)
    assert cause(result).id == "engine-gone"
    assert [(left.id, left.certain) for left in result.left_behind] == [(container[:12], False)]


def test_an_engine_that_is_restarted(site: Site, engine: OwnEngine) -> None:
    run_id, _ = started(site, engine, ENDS_BY_ITSELF)
    engine.stop()
    until(lambda: running(site, run_id) is None)
    assert engine.start()
    result = ended(site, run_id)
    assert cause(result).id == "engine-gone"
    assert "answers again, and no container of the build runs any more" in cause(result).explanation
    assert result.left_behind == ()
