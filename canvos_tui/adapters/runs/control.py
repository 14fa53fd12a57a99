"""Requests to a supervisor: lines of JSON through a named pipe in the run's folder."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path

from canvos_tui.core.values import dataclass


@dataclass(frozen=True)
class Stop:
    """Interrupt the build, or kill it."""

    force: bool


@dataclass(frozen=True)
class Resize:
    """The size of the build's terminal in characters."""

    columns: int
    rows: int


Request = Stop | Resize
_LARGEST = 64 * 1024


def send(path: Path, request: Request) -> bool:
    """Passes a request on; False when nobody listens."""
    data = {"stop": request.force} if isinstance(request, Stop) else {"resize": [request.columns, request.rows]}
    try:
        pipe = os.open(path, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        os.write(pipe, json.dumps(data).encode() + b"\n")
    except OSError:
        return False
    finally:
        os.close(pipe)
    return True


class ControlPipe:
    """The listening end."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._pending = b""
        self.fd = self._open()

    def requests(self) -> list[Request]:
        """What was asked since; text that is no request is dropped."""
        if self.fd < 0:
            return []
        with contextlib.suppress(BlockingIOError):
            self._pending += os.read(self.fd, _LARGEST)
        *lines, self._pending = self._pending[-_LARGEST:].split(b"\n")
        return [request for line in lines if (request := _parse(line))]

    def in_place(self) -> bool:
        """Whether the path still leads to this pipe."""
        try:
            here, there = os.fstat(self.fd), self._path.stat()
        except OSError:
            return False
        return here.st_ino == there.st_ino

    def close(self) -> None:
        """Stops listening and takes the pipe away."""
        if self.fd >= 0:
            if self.in_place():
                with contextlib.suppress(OSError):
                    self._path.unlink()
            os.close(self.fd)
            self.fd = -1

    def _open(self) -> int:
        try:
            self._path.unlink(missing_ok=True)
            os.mkfifo(self._path, 0o600)
            return os.open(self._path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)  # also for writing: it never ends then
        except OSError:
            return -1


def _parse(line: bytes) -> Request | None:
    try:
        data = json.loads(line)
        if "stop" in data:
            return Stop(force=bool(data["stop"]))
        columns, rows = data["resize"]
        return Resize(max(1, min(int(columns), 1000)), max(1, min(int(rows), 1000)))
    except (ValueError, TypeError, KeyError):
        return None
