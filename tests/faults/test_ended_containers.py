"""A build that ends because its container or its engine went away: the cause is what the engine said, and nothing more than that."""

from __future__ import annotations

import asyncio
import os
import signal

import pytest

from canvos_tui.core.run.containers import BUILDER
from canvos_tui.core.run.outcome import Outcome
from canvos_tui.core.run.result import Cause, RunResult
from canvos_tui.core.status import Status
from tests.doubles.engine_standin import EngineStandin
from tests.runs import Site
from tests.waiting import until

pytestmark = pytest.mark.slow
SHORT = "4b509efa5504"
NAMED = f"{SHORT} (amazing_turing)"
GAVE_UP = "echo An error occurred while running the command.; exit 1"
FAILED_STEP = (
    f"echo '{'+base-image':>20} | ERROR Earthfile:709:4'; echo '{'+base-image':>20} |  did not complete successfully. Exit code 100'"
)


def seen(site: Site, engine: EngineStandin, said: str = "true") -> tuple[str, str]:
    """A run whose supervisor has seen its container; once the file `go` is there it says something more and ends as earthly.sh does."""
    run_id = site.start(f"echo up; until [ -e go ]; do sleep 0.05; done; {said}; {GAVE_UP}")
    until(lambda: "up" in site.log(run_id))
    container = engine.run(SHORT, site.checkout)
    until(lambda: running(site, run_id) == 1)
    return run_id, container


def running(site: Site, run_id: str) -> int | None:
    pulse = asyncio.run(site.runs.pulse(run_id))
    return pulse.container if pulse is not None else None


def ended(site: Site, run_id: str) -> RunResult:
    (site.checkout / "go").touch()
    result = site.result(run_id)
    assert result.outcome is Outcome.FAILED
    return result


def cause(site: Site, run_id: str) -> Cause:
    found = ended(site, run_id).cause
    assert found is not None
    return found


def test_a_container_that_was_killed_through_the_engine_is_the_cause(site: Site, engine: EngineStandin) -> None:
    run_id, container = seen(site, engine)
    engine.ended(container, 137, signals=(9,))
    found = cause(site, run_id)
    assert (found.id, found.title) == ("container-killed", "The build's container was ended from outside")
    died, asked, last = found.evidence
    assert died.startswith(f"engine: container {NAMED} died at ")
    assert died.endswith("exit code 137")
    assert asked.startswith("engine: told to send it SIGKILL at ")
    assert last.startswith("last seen running at ")
    assert "docker kill" in found.remedies[0].text
    assert any("journalctl -u docker --no-pager --since '2" in c.run for c in found.remedies[0].commands)


def test_a_container_that_was_stopped_is_the_cause_though_earthly_had_time_to_end(site: Site, engine: EngineStandin) -> None:
    target = f"{'+base-image':>20}"
    canceled = f"echo '{target} | WARN Earthfile:709:4: The command'; echo '{target} |   failed: context canceled'"
    run_id, container = seen(site, engine, f"echo 'Error: Canceled'; {canceled}")
    engine.ended(container, 2, signals=(28, 15))
    found = cause(site, run_id)
    assert found.id == "container-killed"
    assert "exit code 2" in found.evidence[0]
    assert found.evidence[1].startswith("engine: told to send it SIGTERM at "), "a new window size is no signal that ends anything"


def test_a_container_that_ran_out_of_memory_is_told_apart(site: Site, engine: EngineStandin) -> None:
    run_id, container = seen(site, engine)
    engine.ended(container, 137, oom=True)
    result = ended(site, run_id)
    assert result.cause is not None
    assert (result.cause.id, result.cause.title) == ("container-killed", "The build's container was killed for want of memory")
    assert result.cause.evidence[1].startswith("engine: out of memory at ")
    assert "more memory" in result.cause.remedies[0].text
    (memory,) = (f for f in result.findings if f.id == "memory")
    assert memory.status is Status.WARN


def test_a_container_that_still_exists_is_inspected(site: Site, engine: EngineStandin) -> None:
    run_id, container = seen(site, engine)
    engine.ended(container, 137, oom=True, kept=True)
    engine.remembered.clear()  # many other events came in between
    found = cause(site, run_id)
    assert found.title == "The build's container was killed for want of memory"
    assert found.evidence[0] == f"engine: container {NAMED} ended, exit code 137, OOMKilled"


