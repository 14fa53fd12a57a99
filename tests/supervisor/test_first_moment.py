"""From the moment in which a starter is told of its run, the run can be asked to stop."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from canvos_tui.adapters.runs.control import Stop, send
from canvos_tui.adapters.runs.folder import RunFolder, lock_path, make_run_id
from canvos_tui.adapters.runs.local_runs import LocalRuns
from canvos_tui.adapters.runs.lock import RunLock
from canvos_tui.core.errors import RunError
from canvos_tui.core.run.codec import plan_text
from canvos_tui.core.run.mandate import Mandate
from canvos_tui.core.run.run import BuildPlan, Resumes
from canvos_tui.core.run.stage import StageId
from canvos_tui.rehearsal.repository import _script
from tests.runs import KEYS, NOBODY, Site, opened
from tests.waiting import until

# A supervisor that takes its time over loading what it needs, as on a machine that has other things to do.
SLOW = """
import sys, time
from canvos_tui.supervisor import process
real = process.supervise
process.supervise = lambda *given: (time.sleep(0.5), real(*given))
sys.exit(process.main(sys.argv[1:]))
"""

# One with a bug, which has the keys at hand.
BROKEN = """
import sys
from canvos_tui.supervisor import process
def bug(folder, plan, mandate, control):
    typed = mandate.keys.secret.reveal()
    raise KeyError(f"{typed} is what broke")
process.supervise = bug
sys.exit(process.main(sys.argv[1:]))
"""


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    site = Site(tmp_path)
    found = RunFolder(site.state / "runs" / make_run_id(site.plan("sleep 60").baseline.taken_at))
    found.path.mkdir(parents=True, mode=0o700)
    found.write("run.json", plan_text(site.plan("sleep 60")))
    return found


def test_a_supervisor_that_answered_takes_a_request_before_it_loaded_anything(folder: RunFolder):
    told = subprocess.run(
        [sys.executable, "-c", SLOW, str(folder.path)],
        input=Mandate(KEYS, pace=0.005).document(),
        capture_output=True,
        timeout=30,
        check=True,
    )
    assert b'"ok": true' in told.stdout
    assert send(folder.control, Stop(force=True))
    until(folder.has_result)
    result = folder.result()
    assert result is not None
    assert result.outcome.value == "cancelled"


def test_a_supervisor_that_lives_and_does_not_listen_is_not_called_gone(folder: RunFolder):
    plan = folder.plan()
    assert plan is not None
    lock = RunLock(lock_path(folder.root, plan.checkout))
    assert lock.take(folder.run_id)
    runs = LocalRuns(folder.root)
    try:
        with pytest.raises(RunError) as alive:
            asyncio.run(runs.cancel(folder.run_id))
        assert "hears no request" in alive.value.message
        assert "ten seconds" in alive.value.remedy
    finally:
        lock.release()
    with pytest.raises(RunError, match="nobody supervises"):
        asyncio.run(runs.cancel(folder.run_id))


def test_a_bug_in_a_supervisor_leaves_a_report_without_its_keys(folder: RunFolder):
    given = Mandate(KEYS, pace=0.005).document()
    subprocess.run([sys.executable, "-c", BROKEN, str(folder.path)], input=given, capture_output=True, timeout=30, check=True)
    until(lambda: list(folder.root.glob("crashes/crash-*.txt")))
    (path,) = folder.root.glob("crashes/crash-*.txt")
    told = path.read_text(encoding="utf-8")
    assert f"the supervisor of {folder.run_id}" in told
    assert "is what broke" in told
    assert KEYS.secret.reveal() not in told


# -- a request to stop in the first moments of the command ---------------------------------------------------


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setenv("AWS_ENDPOINT_URL", NOBODY)
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
    with opened(tmp_path) as found:
        yield found


def own_stages(site: Site) -> BuildPlan:
    return replace(site.plan("exit 9"), resumes=Resumes("", StageId.REGISTER, snapshot="snap-0123456789abcdef0"))


def rehearsed(site: Site) -> BuildPlan:
    """A build that is played, as `rehearse` has it."""
    plan = site.plan("true")
    (site.checkout / "build.sh").write_text(_script(sys.executable, "success"), encoding="utf-8")
    return plan


@pytest.mark.parametrize("seconds", [0.0, 0.08])
@pytest.mark.parametrize("planned", [own_stages, rehearsed])
def test_who_is_stopped_while_python_still_loads_it_says_nothing_of_python(
    site: Site, planned: Callable[[Site], BuildPlan], seconds: float
):
    run_id = asyncio.run(site.runs.start(planned(site), KEYS, ()))
    until(lambda: '"started"' in events(site, run_id))
    time.sleep(seconds)
    asyncio.run(site.runs.cancel(run_id))
    result = site.result(run_id)
    assert "Traceback" not in site.log(run_id)
    assert "KeyboardInterrupt" not in site.log(run_id)
    assert result.outcome.value == "cancelled"


def events(site: Site, run_id: str) -> str:
    path = site.folder(run_id) / "events.jsonl"
    return path.read_text(encoding="utf-8") if path.exists() else ""
