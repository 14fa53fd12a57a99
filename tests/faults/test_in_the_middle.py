"""What comes in the middle of sending and does not pass by itself: a clock that goes wrong, keys that end.

Such a run says what it was and is gone on from when that is mended: what was acknowledged is not sent again, and there is one of each.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from canvos_tui.adapters.aws.raw_file import SMALLEST
from canvos_tui.core.answers.draft import RouteChosen
from canvos_tui.core.answers.routes import Route
from canvos_tui.core.ports import Ports
from canvos_tui.core.run.outcome import Outcome
from canvos_tui.core.run.result import RunResult
from canvos_tui.core.stages.elsewhere import plan_of
from canvos_tui.core.stages.resume import begin, look, start_of
from canvos_tui.rehearsal.aws.config import Fault, FaultKind
from canvos_tui.rehearsal.aws.server import StandinAws
from tests.faults.test_direct import digests
from tests.faults.test_raw_upload import answers, proven
from tests.faults.test_raw_upload import checksum as checksum
from tests.faults.test_raw_upload import raw as raw
from tests.runs import KEYS, Site
from tests.waiting import until

SENT = {Route.TWO_STAGE: "s3:PutObject", Route.DIRECT: "ebs:PutSnapshotBlock"}
ENDS = {
    "clock": {
        Route.TWO_STAGE: ("RequestTimeTooSkewed", "The difference between the request time and the current time is too large.", 403),
        Route.DIRECT: ("InvalidSignatureException", "Signature expired: 20261128T060000Z is now earlier than 20261128T064500Z", 403),
    },
    "keys": {
        Route.TWO_STAGE: ("ExpiredToken", "The provided token has expired.", 400),
        Route.DIRECT: ("ExpiredTokenException", "The security token included in the request is expired", 403),
    },
}
CAUSE = {"clock": "E-AWS-CLOCK", "keys": "E-AWS-TOKEN-EXPIRED"}


@pytest.fixture
def site(without_engine: Site) -> Site:
    return without_engine


def begun(ports: Ports, path: Path, route: Route) -> str:
    async def start() -> str:
        return await ports.runs.start(await plan_of(ports, path, answers(ports).after(RouteChosen(route)), KEYS), KEYS)

    return asyncio.run(start())


def gone_on(ports: Ports, site: Site, run_id: str) -> RunResult:
    async def go_on() -> str:
        ground = await look(ports, run_id)
        start = start_of(ground)
        assert start is not None
        return await begin(ports, ground, start)

    return site.result(asyncio.run(go_on()))


def there(standin: StandinAws) -> int:
    """The parts or blocks that the account has."""
    parts = sum(len(upload.parts) for upload in standin.cloud.buckets["images"].uploads.values())
    return parts + sum(len(found.digests) for found in standin.ebs.snapshots.values())


CASES = [("clock", Route.DIRECT), ("keys", Route.TWO_STAGE), ("clock", Route.TWO_STAGE), ("keys", Route.DIRECT)]


@pytest.mark.parametrize(("what", "route"), [CASES[0], *(pytest.param(*one, marks=pytest.mark.long) for one in CASES[1:])])
def test_it_ends_with_its_cause_and_is_gone_on_from(site, standin, ports, tmp_path, raw, checksum, what, route):
    path = tmp_path / "kairos.raw"
    path.write_bytes(b"".join(bytes([n]) * SMALLEST for n in range(1, 9)) if route is Route.DIRECT else raw.read_bytes())
    run_id = begun(ports, path, route)
    until(lambda: there(standin) >= 3)
    standin.set_faults(Fault(SENT[route], FaultKind.ERROR, *ENDS[what][route]))
    ended = site.result(run_id)
    assert ended.outcome is Outcome.FAILED
    assert ended.cause is not None
    assert ended.cause.id == CAUSE[what]
    until(lambda: standin.idle_seconds() > 0)  # a request of the run that ended may still be answered
    standin.set_faults()
    had, before = there(standin), standin.actions.count(SENT[route])
    done = gone_on(ports, site, run_id)
    if route is Route.TWO_STAGE:
        proven(standin, done, checksum)
    else:
        (found,) = standin.ebs.snapshots.values()
        assert (done.outcome, found.digests) == (Outcome.SUCCEEDED, digests(path))
        assert len(standin.cloud.images) == len(standin.cloud.snapshots) == 1
    all_of_it = 9 + 1 if route is Route.TWO_STAGE else len(digests(path))  # the last call completes the object
    assert standin.actions.count(SENT[route]) - before == all_of_it - had
