"""How fast a build's output becomes a masked log, as ratios in one run: `python -m tests.benchmarks.log_path [MEGABYTES]`.

A child prints into a terminal; once it is read bare, once cleaned, masked and written as the supervisor does it. Goal: at least
0.3 of the bare read. A storm of reprinted progress goes through the cleaner alone. Goal: at least 50 MB/s, in linear time.
"""

from __future__ import annotations

import os
import pty
import sys
import tempfile
import time
from collections.abc import Callable

from canvos_tui.core.log.clean import LogCleaner
from canvos_tui.core.log.pipe import LogPipe
from canvos_tui.core.masking.spellings import Masked
from canvos_tui.core.secret import Secret

LINE = b"         +base-image | Get:%d http://archive.example.invalid/pool/main/p/package amd64 [37 kB]\r\n"
SECRETS = (Masked("aws_secret", Secret("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")),)


def through_terminal(path: str, take: Callable[[bytes], object]) -> float:
    """Seconds to read what `cat` prints into a terminal, each piece given to `take`."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execvp("cat", ["cat", path])
    began = time.perf_counter()
    try:
        while data := os.read(terminal, 65536):
            take(data)
    except OSError:  # the end of a terminal
        pass
    took = time.perf_counter() - began
    os.waitpid(pid, 0)
    os.close(terminal)
    return took


def storm(updates: int) -> bytes:
    """One line of progress, printed whole again for each update, as an open line is."""
    piece = b"".join(b"\rCompleted %d.0 MiB/512.0 MiB (16.0 MiB/s) with 1 file(s) remaining" % n for n in range(64))
    return b"".join(b"    +aws-cloud-image | \x1b[A" + piece for _ in range(updates)) + b"\n"


def main() -> None:
    """Prints the two ratios of the terminal path, and the speed and growth of the storm."""
    megabytes = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    with tempfile.TemporaryDirectory() as folder:
        source, target = f"{folder}/source", f"{folder}/target"
        with open(source, "wb") as file:
            for n in range(megabytes * 10_000):
                file.write(LINE % n)
        bare = min(through_terminal(source, lambda _: None) for _ in range(3))
        times = []
        for _ in range(3):
            pipe = LogPipe(SECRETS)
            with open(target, "wb") as log:
                times.append(through_terminal(source, lambda data, pipe=pipe, log=log: log.write(pipe.feed(data))))  # type: ignore[misc]
        full, size = min(times), os.path.getsize(source) / 1e6
    sys.stdout.write(
        f"bare read {size / bare:6.1f} MB/s   cleaned, masked, written {size / full:6.1f} MB/s   {bare / full:.2f} of the bare read\n"
    )
    speeds = []
    for updates in (500, 5000):
        data = storm(updates)
        began = time.perf_counter()
        cleaner = LogCleaner()
        for at in range(0, len(data), 65536):
            cleaner.feed(data[at : at + 65536])
        speeds.append(len(data) / 1e6 / (time.perf_counter() - began))
    sys.stdout.write(f"progress storm {speeds[0]:.0f} MB/s, ten times longer {speeds[1]:.0f} MB/s\n")


if __name__ == "__main__":
    main()
