"""A real Docker engine of a test's own, with all its files in one folder; and an image with nothing but a shell.

`python -m tests.doubles.own_engine` runs one until it gets SIGTERM or its parent ends. Its first line is where the engine answers;
where there can be none, that is said instead, with exit code 1. The image of the prerequisite check is there without a pull.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

import pytest

from tests.doubles import narrow_runc
from tests.doubles.fake_engine import IMAGE

_APPLETS = ("sh", "true", "echo", "sleep", "tail")


class NoEngineError(Exception):
    """Why there can be no engine here."""


@dataclass
class OwnEngine:
    """dockerd on a socket in `place`; `environ` is what a docker command needs to find it."""

    place: Path
    process: subprocess.Popen[bytes] | None = None
    environ: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.host = f"unix://{self.place}/d.sock"
        self.environ = {"PATH": os.environ["PATH"], "HOME": str(self.place), "DOCKER_HOST": self.host}

    def start(self) -> bool:
        """Whether it answers; nothing happens where it runs already."""
        if self.process is not None:
            return True
        place = self.place
        where = ["--data-root", str(place / "data"), "--exec-root", str(place / "exec"), "--pidfile", str(place / "pid")]
        # a containerd of the machine's own is used where there is one, and must not take our containers for somebody else's
        where += ["--containerd-namespace", f"tests-{os.getpid()}", "--containerd-plugins-namespace", f"tests-{os.getpid()}-plugins"]
        command = ["dockerd", *where, "-H", self.host, "--bridge", "none", "--iptables=false", *self._runtime()]
        with (place / "log").open("ab") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        deadline = time.monotonic() + 30
        while self.ask("info").returncode:
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                return False
            time.sleep(0.2)
        return True

    def _runtime(self) -> list[str]:
        """The options for runc as it can be used here: in a sandbox without some capability no privileged container runs otherwise."""
        if not narrow_runc.lacking():
            return []
        path = self.place / "runc"
        path.write_text(f'#!/bin/sh\nexec {shlex.join([sys.executable, "-I", narrow_runc.__file__])} "$@"\n', encoding="utf-8")
        path.chmod(0o755)
        return ["--add-runtime", f"narrow={path}", "--default-runtime", "narrow"]

    @property
    def last_words(self) -> str:
        """What it wrote last."""
        lines = (self.place / "log").read_text(encoding="utf-8", errors="replace").splitlines()
        return lines[-1] if lines else "it said nothing"

    def stop(self) -> None:
        """Shuts it down as a service manager does."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(30)
            self.process = None

    def kill(self) -> None:
        """Ends it without a chance to take anything with it."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(20)
            self.process = None
            for stale in ("pid", "exec/containerd/containerd.pid"):  # its successor may take another process for the dead one
                (self.place / stale).unlink(missing_ok=True)

    def ask(self, *words: str, data: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
        """A docker command on it."""
        return subprocess.run(["docker", *words], env=self.environ, input=data or b"", capture_output=True, check=False, timeout=60)

    def told(self, *words: str) -> str:
        """What a command on it prints; it has to succeed."""
        done = self.ask(*words)
        assert done.returncode == 0, done.stderr
        return done.stdout.decode().strip()

    def take_image(self, name: str) -> bool:
        """Makes an image of that name with a shell in it; False where this machine has no static busybox."""
        busybox = shutil.which("busybox")
        if busybox is None or _is_dynamic(busybox):
            return False
        root = self.place / "root"
        (root / "bin").mkdir(parents=True, exist_ok=True)
        shutil.copy(busybox, root / "bin" / "busybox")
        for applet in _APPLETS:
            with contextlib.suppress(FileExistsError):
                (root / "bin" / applet).symlink_to("busybox")
        packed = subprocess.run(["tar", "-C", str(root), "-c", "."], capture_output=True, check=True).stdout
        return self.ask("import", "-", name, data=packed).returncode == 0


@contextlib.contextmanager
def running() -> Iterator[OwnEngine]:
    """One that runs, and leaves nothing behind; NoEngineError where there can be none."""
    missing = [name for name in ("dockerd", "docker") if not shutil.which(name)]
    if os.geteuid() or missing:
        raise NoEngineError(f"{missing[0]} is not installed" if missing else "only root may start a Docker engine")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        engine = OwnEngine(Path(name))
        try:
            if not engine.start():
                raise NoEngineError(f"dockerd does not start here: {engine.last_words}")
            yield engine
            engine.start()  # one that was killed left containers behind, which its successor ends
        finally:
            engine.stop()
            _unmount(name)


@contextlib.contextmanager
def own_engine() -> Iterator[OwnEngine]:
    """The same for a test, which is skipped where there can be none."""
    with contextlib.ExitStack() as stack:
        try:
            engine = stack.enter_context(running())
        except NoEngineError as error:
            pytest.skip(str(error))
        yield engine


def _unmount(place: str) -> None:
    """Takes down what an engine mounts below its folder and leaves there, the last one first."""
    mounted = [line.split()[1] for line in Path("/proc/self/mounts").read_text().splitlines()]
    for path in reversed([path for path in mounted if path.startswith(f"{place}/")]):
        subprocess.run(["umount", "--lazy", path], capture_output=True, check=False)


def _is_dynamic(path: str) -> bool:
    """By its headers: a program that is not linked statically names its loader."""
    head = Path(path).read_bytes()[:4096]
    return b"ld-linux" in head or b"ld-musl" in head


def main() -> int:
    """Serves whoever started it."""
    parent = os.getppid()
    signal.signal(signal.SIGTERM, _leave)
    try:
        with running() as engine:
            has_image = engine.take_image(IMAGE)
            sys.stdout.write(f"{engine.host if has_image else 'there is no static busybox to make an image of'}\n")
            sys.stdout.flush()
            while has_image and os.getppid() == parent:
                time.sleep(0.5)
    except NoEngineError as error:
        sys.stdout.write(f"{error}\n")
        return 1
    return 0 if has_image else 1


def _leave(*_: object) -> NoReturn:
    raise SystemExit(0)


if __name__ == "__main__":
    raise SystemExit(main())
