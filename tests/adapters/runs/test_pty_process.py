"""A command on a terminal of its own."""

from __future__ import annotations

import os
import re
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from canvos_tui.adapters.processes import session_members, stat_fields
from canvos_tui.adapters.runs.pty_process import PtyProcess
from tests.waiting import until


class Started:
    """A process whose output is gathered."""

    def __init__(self, folder: Path, script: str, columns: int = 160) -> None:
        self.process = PtyProcess(("/bin/bash", "-c", script), folder, {"PATH": os.environ["PATH"], "X": "1"}, columns, 40)
        self.text = b""
        self.closed = False

    def drained(self) -> bool:
        while not self.closed and (data := self.process.read()) != b"":
            self.closed = data is None
            self.text += data or b""
        return self.closed

    def shows(self, text: bytes) -> None:
        until(lambda: self.drained() or text in self.text)
        assert text in self.text, self.text

    def ends(self) -> int:
        until(lambda: self.drained() and self.process.poll() is not None)
        code = self.process.poll()
        assert code is not None
        return code


@pytest.fixture
def start(tmp_path: Path) -> Iterator[type[Started]]:
    made: list[Started] = []

    class Here(Started):
        def __init__(self, script: str, columns: int = 160) -> None:
            super().__init__(tmp_path, script, columns)
            made.append(self)

    yield Here
    for one in made:
        one.process.kill()
        one.ends()
        one.process.close()


def test_it_has_a_controlling_terminal_of_its_own(start: type, tmp_path: Path) -> None:
    child = start("tty >/dev/null && [ -t 0 ] && [ -t 1 ] && [ -t 2 ] && echo to-tty >/dev/tty; ps -o sid= -p $$; stty size; pwd; env", 100)
    assert child.ends() == 0
    assert b"to-tty" in child.text
    assert str(child.process.pid).encode() in child.text
    assert b"40 100" in child.text
    assert str(tmp_path).encode() in child.text
    assert b"X=1" in child.text
    assert os.getsid(0) != child.process.pid


def test_a_new_size_reaches_the_build(start: type) -> None:
    child = start("trap 'stty size' WINCH; echo ready; while :; do read -t 0.1; done")
    child.shows(b"ready")
    child.process.resize(77, 33)
    child.shows(b"33 77")
    assert b"33 77" in child.text


def test_an_interrupt_reaches_the_whole_group(start: type) -> None:
    child = start("trap 'echo outer' INT; bash -c 'trap \"echo inner; exit 1\" INT; echo up; while :; do sleep 0.05; done'; exit 5")
    child.shows(b"up")
    assert child.process.interrupt()
    assert child.ends() == 5
    assert b"inner" in child.text
    assert b"outer" in child.text
    assert not child.process.interrupt()


def test_an_interrupt_works_though_we_ignore_it_ourselves(start: type) -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        child = start("echo up; exec sleep 60")
        child.shows(b"up")
        child.process.interrupt()
        assert child.ends() == -signal.SIGINT
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_kill_reaches_other_process_groups_of_the_session(start: type) -> None:
    child = start("set -m; trap '' INT TERM HUP; bash -c 'trap \"\" INT TERM HUP; sleep 61; true' & echo up; wait")
    child.shows(b"up")
    until(lambda: len(session_members(child.process.pid)) >= 3)
    assert child.process.kill() >= 3
    assert child.ends() == -signal.SIGKILL
    until(lambda: session_members(child.process.pid) == ())


def test_a_missing_command_is_an_error_and_leaves_no_descriptor(tmp_path: Path) -> None:
    before = len(os.listdir("/proc/self/fd"))
    with pytest.raises(FileNotFoundError):
        PtyProcess(("./nothing",), tmp_path, {})
    assert len(os.listdir("/proc/self/fd")) == before


APART = "trap 'echo got SIGINT; exit 1' INT; echo up; while :; do sleep 0.05; done"


@pytest.mark.parametrize("way", ["set -m; bash -c '{}'; true", "set -m; bash -c '{}' & wait; sleep 30", "setsid -w bash -c '{}'; true"])
def test_what_went_into_a_group_or_session_of_its_own_is_interrupted_too(start: type, way: str) -> None:
    child = start(way.format(APART.replace("'", "'\\''")))
    child.shows(b"up")
    assert child.process.interrupt()
    child.shows(b"got SIGINT")
    child.ends()


def test_a_kill_reaches_what_went_into_a_session_of_its_own(start: type) -> None:
    child = start("setsid -w bash -c 'trap \"\" HUP INT TERM; echo up $$; while :; do sleep 0.05; done'")
    until(lambda: child.drained() or re.search(rb"up \d+", child.text))
    found = re.search(rb"up (\d+)", child.text)
    assert found is not None
    assert child.process.kill() >= 2
    until(lambda: stat_fields(int(found[1])) == [] or stat_fields(int(found[1]))[0] == "Z")


def test_a_signal_that_is_held_waits_until_it_is_taken(tmp_path: Path) -> None:
    code = "import signal, time; time.sleep(0.3); print('ready', flush=True); signal.pthread_sigmask(signal.SIG_UNBLOCK, [2]); print('no')"
    process = PtyProcess((sys.executable, "-c", code), tmp_path, {"PATH": os.environ["PATH"]}, hold=(signal.SIGINT,))
    process.interrupt()
    until(lambda: process.poll() is not None)
    said = process.read()
    assert said is not None
    assert said.startswith(b"ready\r\nTraceback")
    process.close()
