"""Another program beside the event loop: its answer, its end, and nothing of it that stays or holds anybody up."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from canvos_tui.adapters.processes import stat_fields
from canvos_tui.adapters.programs import Program
from tests.waiting import soon

LEAVE = """
import asyncio, os, sys
from canvos_tui.adapters.programs import Program

async def leave(turns):
    task = asyncio.ensure_future(Program(("sleep", "600"), os.environ).run(600))
    for _ in range(turns):
        await asyncio.sleep(0)

for turns in range(60):
    asyncio.run(leave(turns))
print("left sixty times")
"""


def shell(text: str) -> Program:
    return Program(("sh", "-c", text), os.environ)


def gone(pid: int) -> bool:
    fields = stat_fields(pid)
    return not fields or fields[0] == "Z"


async def test_what_it_printed_and_how_it_ended():
    ended = await shell("cat; echo told >&2; exit 3").run(30, stdin=b"fed")
    assert (ended.code, ended.out, ended.err) == (3, b"fed", b"told\n")
    assert (await shell("cat").run(30)).out == b""
    assert (await shell("kill -9 $$").run(30)).code == -9


async def test_one_that_cannot_be_started():
    with pytest.raises(FileNotFoundError):
        await Program(("/no/such/program",), os.environ).run(30)


async def test_one_that_takes_too_long_is_ended_with_its_children(tmp_path):
    with pytest.raises(TimeoutError):
        await shell(f"sleep 600 & echo $! > {tmp_path}/child; echo $$ > {tmp_path}/own; wait").run(0.5)
    for name in ("own", "child"):
        pid = int((tmp_path / name).read_text())
        await soon(partial(gone, pid))


async def test_one_that_nobody_waits_for_is_gone_before_the_caller_goes_on(tmp_path):
    own = tmp_path / "own"
    task = asyncio.ensure_future(shell(f"echo $$ > {own}; exec sleep 600").run(600))
    await soon(lambda: own.exists() and own.read_text().strip())
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert gone(int(own.read_text()))


async def test_its_stderr_piece_by_piece():
    heard: list[bytes] = []
    assert await shell("echo one >&2; echo not heard; echo two >&2; exit 4").stream(heard.append) == 4
    assert b"".join(heard) == b"one\ntwo\n"


async def test_it_can_ask_nobody():
    """In a session of its own there is no terminal that a question could be put to."""
    assert (await shell("(: < /dev/tty) 2>/dev/null && echo asked || echo alone").run(30)).out == b"alone\n"


def test_a_loop_that_ends_while_a_program_starts_is_not_held_up():
    """Whoever leaves just then leaves: CPython's own subprocesses kept the loop for ever, at the first of these sixty moments."""
    done = subprocess.run([sys.executable, "-c", LEAVE], capture_output=True, text=True, cwd=Path(__file__).parents[2], timeout=120)
    assert (done.stdout, done.stderr) == ("left sixty times\n", "")
