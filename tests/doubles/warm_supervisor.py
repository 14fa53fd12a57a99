"""Supervisors that need not load anything: forked from a process that has it all loaded, one for each process of the tests.

A supervisor starts in half a second of a processor, nearly all of it for the SDK and its description of EC2, and the tests start two
hundred. Here its process is forked instead: same arguments, same environment, same pipes, same `main`. Only its command line and its
parent are others; tests to which that matters, and a share of all others, start the real one (the marker `cold`).
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from canvos_tui.adapters.runs import local_runs

ROOT = Path(__file__).parents[2]
_WORDS = ["-m", "canvos_tui.supervisor"]
PIPE, DEVNULL, TimeoutExpired = subprocess.PIPE, subprocess.DEVNULL, subprocess.TimeoutExpired


class Popen:
    """What `local_runs` needs of subprocess.Popen for a supervisor."""

    def __init__(self, args: Sequence[str], cwd: Path, env: Mapping[str, str], **streams: Any) -> None:
        assert list(args[:3]) == [sys.executable, *_WORDS], args
        assert streams == {"stdin": PIPE, "stdout": PIPE, "stderr": DEVNULL, "start_new_session": True}
        self._order = json.dumps({"argv": list(args[3:]), "cwd": str(cwd), "env": dict(env)}).encode("utf-8", "surrogateescape")
        self.returncode = 0

    def communicate(self, data: bytes = b"", timeout: float | None = None) -> tuple[bytes, None]:
        """Writes its stdin, and reads its stdout until no process holds it."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.settimeout(timeout)
            with _STARTING:  # several threads may be the first, and `cache` lets them all in
                address = _server()
            line.connect(address)
            mine, its = socket.socketpair()
            with mine:
                with its:
                    socket.send_fds(line, [len(self._order).to_bytes(4, "big")], [its.fileno()])
                    line.sendall(self._order)
                mine.settimeout(timeout)
                mine.sendall(data)
                mine.shutdown(socket.SHUT_WR)
                try:
                    found = b"".join(iter(lambda: mine.recv(65536), b""))
                    self.returncode = int.from_bytes(line.recv(1), "big")
                except TimeoutError:
                    raise TimeoutExpired(_WORDS, timeout or 0) from None
        return found, None

    def kill(self) -> None:
        """Nothing: who did not answer in time is not waited for."""


@cache
def _server() -> bytes:
    """The address of this process's server, which ends with it."""
    address = f"\0canvos-tui-warm-{os.getpid()}".encode()
    environ = {name: os.environ[name] for name in ("PATH", "PYTHONDONTWRITEBYTECODE") if name in os.environ}
    process = subprocess.Popen(
        [sys.executable, "-m", __name__, address[1:].decode()], stdin=PIPE, stdout=PIPE, cwd=ROOT, env=environ, start_new_session=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    _KEPT.append(process)
    return address


_STARTING = threading.Lock()
_KEPT: list[subprocess.Popen[bytes]] = []  # its stdin is what it lives by


def serve(name: str) -> None:
    """Forks a supervisor for each connection, until stdin ends."""
    from botocore import loaders

    from canvos_tui.adapters.aws.boto import BotoDoor  # noqa: F401  what supervisors load
    from canvos_tui.adapters.aws.clients import plain_session
    from canvos_tui.adapters.catalogue import load_catalogue
    from canvos_tui.supervisor import process  # noqa: F401

    load_catalogue()  # a fifth of a second of YAML and patterns, the same for every run
    warm = loaders.create_loader()
    loaders.create_loader = lambda *_, **__: warm  # it holds files of the SDK and nothing of anybody's environment
    for service in ("s3", "ec2", "sts"):
        plain_session().client(service, "us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
    plain_session.cache_clear()
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(b"\0" + name.encode())
    listener.listen(16)
    gc.collect()
    gc.freeze()
    os.write(1, b"ready\n")
    while True:
        ready = _either(listener)
        if not ready:
            return
        line, _ = listener.accept()
        if os.fork() == 0:
            listener.close()
            _become(line)
        line.close()
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)


def _either(listener: socket.socket) -> bool:
    """True for a connection, False at the end of stdin."""
    return 0 not in select.select([0, listener.fileno()], [], [])[0]


def _become(line: socket.socket) -> None:
    """The middle process: it forks the supervisor, and tells the status by which that ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    length, fds, _, _ = socket.recv_fds(line, 4, 1)
    order = json.loads(_read(line, int.from_bytes(length, "big")).decode("utf-8", "surrogateescape"))
    child = os.fork()
    if child:
        os.close(fds[0])
        _, status = os.waitpid(child, 0)
        line.sendall(bytes([os.waitstatus_to_exitcode(status) & 0xFF]))
        os._exit(0)
    line.close()
    os.setsid()
    null = os.open(os.devnull, os.O_RDWR)
    for number, source in enumerate((fds[0], fds[0], null)):
        os.dup2(source, number)
    os.closerange(3, max(null, fds[0]) + 1)
    os.chdir(order["cwd"])
    os.environ.clear()
    os.environ.update(order["env"])
    sys.argv = ["supervisor", *order["argv"]]
    try:
        from canvos_tui.supervisor.process import main

        status = main()
    except BaseException:  # as the interpreter would end
        os._exit(1)
    os._exit(status)


def _read(line: socket.socket, count: int) -> bytes:
    found = b""
    while len(found) < count:
        found += line.recv(count - len(found))
    return found


def use(monkeypatch: Any) -> None:
    """Lets the runs of a test start their supervisors here."""
    monkeypatch.setattr(local_runs, "subprocess", sys.modules[__name__])


if __name__ == "__main__":
    serve(sys.argv[1])
