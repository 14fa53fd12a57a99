"""Time and memory of `redact` and `diagnose` over a log: `python -m tests.benchmarks.log_ratios LOG [MEGABYTES ...]`.

The log is repeated up to each size (default 10, 100 and 1000 MB). The time is that of the work itself, without the start of Python,
beside a bare loop over the lines of the same file in the same run. Goals: redact at most 18 times the loop, diagnose 28 times; the
peak of memory does not grow. Each measurement is a process of its own, so that one peak does not hide the next.
"""

from __future__ import annotations

import contextlib
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

_SIZES = ("10", "100", "1000")
_WAYS = ("loop", "redact", "diagnose")
_OFTEN = 3  # times that a small file is read; the quickest counts


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


def _way(name: str) -> Callable[[str], None]:
    return {"loop": _loop, "redact": lambda path: _command("redact", path), "diagnose": lambda path: _command("diagnose", path)}[name]


def measure(name: str, path: str, small: str) -> str:
    """Seconds and the peak in MB; what is loaded and compiled once is done before, with a small file."""
    work = _way(name)
    work(small)
    took = []
    for _ in range(_OFTEN if os.path.getsize(path) < 200_000_000 else 1):
        began = time.perf_counter()
        work(path)
        took.append(time.perf_counter() - began)
    return f"{min(took)} {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}"


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
            bare = 0.0
            for name in _WAYS:
                told = subprocess.run(
                    [sys.executable, "-m", "tests.benchmarks.log_ratios", "--one", name, str(path), str(small)],
                    capture_output=True,
                    text=True,
                    check=True,
                ).stdout.split()
                seconds, peak = map(float, told)
                bare = bare or seconds
                sys.stdout.write(f"{size:>5} MB  {name:<8} {seconds:8.3f} s  {seconds / bare:6.1f} x  peak {peak:6.1f} MB\n")
                sys.stdout.flush()


if __name__ == "__main__":
    main()
