"""Broken machines: the doctor is asked, the commands that it prints are pasted into bash as they stand, and it is asked again."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from tests import samples
from tests.journeys.wizard import CHECKOUT, House, house
from tests.terminal import Terminal

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Fault:
    """What is wrong on a machine, and the check that tells of it."""

    check: str
    make: Callable[[House], object]


def rewritten(name: str, change: Callable[[str], str]) -> Callable[[House], object]:
    def make(home: House) -> None:
        path = home.home / CHECKOUT / name
        path.write_bytes(change(path.read_text()).encode())

    return make


def closed_no_more(home: House) -> None:
    (home.home / CHECKOUT / ".secret").chmod(0o644)


def without_a_script(home: House) -> None:
    (home.home / CHECKOUT / "cloud-images" / "scripts" / "create-raw-to-ami.sh").unlink()


def not_to_be_started(home: House) -> None:
    home.git("-C", CHECKOUT, "config", "core.fileMode", "false")
    (home.home / CHECKOUT / "earthly.sh").chmod(0o644)


def with_torn_logins(home: House) -> None:
    (home.home / ".docker").mkdir()
    (home.home / ".docker" / "config.json").write_text("{")


def with_what_an_old_build_left(home: House) -> None:
    (home.home / CHECKOUT / "local-ui.tar").write_text("x")


def on_another_agents_tag(home: House) -> None:
    home.git("-C", CHECKOUT, "checkout", "-q", "v4.10.0")


NO_PROFILE = Fault("FILE-SECRET", rewritten(".secret", lambda text: text.replace("AWS_PROFILE=\n", "")))
OPEN = Fault("FILE-SECRET-PERM", closed_no_more)
WINDOWS = Fault("FILE-ARG", rewritten(".arg", lambda text: text.replace("\n", "\r\n")))
LOGINS = Fault("TOOL-DOCKER-CONFIG", with_torn_logins)
LEFT = Fault("REPO-LEFTOVERS", with_what_an_old_build_left)
AGENT = Fault("REPO-TAG", on_another_agents_tag)
DELETED = Fault("REPO-WHOLE", without_a_script)
CR_LF = Fault("REPO-WHOLE", lambda _: None)
STUCK = Fault("REPO-WHOLE", not_to_be_started)


@dataclass(frozen=True)
class Machine:
    """Faults that stand side by side: of what makes a checkout not whole the doctor tells one at a time. `way` is which fix is taken."""

    faults: tuple[Fault, ...]
    way: int = 0
    cloned: tuple[str, ...] = ()


ODD = (AGENT, NO_PROFILE, OPEN, WINDOWS, LOGINS, LEFT, DELETED)
MACHINES = {
    "seven faults": Machine(ODD),
    "seven faults, the other way": Machine(ODD, way=-1),
    "git wrote CR LF": Machine((CR_LF,), cloned=("-c", "core.autocrlf=true")),
    "earthly.sh cannot be started": Machine((STUCK,)),
}


@pytest.mark.parametrize("name", samples.every(MACHINES, lambda: [next(iter(MACHINES))]))
def test_what_the_doctor_prints_mends_the_machine(tmp_path, name: str) -> None:
    machine = MACHINES[name]
    with house(tmp_path) as home:
        home.clone(*machine.cloned)
        for fault in machine.faults:
            fault.make(home)
        told = home.says("doctor").stdout
        for fault in machine.faults:
            ways = list(pasteable(told, fault.check))
            assert ways, f"nothing can be pasted for {fault.check}:\n{told}"
            paste(home, ways[machine.way])
        again = home.says("doctor").stdout
        passed = {name for line in again.splitlines() if line.startswith("PASS") for name in line.split()[3:]}
        assert {fault.check for fault in machine.faults} <= passed, again


def pasteable(told: str, check: str) -> Iterator[list[str]]:
    """The commands of each way out that the doctor prints for a check, but for what needs root, an editor or the wizard."""
    blocks = (block.splitlines() for block in told.split("\n\n"))
    lines = next((block[1:] for block in blocks if block[0].split()[1:2] == [check]), [])
    starts = [n for n, line in enumerate(lines) if line.startswith(("     fix", "     or"))]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        commands = [line.strip() for line in lines[start + 1 : end] if line.startswith(" " * 14)]
        if commands and not any(re.search(r"\[root\]|EDITOR|canvos-tui --checkout", command) for command in commands):
            yield commands


def paste(home: House, commands: list[str]) -> None:
    """Into bash, on a terminal; what asks is told yes."""
    with Terminal(["bash", "-e", "-c", "\n".join(commands)], home.environ, cwd=home.home) as terminal:
        terminal.until(lambda: terminal.process.poll() is not None or terminal.text.rstrip().endswith("[y/N]"))
        terminal.press("y", "enter")
        assert terminal.wait() == 0, terminal.text
