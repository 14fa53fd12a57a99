"""A command in a session and on a terminal of its own, so that nothing of ours is its terminal and it can be stopped as a whole."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import signal
import struct
import subprocess
import termios
from collections.abc import Mapping, Sequence
from pathlib import Path

from canvos_tui.adapters.processes import family, signal_family

READ = 64 * 1024


class PtyProcess:
    """A running command; `fd` is readable when it printed something. stdin, stdout and stderr are its terminal."""

    def __init__(  # noqa: PLR0913  what a process starts with
        self,
        command: Sequence[str],
        cwd: Path,
        environ: Mapping[str, str],
        columns: int = 160,
        rows: int = 50,
        *,
        keep: Sequence[int] = (),
        hold: Sequence[int] = (),
    ) -> None:
        """`keep` are descriptors that it gets, `hold` signals that wait until it is ready for them, and says so."""
        self.fd, inner = os.openpty()
        try:
            _set_size(inner, columns, rows)
            self._process = subprocess.Popen(
                list(command),
                cwd=cwd,
                env=dict(environ),
                stdin=inner,
                stdout=inner,
                stderr=inner,
                start_new_session=True,
                pass_fds=tuple(keep),
                preexec_fn=lambda: _own_terminal(hold),  # a few system calls, and no thread of ours exists yet
            )
        except BaseException:
            os.close(self.fd)
            raise
        finally:
            os.close(inner)
        os.set_blocking(self.fd, False)

    @property
    def pid(self) -> int:
        """The leader of the session and of its first process group."""
        return self._process.pid

    def read(self) -> bytes | None:
        """What was printed since, at most 64 KiB; b"" when nothing waits, None when the terminal is closed by all."""
        try:
            return os.read(self.fd, READ) or None
        except BlockingIOError:
            return b""
        except OSError as error:
            if error.errno == errno.EIO:  # how Linux says that no process has the terminal open any more
                return None
            raise

    def poll(self) -> int | None:
        """The exit status, negative for a signal, None while it runs."""
        return self._process.poll()

    def resize(self, columns: int, rows: int) -> None:
        """Gives the terminal another size; its foreground processes get SIGWINCH from the kernel."""
        with contextlib.suppress(OSError):
            _set_size(self.fd, columns, rows)

    def answer(self, data: bytes) -> None:
        """Types on the command's keyboard; lost when nobody reads it."""
        with contextlib.suppress(OSError):
            os.write(self.fd, data)

    def interrupt(self) -> bool:
        """SIGINT to its process groups, as Ctrl-C would to the one in front; False when there is none any more."""
        front = 0
        with contextlib.suppress(OSError):  # a terminal that nobody has open
            front = os.tcgetpgrp(self.fd)
        return signal_family(self.pid, signal.SIGINT, front)

    def kill(self) -> int:
        """SIGKILL to every process of the session, and to what they started in sessions of their own; how many there were."""
        members = family(self.pid)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        for pid in members:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        return len(members)

    def close(self) -> None:
        """Closes our end; what still uses the terminal gets SIGHUP."""
        with contextlib.suppress(OSError):
            os.close(self.fd)


def _own_terminal(hold: Sequence[int]) -> None:
    """In the child, a new session already: makes stdin its controlling terminal, and Ctrl-C work also for who started us with nohup."""
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGHUP, signal.SIGTSTP):
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, hold)
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def _set_size(fd: int, columns: int, rows: int) -> None:
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
