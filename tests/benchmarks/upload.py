"""How fast a raw image goes to S3, beside boto3's own upload_file and `aws s3 cp`: `python -m tests.benchmarks.upload [MIB] [TURNS]`.

All send the same sparse file to the same stand-in, in turns, each in a process of its own; bytes per second are of the whole file, and
the time is that of the upload in a process that runs already, for `aws s3 cp` that of the command. The highest memory is that of the
process, in MiB. The AWS CLI is tried where it is on the PATH, and its version is told. Goals: not slower than the others, and memory
that does not grow with the file.
"""

from __future__ import annotations

import asyncio
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from canvos_tui.adapters.aws.clients import Clients
from canvos_tui.adapters.aws.raw_file import MIB, RawFile
from canvos_tui.adapters.aws.upload import RawUpload
from canvos_tui.adapters.aws.upload_record import UploadRecord
from canvos_tui.core.aws.facts import AwsKeys
from canvos_tui.core.secret import Secret
from canvos_tui.rehearsal.aws.config import StandinConfig, StandinKey
from canvos_tui.rehearsal.aws.server import StandinAws

KEY, SECRET, REGION, BUCKET = "AKIAIOSFODNN7EXAMPLE", "benchmark", "us-east-1", "images"


def ours(path: Path, key: str) -> None:
    """Our upload, with its checksums."""
    clients = Clients(AwsKeys(KEY, Secret(SECRET)), REGION)
    record = UploadRecord(path.parent, "here", BUCKET, key)
    asyncio.run(RawUpload(clients, (BUCKET, key), RawFile(path), record, lambda *_: None).run())


def sdk(path: Path, key: str) -> None:
    """The SDK's, as it is without any setting."""
    import boto3

    client = boto3.client(
        "s3", region_name=REGION, aws_access_key_id=KEY, aws_secret_access_key=SECRET, endpoint_url=os.environ["AWS_ENDPOINT_URL"]
    )
    client.upload_file(str(path), BUCKET, key)


def cli(path: Path, key: str) -> None:
    """The AWS CLI's, as the import script calls it."""
    subprocess.run(["aws", "s3", "cp", "--quiet", str(path), f"s3://{BUCKET}/{key}"], check=True)


def version() -> str:
    """The AWS CLI's own words; "" where there is none."""
    if shutil.which("aws") is None:
        return ""
    return subprocess.run(["aws", "--version"], check=True, capture_output=True, text=True).stdout.split()[0]


WAYS = {"ours": ours, "upload_file": sdk, "aws s3 cp": cli}


def child(way: str, path: str, key: str) -> None:
    """One upload; prints seconds and the highest memory."""
    began = time.perf_counter()
    WAYS[way](Path(path), key)
    who = resource.RUSAGE_CHILDREN if WAYS[way] is cli else resource.RUSAGE_SELF
    peak = resource.getrusage(who).ru_maxrss / 1024
    sys.stdout.write(f"{time.perf_counter() - began} {peak}\n")


def _forgotten(path: Path) -> None:
    """Has the kernel keep nothing of the file: whoever is first would read it from the disk, and the others from memory."""
    fd = os.open(path, os.O_RDONLY)
    os.fsync(fd)
    os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(fd)


def main() -> None:
    """Prints a line per way: median speed, its share of upload_file's, and the highest memory."""
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 512
    turns = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    config = StandinConfig(keys=(StandinKey(KEY, SECRET),), buckets={BUCKET: REGION})
    cli_version = version()
    took: dict[str, list[float]] = {way: [] for way in WAYS if cli_version or WAYS[way] is not cli}
    peaks: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder, StandinAws(config) as standin:
        path = Path(folder) / "kairos.raw"
        with path.open("wb") as file:
            file.write(os.urandom(MIB))
            file.truncate(size * MIB)
        keys = {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_DEFAULT_REGION": REGION}
        environ = {**os.environ, **keys, "AWS_ENDPOINT_URL": standin.start(), "AWS_EC2_METADATA_DISABLED": "true"}
        for turn in range(turns):
            for number, way in enumerate(took):
                _forgotten(path)
                words = [sys.executable, "-m", "tests.benchmarks.upload", "child", way, str(path), f"{number}-{turn}"]
                seconds, peak = map(float, subprocess.run(words, env=environ, check=True, stdout=subprocess.PIPE, text=True).stdout.split())
                took[way].append(seconds)
                peaks[way] = max(peak, peaks.get(way, 0.0))
    base = statistics.median(took["upload_file"])
    for way, seconds_of in took.items():
        median = statistics.median(seconds_of)
        named = cli_version if WAYS[way] is cli else way
        sys.stdout.write(f"{named:<16} {size / median:7.0f} MiB/s   {base / median:5.2f} x upload_file   at most {peaks[way]:.0f} MiB\n")


if __name__ == "__main__":
    if sys.argv[1:2] == ["child"]:
        child(*sys.argv[2:5])
    else:
        main()
