"""Time and memory of `redact` and `diagnose` over a log: `python -m tests.benchmarks.log_ratios LOG [MEGABYTES ...]`.

The log is repeated up to each size (default 10, 100 and 1000 MB). The time is that of the processor for the work itself, without the
start of Python. A bare loop over the lines of the same file is measured before and behind each reading, for about as long: on a machine
that does something else, too, a short loop is lucky more often than a long reading. The middle one of the ratios counts. Goals: redact
at most 18 times the loop, diagnose 28 times; the peak of memory does not grow. Each measurement is a process of its own, so that one
peak does not hide the next. The time of a `grep` for the words that most people look for stands beside them.
"""

from __future__ import annotations

import contextlib
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

_SIZES = ("10", "100", "1000")
_WAYS = ("redact", "diagnose")
_OFTEN = 5  # times that a small file is read
_LOOPS = 8  # before and behind each of them


def repeated(source: bytes, megabytes: int, target: Path) -> None:
    """Writes the log again and again until the file has that size."""
    with target.open("wb") as file:
        while file.tell() < megabytes * 1_000_000:
            file.write(source)


def _loop(path: str) -> None:
    with open(path, encoding="utf-8", errors="replace") as lines:
        for _ in lines:
            pass


def _command(*words: str) -> None:
    from canvos_tui.cli import main

    with open(os.devnull, "w", encoding="utf-8") as nothing, contextlib.redirect_stdout(nothing), contextlib.redirect_stderr(nothing):
        main(list(words))


def _loops(path: str, times: int) -> float:
    """Seconds of the processor for one of so many loops."""
    began = time.process_time()
    for _ in range(times):
        _loop(path)
    return (time.process_time() - began) / times


def measure(name: str, path: str, small: str) -> str:
    """Milliseconds of a loop, seconds, their ratio and the peak in MB. What is loaded once is loaded before, with a small file."""
    _command(name, small)
    few = os.path.getsize(path) < 200_000_000
    told = []
    for _ in range(_OFTEN if few else 1):
        loop = _loops(path, _LOOPS if few else 1)
        began = time.process_time()
        _command(name, path)
        took = time.process_time() - began
        loop = (loop + _loops(path, _LOOPS if few else 1)) / 2
        told.append((took / loop, took, loop * 1000))
    ratio, took, loop = sorted(told)[len(told) // 2]
    return f"{loop} {took} {ratio} {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}"


def grepped(path: Path) -> float:
    """Milliseconds of the processor for `grep`."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        ["grep", "-ciE", "error|fail|denied", str(path)], capture_output=True, check=False, env={**os.environ, "LC_ALL": "C.UTF-8"}
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1000


def main() -> None:
    """Prints a line for each size and way."""
    if sys.argv[1:2] == ["--one"]:
        sys.stdout.write(measure(*sys.argv[2:5]))
        return
    source = Path(sys.argv[1]).read_bytes()
    with tempfile.TemporaryDirectory() as folder:
        path, small = Path(folder, "big.log"), Path(folder, "small.log")
        small.write_bytes(source[:100_000])
        for size in sys.argv[2:] or _SIZES:
            repeated(source, int(size), path)
            sys.stdout.write(f"{size:>5} MB  grep     {grepped(path) / 1000:8.3f} s\n")
            for name in _WAYS:
                told = subprocess.run(
                    [sys.executable, "-m", "tests.benchmarks.log_ratios", "--one", name, str(path), str(small)],
                    capture_output=True,
                    text=True,
                    check=True,
                ).stdout.split()
                loop, seconds, ratio, peak = map(float, told)
                sys.stdout.write(f"{size:>5} MB  {name:<8} {seconds:8.3f} s  loop {loop:7.1f} ms  {ratio:6.1f} x  peak {peak:6.1f} MB\n")
                sys.stdout.flush()


if __name__ == "__main__":
    main()
