"""A build is left and come back to: in a pipe, on the screen, by Continue, by attach; nothing is ever started twice."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from canvos_tui.adapters.processes import session_members
from tests import samples
from tests.journeys.test_journeys import STEPS
from tests.journeys.wizard import House, Person, house
from tests.waiting import PATIENCE, until

pytestmark = pytest.mark.slow
IMPORT_LASTS = 30.0  # pace of AWS: what its part takes, no test waits for


def accepted(home: House) -> list[str]:
    """What this machine lacks is accepted, as its owner would who has read what the doctor says of it."""
    told = home.says("doctor", "--only", "host", "--only", "tools", "--only", "network").stdout
    return [word for name in re.findall(r"^FAIL (\S+)", told, re.MULTILINE) for word in ("--accept", name)]


@contextmanager
def in_a_pipe(home: House) -> Iterator[str]:
    """`run --yes` without a terminal: what the build prints comes out of the pipe while it goes on, and the exit code says how it ended."""
    home.clone()
    (home.home / "answers.yaml").write_text("checkout: ~/CanvOS\nIMAGE_REGISTRY: acme-team\nuser_data: none\n")
    line = f"canvos-tui run --config answers.yaml --yes {' '.join(accepted(home))} 2>said | cat >printed; exit ${{PIPESTATUS[0]}}"
    said, printed = home.home / "said", home.home / "printed"
    printed.touch()
    with subprocess.Popen(["bash", "-c", line], env=home.environ, cwd=home.home, stdin=subprocess.DEVNULL, start_new_session=True) as shell:
        try:
            until(lambda: "+base-image" in printed.read_text() or shell.poll() is not None)
            [(run_id, state)] = states(home)
            assert state == "running", said.read_text()
            folder = home.state / "runs" / run_id
            with standing_still(json.loads((folder / "supervisor.json").read_text())["build"]):
                until(lambda: printed.read_text().count("\n") >= (folder / "build.log").read_text().count("\n"))
            yield run_id
            assert shell.wait(PATIENCE) == 130, said.read_text()
        finally:
            with suppress(ProcessLookupError):
                os.killpg(shell.pid, signal.SIGKILL)
    assert "\x1b" not in printed.read_text() + said.read_text()


@contextmanager
def standing_still(session: int) -> Iterator[None]:
    """A build prints nothing meanwhile, so that no later line pushes an earlier one through the pipe."""
    for pid in session_members(session):
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in session_members(session):
            os.kill(pid, signal.SIGCONT)


@contextmanager
def by_the_wizard(home: House) -> Iterator[str]:
    """The whole way by keys, and away from the build page."""
    with home.person() as person:
        for step in list(STEPS.values())[: list(STEPS).index("build")]:
            step(person, burst=True)
        person.see("● Build", " of 9")
        detach(person)
    [(run_id, _)] = states(home)
    yield run_id


def states(home: House) -> list[tuple[str, str]]:
    return [(run["id"], run["state"]) for run in json.loads(home.says("status", "--output", "json").stdout)["runs"]]


def detach(person: Person) -> None:
    person.terminal.press("ctrl+q")
    person.see("a build is running", "Detach")
    person.choose("Detach")
    assert person.terminal.wait() == 0
    assert person.terminal.left_on() == []
    person.see("goes on; come back with: canvos-tui attach")


def watched(home: House, run_id: str) -> None:
    with home.person() as person:
        person.choose("Watch      build running")
        person.see("● Build", "import-snap-")
        detach(person)


def continued(home: House, run_id: str) -> None:
    with home.person() as person:
        person.choose("Continue   at Build")
        person.see("● Build", "import-snap-")
        detach(person)


def cancelled(home: House, run_id: str) -> None:
    with home.person("attach") as person:
        person.see("● Build", "import-snap-")
        person.terminal.press("x")
        person.choose("Cancel   interrupt the build")
        person.see("CANCELLED in Snapshot import")
        person.terminal.press("ctrl+q")
        assert person.terminal.wait() == 130
        person.see("CANCELLED in Snapshot import", f"run {run_id}", "import_task", "goes on")


def looked_at_again(home: House, run_id: str) -> None:
    with home.person() as person:
        person.choose("Continue   at Result")
        person.see("CANCELLED in Snapshot import", "left: object", "End the import")
        person.terminal.press("ctrl+q")
        assert person.terminal.wait() == 130


# each with what `status` says afterwards
LEGS = {watched: "running", continued: "running", cancelled: "cancelled", looked_at_again: "cancelled"}


@pytest.mark.parametrize("begun", samples.every([in_a_pipe, by_the_wizard], lambda: [in_a_pipe]), ids=lambda begun: begun.__name__)
def test_a_build_is_watched_left_continued_attached_and_cancelled(tmp_path, begun) -> None:
    """All of it in the long run; the sample is attached and cancelled (what Continue does is held in tests/tui too)."""
    with house(tmp_path, pace=0.05, aws=IMPORT_LASTS) as home:
        with begun(home) as run_id:
            for leg in samples.every(LEGS, lambda: [cancelled]):
                leg(home, run_id)
                assert states(home) == [(run_id, LEGS[leg])]
        told = home.says("status", run_id).stdout
        for words in ("CANCELLED in Snapshot import", "left behind", "object", "import_task", f"cancel {run_id} --import-task"):
            assert words in told
