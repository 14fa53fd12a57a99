"""What our own stages get from their supervisor, and tell it: a command line, and beside the terminal keys one way, ids the other.

The latter go through pipes that no build inherits: neither an environment nor a log can be read for the keys, and nothing that a build
prints can pass for an id of ours.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import select
import signal
import sys
from collections.abc import Iterator, Sequence
from dataclasses import field

from canvos_tui.core.aws import snapshot_settings
from canvos_tui.core.aws.ami_settings import KEYS, AmiSettings, settings_of
from canvos_tui.core.aws.facts import AwsKeys
from canvos_tui.core.aws.snapshot_settings import SnapshotSettings
from canvos_tui.core.run.run import BuildPlan
from canvos_tui.core.run.stage import StageId
from canvos_tui.core.secret import Secret
from canvos_tui.core.values import dataclass

MODULE = "canvos_tui.supervisor.stage_work"
HELD = (signal.SIGINT,)  # waits until our own stages are loaded: Python would print where it was when it came
_MOST = 64 * 1024
_PATIENCE = 5.0  # seconds for the supervisor to note what it was told


@dataclass(frozen=True)
class Job:
    """What is to be done. `task` and `snapshot` are what is there already, `pace` scales the pauses: 1 for real.

    Without a bucket the image goes into a snapshot by itself, block by block.
    """

    region: str
    bucket: str
    key: str
    name: str
    stage: StageId
    task: str = ""
    snapshot: str = ""
    token: str = ""
    etag: str = ""
    raw: str = ""
    crc: str = ""  # the checksum that `raw` must have
    pace: float = 1.0
    checkout: str = ""
    words: tuple[str, ...] = ()  # the command that builds the raw image there
    keys_fd: int = -1
    told_fd: int = -1
    heard_fd: int = -1
    settings: AmiSettings = field(default_factory=AmiSettings)
    making: SnapshotSettings = field(default_factory=SnapshotSettings)
    limit: int = 0  # bytes a second that the image is sent with, 0 for all that the line carries


def command(plan: BuildPlan, pace: float, more: Sequence[str] = ()) -> tuple[str, ...]:
    """The command line for a plan of our own stages; nothing in it is secret. `more` are options that the supervisor adds."""
    resumes, base = plan.resumes, plan.baseline
    assert resumes is not None
    words = {"region": base.region, "bucket": base.bucket, "key": base.key, "name": base.image_name, "stage": resumes.stage.value}
    words |= {
        "task": resumes.task,
        "snapshot": resumes.snapshot,
        "token": resumes.token,
        "etag": resumes.etag,
        "raw": resumes.raw,
        "crc": resumes.crc,
        "pace": str(pace),
        "limit": str(plan.limit or ""),
    }
    words |= {option(key): text for key, text in {**plan.settings.texts, **plan.making.texts}.items()}
    building = (f"--checkout={plan.checkout}", "--", *plan.command) if plan.builds else ()
    return (sys.executable, "-m", MODULE, *(f"--{name}={value}" for name, value in words.items() if value), *more, *building)


def parsed(words: Sequence[str]) -> Job:
    """The job of a command line as `command` makes it."""
    parser = argparse.ArgumentParser(prog=MODULE, allow_abbrev=False)
    for name in ("region", "key", "name", "stage"):
        parser.add_argument(f"--{name}", required=True)
    for name in ("bucket", "task", "snapshot", "token", "etag", "raw", "crc"):
        parser.add_argument(f"--{name}", default="")
    for key in (*KEYS, *snapshot_settings.KEYS):
        parser.add_argument(f"--{option(key)}", default="")
    parser.add_argument("--pace", type=float, default=1.0)
    parser.add_argument("--limit", type=int, default=0)
    for name in ("keys-fd", "told-fd", "heard-fd"):
        parser.add_argument(f"--{name}", type=int, default=-1)
    parser.add_argument("--checkout", default="")
    parser.add_argument("words", nargs="*")
    found = vars(parser.parse_args(words))
    settings = settings_of({key: found.pop(key) for key in KEYS})
    making = snapshot_settings.settings_of({key: found.pop(key) for key in snapshot_settings.KEYS})
    return Job(**{**found, "settings": settings, "making": making, "stage": StageId(found["stage"]), "words": tuple(found["words"])})


def option(key: str) -> str:
    """The name of the option that carries a choice for snapshot or registration."""
    return key.replace("_", "-")


class StageLine:
    """The supervisor's end. `keep` are the descriptors that the stages get, `words` the options that name them."""

    def __init__(self, keys: AwsKeys) -> None:
        self._keys_out, keys_in = os.pipe()
        self.fd, self._told_in = os.pipe()
        heard_out, self._heard_in = os.pipe()
        for fd in (self.fd, self._heard_in):
            os.set_blocking(fd, False)
        with os.fdopen(keys_in, "wb") as pipe:  # far less than a pipe holds, so that nobody waits
            token = keys.token.reveal() if keys.token is not None else ""
            pipe.write(json.dumps([keys.key_id, keys.secret.reveal(), token]).encode())
        self.keep = (self._keys_out, self._told_in, heard_out)
        self.words = (f"--keys-fd={self._keys_out}", f"--told-fd={self._told_in}", f"--heard-fd={heard_out}")
        self._pending = b""

    def started(self) -> None:
        """The stages have their ends: ours of these are closed."""
        for fd in self.keep:
            os.close(fd)

    def told(self) -> Iterator[tuple[str, str]] | None:
        """Kind and id of what was told since; None when the stages have ended."""
        try:
            data = os.read(self.fd, _MOST)
        except BlockingIOError:
            return iter(())
        if not data:
            return None
        *lines, self._pending = (self._pending + data).split(b"\n")
        return iter([(str(kind), str(found)) for kind, found in map(json.loads, lines)])

    def heard(self, count: int) -> None:
        """So much of what was told is on the disk."""
        with contextlib.suppress(OSError):
            os.write(self._heard_in, b"." * count)

    def close(self) -> None:
        """Nobody listens any more."""
        os.close(self.fd)
        os.close(self._heard_in)


def read_keys(fd: int) -> AwsKeys:
    """The keys that the supervisor passed, once."""
    with os.fdopen(fd, "rb") as pipe:
        key_id, secret, token = json.loads(pipe.read())
    return AwsKeys(key_id, Secret(secret), Secret(token) if token else None)


def tell(job: Job, kind: str, found: str) -> None:
    """One id for the supervisor, which has noted it when this returns, or is gone, or takes very long: what comes next may be a kill."""
    with contextlib.suppress(OSError):
        os.write(job.told_fd, json.dumps([kind, found]).encode() + b"\n")
        if job.heard_fd >= 0 and select.select([job.heard_fd], [], [], _PATIENCE)[0]:
            os.read(job.heard_fd, 1)
