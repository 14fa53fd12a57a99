"""The log view against other ways to look at a log, in one run: `python -m tests.benchmarks.log_peers [LINES] [PART ...]`.

Parts: feed keys search bytes slow; all without an argument. Peers that are not there are said to be missing, nothing is installed;
`TOOLONG=/path/to/tl` names a toolong of another environment. Figures are only good as ratios within one run.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from canvos_tui.adapters.log.file import LogFile
from canvos_tui.core.log.query import Search, parse_query
from tests.benchmarks.driven import Driven

LINE = "\x1b[36m         +base-image\x1b[0m | Get:%d http://archive.example.invalid/pool/main/p/package-%d amd64 [37 kB]\n"
LAST = b"THE-LAST-LINE"
PATIENCE = 240.0
PARTS = ("feed", "keys", "search", "bytes", "slow")


@dataclass(frozen=True)
class Viewer:
    """A way to look at a growing file. `field` opens something to type into, `few` is how many lines it gets instead of all."""

    name: str
    command: tuple[str, ...]
    field: bytes = b""
    few: int = 0
    environ: tuple[tuple[str, str], ...] = ()


def viewers() -> list[Viewer]:
    """Ours first, then those that are there."""
    python = sys.executable
    found = [
        Viewer("canvos-tui", (python, "-m", "tests.benchmarks.log_app", "FILE"), b"/"),
        Viewer("Log", (python, "-m", "tests.benchmarks.stock_app", "log", "FILE")),
        Viewer("RichLog", (python, "-m", "tests.benchmarks.stock_app", "rich", "FILE"), few=20_000),
    ]
    for name, words, field in (
        ("toolong", ("tl", "FILE"), b""),
        ("lnav", ("lnav", "FILE"), b"/"),
        ("less", ("less", "-R", "+F", "FILE"), b""),
    ):
        path = os.environ.get("TOOLONG") if name == "toolong" else None
        path = path or shutil.which(words[0])
        if path:
            found.append(Viewer(name, (path, *words[1:]), field))
        else:
            say(f"{name}: missing, not measured")
    return found


def say(text: str) -> None:
    """A line of the report."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


@contextmanager
def started(viewer: Viewer, path: Path, rate: float | None = None, more: Mapping[str, str] | None = None) -> Iterator[Driven]:
    """The viewer on that file, settled."""
    root = str(Path(__file__).parents[2])
    environ = {"PYTHONPATH": root, "HOME": str(path.parent), "XDG_STATE_HOME": str(path.parent), **dict(viewer.environ), **(more or {})}
    driven = Driven([str(path) if word == "FILE" else word for word in viewer.command], environ, rate)
    try:
        driven.rest(2.0)
        yield driven
    finally:
        driven.close()


