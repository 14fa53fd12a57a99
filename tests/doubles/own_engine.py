"""A real Docker engine of a test's own, with all its files in one folder; and an image with nothing but a shell."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

_APPLETS = ("sh", "true", "echo", "sleep", "tail")


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
        command = ["dockerd", *where, "-H", self.host, "--bridge", "none", "--iptables=false"]
        with (place / "log").open("ab") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        deadline = time.monotonic() + 30
        while self.ask("info").returncode:
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                return False
            time.sleep(0.2)
        return True

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
def own_engine() -> Iterator[OwnEngine]:
    """One that runs; skips the test where there can be none, and leaves nothing behind."""
    if os.geteuid() or not shutil.which("dockerd") or not shutil.which("docker"):
        pytest.skip("a Docker engine of our own needs root, dockerd and docker")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        engine = OwnEngine(Path(name))
        if not engine.start():
            pytest.skip("dockerd does not start here")
        try:
            yield engine
        finally:
            engine.start()  # one that was killed left containers behind, which its successor ends
            engine.stop()
            _unmount(name)


def _unmount(place: str) -> None:
    """Takes down what an engine mounts below its folder and leaves there, the last one first."""
    mounted = [line.split()[1] for line in Path("/proc/self/mounts").read_text().splitlines()]
    for path in reversed([path for path in mounted if path.startswith(f"{place}/")]):
        subprocess.run(["umount", "--lazy", path], capture_output=True, check=False)


def _is_dynamic(path: str) -> bool:
    """By its headers: a program that is not linked statically names its loader."""
    head = Path(path).read_bytes()[:4096]
    return b"ld-linux" in head or b"ld-musl" in head
