"""A process that is not waited for any more is gone, with its pipes."""

from __future__ import annotations

import asyncio
import signal

from canvos_tui.adapters.processes import release


async def test_a_process_that_nobody_waits_for_is_killed_and_its_pipes_are_closed():
    process = await asyncio.create_subprocess_exec("sleep", "60", stdout=asyncio.subprocess.PIPE)
    release(process)
    assert process._transport.is_closing()  # type: ignore[attr-defined]
    assert await asyncio.wait_for(process.wait(), 30) == -signal.SIGKILL


async def test_one_that_ended_is_only_closed():
    process = await asyncio.create_subprocess_exec("true", stdout=asyncio.subprocess.PIPE)
    assert await process.wait() == 0
    release(process)
    assert process.returncode == 0