class Writer(threading.Thread):
    """Appends lines to a file at a steady rate, in pieces of 10 ms."""

    def __init__(self, path: Path, rate: int) -> None:
        super().__init__(daemon=True)
        self._path, self._rate = path, rate
        self.over = threading.Event()

    def run(self) -> None:
        """Until it is over."""
        block = "".join(LINE % (n, n) for n in range(self._rate // 100)).encode()
        due = time.perf_counter()
        with self._path.open("ab", buffering=0) as file:
            while not self.over.is_set():
                file.write(block)
                due += 0.01
                time.sleep(max(0.0, due - time.perf_counter()))


@contextmanager
def writing(path: Path, rate: int) -> Iterator[None]:
    """A writer beside what is measured."""
    writer = Writer(path, rate)
    writer.start()
    try:
        yield
    finally:
        writer.over.set()
        writer.join()


def percentile(values: list[float], share: float) -> float:
    """In milliseconds."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))] * 1000


def feed(folder: Path, source: Path, lines: int) -> None:
    """A million lines into a file that is watched: until the last one is on the screen."""
    copied = []
    for _ in range(3):
        begin = time.perf_counter()
        shutil.copyfile(source, folder / "copy")
        copied.append(time.perf_counter() - begin)
    base = statistics.median(copied)
    say(f"feed: {lines} lines, {source.stat().st_size >> 20} MiB; copying the file alone {base * 1000:.0f} ms")
    say(f"  {'':<12}{'lines/s':>12}{'x copy':>9}{'cpu s/1M':>10}{'B/line':>9}")
    for viewer in viewers():
        count = viewer.few or lines
        path = folder / f"feed-{viewer.name}"
        path.write_bytes(b"")
        with started(viewer, path) as driven:
            cpu, memory, begin = driven.cpu(), driven.memory(), time.perf_counter()
            head = source.open("rb").readlines(100 * count)[:count] if viewer.few else []
            with path.open("ab") as out:
                if head:
                    out.writelines(head)
                else:
                    with source.open("rb") as data:
                        shutil.copyfileobj(data, out, 1 << 20)
                out.write(LAST + b"\n")
            took = driven.wait_for(LAST, PATIENCE, since=0)
            spent = time.perf_counter() - begin
            if took is None:
                say(f"  {viewer.name:<12}{'never shown within':>20} {PATIENCE:.0f} s")
                continue
            driven.rest(0.5)
            cost, held = (driven.cpu() - cpu) / count * 1e6, (driven.memory() - memory) / count
            scaled = spent / count * lines / base
            note = f"   ({count} lines only)" if viewer.few else ""
            say(f"  {viewer.name:<12}{count / spent:>12.0f}{scaled:>9.1f}{cost:>10.2f}{held:>9.1f}{note}")
        path.unlink()


def keys(folder: Path, count: int = 120, rate: int = 20_000) -> None:
    """Typing into a field while lines stream: until the text typed so far is printed. With ours each key searches the whole log too.

    `core` is what the stream alone costs, `typing` what it costs with the keys.
    """
    say(f"keys: {count} typed while {rate} lines/s stream in")
    say(f"  {'':<12}{'p50 ms':>9}{'p95':>9}{'p99':>9}{'lost':>6}{'core':>7}{'typing':>8}")
    for viewer in viewers():
        if viewer.name in {"toolong", "less"}:
            continue  # nothing to type into while they follow
        path = folder / f"keys-{viewer.name}"
        path.write_bytes(b"")
        with started(viewer, path) as driven, writing(path, rate):
            driven.rest(2.0)
            cpu, begin = driven.cpu(), time.perf_counter()
            driven.rest(4.0)
            core = (driven.cpu() - cpu) / (time.perf_counter() - begin)
            driven.press(viewer.field)
            driven.rest(0.5)
            cpu, begin = driven.cpu(), time.perf_counter()
            times, lost = typed(driven, count, whole=viewer.name != "lnav")
            typing = (driven.cpu() - cpu) / (time.perf_counter() - begin)
            say(f"  {viewer.name:<12}{line_of(times, lost)}{core:>7.2f}{typing:>8.2f}")
        path.unlink()


def typed(driven: Driven, count: int, *, whole: bool = True, pause: float = 0.07) -> tuple[list[float], int]:
    """How long each key took to be seen, and how many were not seen within two seconds."""
    times, lost, text = [], 0, b""
    for n in range(count):
        if len(text) >= 40:
            driven.press(b"\x7f" * len(text))
            driven.rest(0.3)
            text = b""
        key = b"qzxj"[n % 4 : n % 4 + 1]
        text += key
        since = len(driven.printed)
        driven.press(key)
        took = driven.wait_for(text if whole else key, 2.0, since)
        times.append(took if took is not None else 2.0)
        lost += took is None
        driven.rest(pause * (0.7 + 0.6 * (n * 7 % 10) / 10))
    return times, lost


def line_of(times: list[float], lost: int) -> str:
    """Percentiles and losses, in columns."""
    return f"{percentile(times, 0.5):>9.1f}{percentile(times, 0.95):>9.1f}{percentile(times, 0.99):>9.1f}{lost:>6}"


async def _search(path: Path, text: str) -> tuple[float, float, int, float]:
    log = LogFile(path)
    while log.refresh():
        pass
    search, first, late = Search(parse_query(text), log.line_at), 0.0, 0.0
    over = False

    async def tick() -> None:
        nonlocal late
        while not over:
            begin = time.perf_counter()
            await asyncio.sleep(0.005)
            late = max(late, time.perf_counter() - begin - 0.005)

    ticking = asyncio.create_task(tick())
    begin = time.perf_counter()
    async for at in log.scan(0, search.feed):
        search.at = at
        if search.hits and not first:
            first = time.perf_counter() - begin
    took = time.perf_counter() - begin
    over = True
    await ticking
    log.close()
    return took, first, len(search.hits), late


def search(source: Path) -> None:
    """The whole file, against grep on the same."""
    say("search: x grep (same pattern, -c, in the C locale), first hit, longest stop of the event loop")
    for text, pattern, flags in (
        ("package-500000 ", "package-500000 ", ["-F"]),
        ("Package-77", "Package-77", ["-F"]),
        ("package-99", "package-99", ["-F", "-i"]),
        ("re:Get:[0-9]*99999 ", "Get:[0-9]*99999 ", []),
        ("+base-image | Get:123", "Get:123", ["-F"]),
    ):
        grep = []
        for _ in range(3):
            begin = time.perf_counter()
            subprocess.run(
                ["grep", "-c", *flags, "--", pattern, str(source)], env={**os.environ, "LC_ALL": "C"}, capture_output=True, check=False
            )
            grep.append(time.perf_counter() - begin)
        runs = [asyncio.run(_search(source, text)) for _ in range(3)]
        took, first, hits, late = (statistics.median(run[n] for run in runs) for n in range(4))
        base = statistics.median(grep)
        told = f"({took * 1000:.0f} ms), first {first * 1000:.0f} ms, {hits:.0f} hits, late {late * 1000:.1f} ms"
        say(f"  {text!r:<28} {took / base:>5.1f} x grep {told}")
    with started(viewers()[0], source) as driven:
        driven.press(b"/")
        driven.rest(0.3)
        times, lost = typed(driven, 60)
        say(f"  keys typed into the field over the whole file: p50, p95, p99, lost {line_of(times, lost)}")


def volume(folder: Path) -> None:
    """What goes to the terminal."""
    say("bytes: frames and bytes a second while 20 000 lines/s stream; a page key; idle")
    for name, more in (
        ("truecolor", {}),
        ("native", {"LOG_THEME": "ansi-dark"}),
        ("native, far", {"LOG_THEME": "ansi-dark", "LOG_FAR": "1"}),
    ):
        path = folder / "volume"
        path.write_bytes(b"")
        with started(viewers()[0], path, None, more) as driven:
            with writing(path, 20_000):
                driven.rest(2.0)
                sent, frames = driven.rest(5.0)
            driven.rest(1.0)
            idle, _ = driven.rest(3.0)
            driven.press(b"\x1b[5~")
            page, page_frames = driven.rest(1.0)
            say(
                f"  {name:<12} {frames / 5:>5.1f} frames/s {sent / 5 / 1000:>7.1f} kB/s {sent / max(frames, 1) / 1000:>6.1f} kB a frame;"
                f" page {page / 1000:.1f} kB in {page_frames} frames; idle {idle / 3:.0f} B/s"
            )
        path.unlink()


def slow(folder: Path) -> None:
    """Typing over a line that carries little, while 20 000 lines/s stream."""
    say("slow: keys over a slow line, 20 000 lines/s, native colours")
    for rate in (100_000, 30_000):
        path = folder / "slow"
        path.write_bytes(b"")
        with started(viewers()[0], path, rate, {"LOG_THEME": "ansi-dark", "LOG_FAR": "1"}) as driven, writing(path, 20_000):
            driven.rest(3.0)
            driven.press(b"/")
            driven.rest(1.0)
            times, lost = typed(driven, 60, pause=0.2)
            say(f"  {rate // 1000} kB/s: p50, p95, p99, lost {line_of(times, lost)}")
        path.unlink()


def main() -> None:
    """All parts, or those named."""
    numbers = [int(word) for word in sys.argv[1:] if word.isdigit()]
    parts = [word for word in sys.argv[1:] if word in PARTS] or list(PARTS)
    lines = numbers[0] if numbers else 1_000_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = folder / "source"
        with source.open("w", encoding="utf-8") as file:
            file.writelines(LINE % (n, n) for n in range(lines))
        for part in parts:
            {
                "feed": lambda: feed(folder, source, lines),
                "keys": lambda: keys(folder),
                "search": lambda: search(source),
                "bytes": lambda: volume(folder),
                "slow": lambda: slow(folder),
            }[part]()


if __name__ == "__main__":
    main()