def test_who_killed_it_is_not_made_up(site: Site, engine: EngineStandin) -> None:
    run_id, container = seen(site, engine)
    engine.ended(container, 137)  # kill -9 on the machine, or its kernel
    found = cause(site, run_id)
    assert found.title == "The build's container was ended from outside"
    assert "was not asked" in found.explanation
    assert any("dmesg" in c.run for c in found.remedies[0].commands)
    assert len(found.evidence) == 2


def test_noise_in_the_log_does_not_hide_that_it_was_killed(site: Site, engine: EngineStandin) -> None:
    run_id, container = seen(site, engine, "echo 'Warning: read tcp 10.0.0.9:80: connection reset by peer'")
    engine.ended(container, 137, signals=(9,))
    found = cause(site, run_id)
    assert found.id == "container-killed"
    assert found.explanation.endswith("What the log shows besides: A transfer was cut off.")


@pytest.mark.parametrize("code", [1, 137])
def test_a_step_that_failed_before_is_the_cause_whatever_became_of_the_container(site: Site, engine: EngineStandin, code: int) -> None:
    run_id, container = seen(site, engine, FAILED_STEP)
    engine.ended(container, code)
    assert cause(site, run_id).id == "step-failed"


def test_a_container_that_ends_with_its_build_is_not_blamed(site: Site, engine: EngineStandin) -> None:
    run_id, container = seen(site, engine)
    engine.tell(container, "kill", signal="28")
    engine.tell(container, "oom")
    engine.ended(container, 1)
    result = ended(site, run_id)
    assert result.cause is None
    assert [f.status for f in result.findings if f.id == "memory"] == [Status.WARN], "a process in it was, and that is told"


def test_of_a_container_of_before_the_run_nothing_is_concluded(site: Site, engine: EngineStandin) -> None:
    run_id, container = seen(site, engine)
    engine.listed[container]["Created"] -= 3600
    until(lambda: running(site, run_id) == 1)
    other = engine.run("aaaaaaaaaaaa", site.checkout)
    until(lambda: running(site, run_id) == 2)
    engine.ended(container, 137, signals=(9,))
    engine.ended(other, 1)
    assert ended(site, run_id).cause is None


def test_the_builder_beside_it_is_not_the_builds_container(site: Site, engine: EngineStandin) -> None:
    run_id, container = seen(site, engine)
    builder = engine.run("bbbbbbbbbbbb", site.checkout / "certs", BUILDER, "us-docker.pkg.dev/x/earthly/buildkitd:v0.8.15")
    until(lambda: running(site, run_id) == 2)
    engine.ended(container, 1)
    engine.ended(builder, 137, signals=(9,))
    assert ended(site, run_id).cause is None


def test_a_cancel_is_no_kill_from_outside(site: Site, engine: EngineStandin) -> None:
    run_id = site.start("trap 'exit 1' INT; echo up; while :; do sleep 0.05; done")
    until(lambda: "up" in site.log(run_id))
    container = engine.run(SHORT, site.checkout)
    until(lambda: running(site, run_id) == 1)
    engine.ended(container, 2, signals=(2,))
    asyncio.run(site.runs.cancel(run_id))
    result = site.result(run_id)
    assert (result.outcome, result.cause) == (Outcome.CANCELLED, None)


def test_an_engine_that_knows_nothing_of_a_container_is_told_as_that(site: Site, engine: EngineStandin) -> None:
    run_id, _ = seen(site, engine)
    engine.listed.clear()
    engine.remembered.clear()  # started again between two looks
    found = cause(site, run_id)
    assert (found.id, found.title) == ("container-lost", "The build's container is gone, and the engine cannot say how it ended")
    assert found.evidence[0].startswith(f"container {NAMED}, last seen running at ")


def test_an_engine_that_goes_away_just_before_the_end_is_the_cause(site: Site, engine: EngineStandin) -> None:
    run_id, _ = seen(site, engine, "echo 'Error: something that nobody knows'")
    engine.down()
    result = ended(site, run_id)
    assert result.cause is not None
    assert result.cause.id == "engine-gone"
    assert result.cause.evidence[-1] == "Error: something that nobody knows"


