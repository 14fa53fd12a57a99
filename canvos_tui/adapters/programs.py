"""Runs another program beside the event loop, and ends it with all that it started when nobody waits for it any more.

Not by asyncio's own subprocesses: where those are cancelled while they start, as by somebody who leaves the wizard just then, the
closing of the loop waits for their pipes for ever (seen with CPython 3.11.7).
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from canvos_tui.adapters import threads
from canvos_tui.core.values import dataclass

T = TypeVar("T")
_GRACE = 10.0  # seconds that a killed program gets to be gone
_PIECE = 4096  # bytes


@dataclass(frozen=True)
class Ended:
    """How a program ended: its status, negative for a signal, and what it printed; nothing where it was not listened to."""

    code: int
    out: bytes
    err: bytes


@dataclass(frozen=True)
class Program:
    """A program with its arguments; it has a session of its own, so that it can ask nobody and be ended as a whole."""

    args: Sequence[str | Path]
    environ: Mapping[str, str]

    async def run(self, limit: float, *, stdin: bytes | None = None) -> Ended:
        """What it printed; TimeoutError after `limit` seconds, OSError where it cannot be started. Its stdin is empty by default."""

        def work(child: _Child) -> Ended:
            process = child.start(stdin=subprocess.PIPE if stdin is not None else subprocess.DEVNULL, stdout=subprocess.PIPE)
            try:
                out, err = process.communicate(stdin, timeout=limit)
            except subprocess.TimeoutExpired:
                raise TimeoutError from None
            return Ended(process.returncode, out, err)

        return await self._beside(work)

    async def stream(self, heard: Callable[[bytes], None]) -> int:
        """Tells each piece that it prints on stderr, in the thread of the event loop; its status."""
        loop = asyncio.get_running_loop()

        def work(child: _Child) -> int:
            process = child.start(stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
            assert process.stderr is not None
            while data := os.read(process.stderr.fileno(), _PIECE):
                with contextlib.suppress(RuntimeError):  # the loop is closed: nobody listens any more
                    loop.call_soon_threadsafe(heard, data)
            return process.wait()

        return await self._beside(work)

    async def _beside(self, work: Callable[[_Child], T]) -> T:
        child = _Child(self)

        def main() -> T:
            try:
                return work(child)
            finally:
                child.end()

        running = asyncio.ensure_future(threads.call(main))
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            child.kill()
            # it is over when the caller goes on, which may clear up after it; at the end of the loop that task is cancelled as well
            await asyncio.wait({running}, timeout=_GRACE)
            if running.done() and not running.cancelled():
                running.exception()
            raise


class _Child:
    """The process of a program, which one thread waits for and another one may kill, also before it was started."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._unwanted = False

    def start(self, stdin: int, stdout: int) -> subprocess.Popen[bytes]:
        """Its process; ChildProcessError where it was killed before."""
        with self._lock:
            if self._unwanted:
                raise ChildProcessError
            self._process = subprocess.Popen(
                self._program.args,
                stdin=stdin,
                stdout=stdout,
                stderr=subprocess.PIPE,
                env=self._program.environ,
                start_new_session=True,
            )
            return self._process

    def kill(self) -> None:
        """Ends it and what it started."""
        with self._lock:
            self._unwanted = True
            process = self._process
            if process is not None and process.returncode is None:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(process.pid, signal.SIGKILL)

    def end(self) -> None:
        """Leaves nothing of it behind."""
        self.kill()
        if self._process is not None:
            for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
                if pipe is not None:
                    with contextlib.suppress(OSError):
                        pipe.close()
            self._process.wait()
