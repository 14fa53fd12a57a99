"""The machine's clock is set while a build runs: elapsed times and the order of events stay true, and it is said."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from canvos_tui.adapters.runs.clock import RunClock
from canvos_tui.adapters.runs.event_file import EventFile
from canvos_tui.adapters.runs.folder import RunFolder
from canvos_tui.core.errors import AwsError
from canvos_tui.core.ports import Aws
from canvos_tui.core.run.codec import plan_text
from canvos_tui.core.run.events import Noted
from canvos_tui.core.run.mandate import Mandate
from canvos_tui.core.run.run import BuildRun
from canvos_tui.supervisor.supervision import Supervision
from tests.runs import KEYS, Site, opened
from tests.waiting import until


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent/docker.sock")
    with opened(tmp_path) as found:
        yield found


@pytest.mark.parametrize(("jump", "words"), [(-7200.0, "7200 s back"), (86_400.0, "86400 s ahead")])
def test_a_clock_that_is_set_in_mid_run_moves_no_event_and_stretches_no_phase(site: Site, jump: float, words: str) -> None:
    plan = site.plan("echo '+base-image | --> RUN x'; until [ -e go ]; do sleep 0.05; done; echo '+stylus-image | --> RUN y'; exit 1")
    folder = RunFolder(site.root / "other" / "runs" / "20261122-1412-3f9a")  # not the site's: its supervisor is this very process
    folder.make()
    folder.write("run.json", plan_text(plan))
    moved = [0.0]
    clock = RunClock(lambda: time.time() + moved[0])
    began = time.monotonic()

    async def no_aws() -> Aws:
        raise AwsError("nobody", code="nobody")

    supervision = Supervision(folder, plan, Mandate(KEYS, pace=0.005), no_aws, clock)
    thread = threading.Thread(target=supervision.run)
    thread.start()
    until(lambda: "+base-image" in (folder.log.read_text() if folder.log.exists() else ""))
    moved[0] = jump
    file = EventFile(folder.events)
    events = list(file.read())

    def told() -> bool:
        events.extend(file.read())
        return any(isinstance(e, Noted) and f"clock was set {words}" in e.text for e in events)

    until(told)
    (site.checkout / "go").touch()
    thread.join(30)
    took = time.monotonic() - began
    events.extend(file.read())
    file.close()
    assert all(earlier.at <= later.at for earlier, later in pairwise(events)), "in order, as they were written"
    run = BuildRun(plan).after(events)
    assert run.started_at is not None
    assert run.ended_at is not None
    assert 0 <= (run.ended_at - run.started_at).total_seconds() <= took
    result = folder.result()
    assert result is not None
    assert 0 <= sum(result.phase_seconds.values()) <= took