def test_a_connection_that_broke_is_the_cause_where_nothing_was_seen_of_the_engine(site: Site, engine: EngineStandin) -> None:
    broke = "error waiting for container: unexpected EOF"
    run_id, _ = seen(site, engine, f"echo 'ERRO[0127] {broke}'")
    result = ended(site, run_id)  # it is back already, with the container
    assert result.cause is not None
    assert result.cause.id == "E-DOCKER-LOST"
    assert [(left.id, left.certain) for left in result.left_behind] == [(SHORT, True)]


def test_a_container_is_unknown_when_its_engine_is_gone(site: Site, engine: EngineStandin) -> None:
    run_id, _ = seen(site, engine)
    engine.down()
    result = ended(site, run_id)
    (left,) = result.left_behind
    assert (left.kind, left.id, left.certain, left.look) == ("container", SHORT, False, f"docker ps --filter id={SHORT}")
    assert "whether it goes on is not known" in left.note
    assert [f.status for f in result.findings if f.id == "container"] == [Status.UNKNOWN]
    assert result.cause is not None
    assert "not known" in result.cause.explanation
    assert "ended with it, and" not in result.cause.explanation


def test_a_container_is_unknown_after_a_cancel_without_an_engine(site: Site, engine: EngineStandin) -> None:
    run_id = site.start("trap 'exit 1' INT; echo up; while :; do sleep 0.05; done")
    until(lambda: "up" in site.log(run_id))
    engine.run(SHORT, site.checkout)
    until(lambda: running(site, run_id) == 1)
    engine.down()
    asyncio.run(site.runs.cancel(run_id))
    result = site.result(run_id)
    assert result.outcome is Outcome.CANCELLED
    assert [(left.id, left.certain) for left in result.left_behind] == [(SHORT, False)]


def test_a_container_that_had_ended_before_is_not_listed(site: Site, engine: EngineStandin) -> None:
    run_id, container = seen(site, engine)
    engine.ended(container, 1)
    until(lambda: running(site, run_id) == 0)
    engine.down()
    result = ended(site, run_id)
    assert result.left_behind == ()


def test_an_engine_that_came_back_without_the_container_is_the_cause(site: Site, engine: EngineStandin) -> None:
    run_id, _ = seen(site, engine)
    engine.down()
    until(lambda: running(site, run_id) is None)
    engine.listed.clear()
    engine.remembered.clear()
    engine.up()
    result = ended(site, run_id)
    assert result.cause is not None
    assert result.cause.id == "engine-gone"
    assert "answers again" in result.cause.explanation
    assert result.left_behind == ()


def test_an_engine_that_goes_away_after_the_end_is_not_blamed(site: Site, engine: EngineStandin) -> None:
    run_id, container = seen(site, engine)
    engine.tell(container, "oom")  # something that is told as soon as the engine was asked
    engine.ended(container, 1)
    (site.checkout / "go").touch()
    until(lambda: "memory ran out" in (site.folder(run_id) / "events.jsonl").read_text())
    engine.down()
    assert site.result(run_id).cause is None


def test_an_engine_that_answers_only_the_first_question_at_the_end_is_not_blamed(site: Site, engine: EngineStandin) -> None:
    run_id, container = seen(site, engine)
    engine.ended(container, 137, signals=(9,))
    engine.mute.add("/events")
    result = ended(site, run_id)
    assert result.cause is None
    ((status, text),) = [(f.status, f.text) for f in result.findings if f.id == "container"]
    assert status is Status.UNKNOWN
    assert text.startswith("how the build's container ended could not be asked: ")
    assert result.left_behind == ()


def test_a_supervisor_that_is_lost_with_the_engine_leaves_an_unknown_container(site: Site, engine: EngineStandin) -> None:
    run_id, _ = seen(site, engine)
    os.kill(site.supervisor(run_id), signal.SIGKILL)
    engine.down()
    until(lambda: asyncio.run(site.runs.result(run_id)) is not None)
    result = site.result(run_id)
    assert ("container", SHORT, False) in [(left.kind, left.id, left.certain) for left in result.left_behind]
