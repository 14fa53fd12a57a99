"""How fast a raw image goes into a snapshot: `python -m tests.benchmarks.snapshot [MIB] [TURNS]`.

The same sparse file, a fifth of it data, to the same stand-in, in turns, each way in a process of its own: our writer, one block after the
other through the SDK, and the bare bytes of the same blocks over one kept connection without signature or checksum (the stand-in refuses
them, after it has read them). Speeds are of the blocks that are sent. Once with answers at once, where the stand-in is what is slow, and
once over a long line. The last line reads and writes a file of 20 GiB of which as much is data as of the first: only that is sent, and
memory has to stay flat. Goals: several times the sequential speed over a long line, flat memory.
"""

from __future__ import annotations

import asyncio
import http.client
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

from canvos_tui.adapters.ebs.calls import EbsCalls, clients_for
from canvos_tui.adapters.ebs.journal import Journal
from canvos_tui.adapters.ebs.raw_blocks import RawBlocks
from canvos_tui.adapters.ebs.snapshot_writer import SnapshotWriter
from canvos_tui.core.aws.blocks import BLOCK
from canvos_tui.core.aws.facts import AwsKeys
from canvos_tui.core.aws.snapshot_settings import AS_SCRIPT
from canvos_tui.core.secret import Secret
from canvos_tui.rehearsal.aws.config import StandinConfig, StandinKey
from canvos_tui.rehearsal.aws.server import StandinAws

KEY, SECRET, REGION = "AKIAIOSFODNN7EXAMPLE", "benchmark", "us-east-1"
MIB = 1024**2
BIG = 20 * 1024**3
FAR = 0.1  # seconds that an answer takes over a long line
SHARE = 5  # of so many blocks one holds data


def ours(path: Path) -> int:
    """Our writer; the blocks that it sent."""
    raw = RawBlocks(path)
    calls = EbsCalls(clients_for(AwsKeys(KEY, Secret(SECRET)), REGION))
    writer = SnapshotWriter(calls, raw, raw.scan(), Journal(path.parent, os.urandom(8).hex()), os.urandom(8).hex(), lambda *_: None)
    asyncio.run(writer.run())
    return writer.sent


def sequential(path: Path) -> int:
    """One put after the other, as the SDK sends it."""
    raw = RawBlocks(path)
    manifest, calls = raw.scan(), EbsCalls(clients_for(AwsKeys(KEY, Secret(SECRET)), REGION))

    async def write() -> None:
        begun = await calls.start(manifest, "one", os.urandom(16).hex(), AS_SCRIPT)
        for index, digest in manifest.digests.items():
            await calls.put(begun.snapshot_id, index, raw.read(index, digest), digest)
        await calls.complete(begun.snapshot_id, manifest)

    asyncio.run(write())
    return manifest.count


def bare(path: Path) -> int:
    """The bytes alone."""
    raw, where = RawBlocks(path), urlsplit(os.environ["AWS_ENDPOINT_URL"])
    manifest = raw.scan()
    line = http.client.HTTPConnection(where.hostname or "", where.port)
    for index, digest in manifest.digests.items():
        line.request("PUT", f"/bare/{index}", raw.read(index, digest))
        line.getresponse().read()
    line.close()
    return manifest.count


WAYS = {"ours": ours, "one by one": sequential, "bare bytes": bare}


def child(way: str, path: str) -> None:
    """One way; prints seconds, blocks and the highest memory."""
    began = time.perf_counter()
    sent = WAYS[way](Path(path))
    seconds = time.perf_counter() - began
    # not ru_maxrss: that begins with what the process that started this one had
    peak = next(line.split()[1] for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    sys.stdout.write(f"{seconds} {sent} {int(peak) / 1024}\n")


def filled(path: Path, size: int, blocks: int) -> None:
    """A sparse file with so many blocks of data, spread over it."""
    with path.open("wb") as file:
        file.truncate(size)
        for n in range(blocks):
            file.seek(n * (size // blocks) // BLOCK * BLOCK)
            file.write(os.urandom(BLOCK))


def measured(way: str, path: Path) -> tuple[float, int, float]:
    """Seconds, blocks and memory of one way in a process of its own."""
    words = [sys.executable, "-m", "tests.benchmarks.snapshot", "child", way, str(path)]
    seconds, sent, peak = subprocess.run(words, check=True, capture_output=True, text=True).stdout.split()
    return float(seconds), int(sent), float(peak)


def main() -> None:
    """A line per way: median speed, its share of the sequential one's, and the highest memory."""
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 1024
    turns = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    with tempfile.TemporaryDirectory() as folder:
        path, blocks = Path(folder) / "disk.raw", size * MIB // BLOCK // SHARE
        for pause in (0.0, FAR):
            filled(path, size * MIB, blocks)
            table(path, pause, turns)
        filled(path, BIG, blocks)
        with StandinAws(StandinConfig(keys=(StandinKey(KEY, SECRET),))) as standin:
            os.environ["AWS_ENDPOINT_URL"] = standin.start()
            seconds, sent, peak = measured("ours", path)
        sys.stdout.write(f"20 GiB      {sent * BLOCK // MIB} of {BIG // MIB} MiB sent in {seconds:.1f} s, {peak:.1f} MiB of memory\n")


def table(path: Path, pause: float, turns: int) -> None:
    """The ways beside each other, with answers that take so many seconds."""
    found: dict[str, list[tuple[float, int, float]]] = {way: [] for way in WAYS}
    with StandinAws(StandinConfig(keys=(StandinKey(KEY, SECRET),), answer_seconds=pause)) as standin:
        os.environ["AWS_ENDPOINT_URL"] = standin.start()
        for _ in range(turns):
            for way in WAYS:
                found[way].append(measured(way, path))
    speed = {way: statistics.median(sent * BLOCK / MIB / seconds for seconds, sent, _ in rows) for way, rows in found.items()}
    sys.stdout.write(f"answers after {pause * 1000:.0f} ms\n")
    for way, rows in found.items():
        peak = max(peak for _, _, peak in rows)
        sys.stdout.write(f"{way:<11} {speed[way]:7.1f} MiB/s  {speed[way] / speed['one by one']:5.2f} x one by one  {peak:6.1f} MiB\n")


if __name__ == "__main__":
    if sys.argv[1:2] == ["child"]:
        child(*sys.argv[2:])
    else:
        main()
