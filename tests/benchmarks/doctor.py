"""How soon the doctor answers, in one run: `python -m tests.benchmarks.doctor [RUNS]`.

The doctor runs in a terminal of its own (120x40). Times count from the start of the process to the first frame, and from the first
frame to the words that say that all is answered. Goals: the first frame at most 1.15 times that of a Textual app with one widget;
local checks within 0.2 s of it; all checks of a healthy machine with the stand-in for AWS within 2 s; with three hosts that hang
never more than 15 s, and the rest is shown meanwhile.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import signal
import socket
import statistics
import struct
import sys
import tempfile
import termios
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tests.benchmarks.startup import LIMIT, MINIMAL
from tests.commands.test_doctor import GOOD, JOIN
from tests.doubles import canvos_repo
from tests.on_stage import OnStage, on_stage

FIRST = b"Checking the prerequisites"
HANGING = (b"github.com", b"quay.io", b"us-docker.pkg.dev")
Row = tuple[str, float, str]


def moments(command: Sequence[str], environ: Mapping[str, str], home: Path, *words: bytes) -> list[float]:
    """Seconds from the start of the process until each of the words was painted, one after the other."""
    began = time.perf_counter()
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(home)
        os.execve(command[0], list(command), dict(environ))
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    seen, found = b"", list[float]()
    try:
        for word in words:
            while word not in seen:
                ready, _, _ = select.select([terminal], [], [], LIMIT)
                if not ready:
                    raise SystemExit(f"{command[-1]}: {word.decode()} was not painted within {LIMIT:.0f} s of silence")
                seen += os.read(terminal, 65536)
            found.append(time.perf_counter() - began)
            seen = seen[seen.index(word) :]
        return found
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(terminal)


@contextlib.contextmanager
def hanging_proxy() -> Iterator[str]:
    """A proxy that never answers for three of the hosts and refuses the rest at once."""
    listening = socket.create_server(("127.0.0.1", 0), backlog=64)
    held: list[socket.socket] = []

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection = listening.accept()[0]
                held.append(connection)
                asked = connection.recv(4096)
                if not any(host in asked for host in HANGING):
                    connection.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                    connection.close()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        listening.close()
        for connection in held:
            connection.close()


def plain_environ(home: Path, **more: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    path = os.pathsep.join(filter(None, (str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", ""))))
    terminal = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"}
    return {**kept, **terminal, "HOME": str(home), "XDG_STATE_HOME": str(home / "state"), "PYTHONPATH": path, **more}


def furnished(scene: OnStage) -> None:
    """A checkout with all its files in order, as the doctor of a healthy machine finds it."""
    folder = canvos_repo.make(scene.checkout)
    canvos_repo.git(folder, "checkout", "-q", "v4.9.38")
    (folder / ".git" / "info" / "exclude").write_text("user-data\n")
    (folder / ".arg").write_text(GOOD.replace("acme-images", scene.stage.bucket).replace("eu-west-1", scene.stage.region))
    keys = f"AWS_PROFILE=\nAWS_ACCESS_KEY_ID={scene.stage.keys.key_id}\nAWS_SECRET_ACCESS_KEY={scene.secret}\n"
    (folder / ".secret").write_text(keys)
    (folder / ".secret").chmod(0o600)
    (folder / "user-data").write_text(JOIN)


def median(times: Sequence[float]) -> float:
    return statistics.median(times[1:])  # the first turn fills the caches


def first_frames(home: Path, runs: int) -> Iterator[Row]:
    """The doctor's first frame beside that of the smallest app."""
    environ = plain_environ(home)
    doctor = [sys.executable, "-m", "canvos_tui", "doctor"]
    minimal, ours = [], []
    for _ in range(runs + 1):
        minimal += moments([sys.executable, "-c", MINIMAL], environ, home, b"painted by the minimal app")
        ours += moments(doctor, environ, home, FIRST)
    ratio = median(ours) / median(minimal)
    yield "first frame", median(ours), f"{ratio:.2f} x minimal Textual app ({median(minimal) * 1000:.0f} ms), goal 1.15"


def answered(name: str, command: Sequence[str], environ: Mapping[str, str], home: Path, runs: int, goal: str) -> Row:
    """From the first frame until everything is answered; `took` stands in the verdict's line only then."""
    times = []
    for _ in range(runs + 1):
        first, last = moments(command, environ, home, FIRST, b" s ago")
        times.append(last - first)
    return name, median(times), goal


def with_hanging_hosts(home: Path) -> Iterator[Row]:
    """Until what does not hang is shown, and until the last limit is over."""
    with hanging_proxy() as proxy:
        environ = plain_environ(home, HTTPS_PROXY=proxy, HTTP_PROXY=proxy, https_proxy=proxy, http_proxy=proxy)
        command = [sys.executable, "-m", "canvos_tui", "doctor"]
        first, others, last = moments(command, environ, home, FIRST, b"NET-AWSCLI", b" s ago")
    yield "three hosts hang: a refused host is shown", others - first, "while the others wait"
    yield "three hosts hang: all answered", last - first, "goal 15 s"


def main() -> None:
    """Prints a line per question: median in milliseconds, and the goal."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    with tempfile.TemporaryDirectory() as root:
        home = Path(root) / "bare"
        home.mkdir()
        rows = list(first_frames(home, runs))
        with on_stage(Path(root)) as scene:
            furnished(scene)
            local = [sys.executable, "-m", "canvos_tui", "doctor"]
            for category in ("host", "tools", "repo", "files"):
                local += ["--only", category]
            environ = {**plain_environ(home), **scene.bare}
            rows.append(answered("local checks of this machine", local, environ, scene.home, runs, "goal 0.2 s after the first frame"))
            every, goal = OnStage.command("doctor"), "goal 2 s after the first frame"
            rows.append(
                answered("all checks, healthy, stand-in for AWS", every, environ, scene.home, runs, "goal 2 s after the first frame")
            )
        rows += with_hanging_hosts(home)
    for name, seconds, goal in rows:
        sys.stdout.write(f"{name:<44} {seconds * 1000:8.1f} ms   {goal}\n")


if __name__ == "__main__":
    main()
