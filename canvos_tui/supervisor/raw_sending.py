"""A raw image on its way to AWS as a stage, to S3 or into a snapshot: what it prints, and one failure out of several at once."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

from canvos_tui.adapters import threads
from canvos_tui.adapters.aws.boto import BotoDoor
from canvos_tui.adapters.aws.clients import Clients, Patience
from canvos_tui.adapters.aws.pace import Pace
from canvos_tui.adapters.aws.raw_file import MIB, RawFile
from canvos_tui.adapters.aws.upload import RawUpload, Written
from canvos_tui.adapters.aws.upload_record import UploadRecord
from canvos_tui.adapters.ebs.calls import EbsCalls, clients_for
from canvos_tui.adapters.ebs.journal import Journal
from canvos_tui.adapters.ebs.raw_blocks import RawBlocks
from canvos_tui.adapters.ebs.snapshot_writer import SnapshotWriter
from canvos_tui.adapters.state_folder import state_root
from canvos_tui.core.aws.blocks import Manifest
from canvos_tui.core.aws.crc32 import text_of
from canvos_tui.core.aws.facts import AwsKeys
from canvos_tui.core.errors import CanvosError, RunError
from canvos_tui.core.run.raw_image import RawImage
from canvos_tui.core.text import size as size_words
from canvos_tui.core.values import dataclass
from canvos_tui.core.verdict.own_work import GIVEN_UP
from canvos_tui.supervisor.stage_line import Job

_OFTEN = 1.0  # seconds between two lines


@dataclass(frozen=True)
class Given:
    """The file, and the CRC-32 that it must have, as S3 writes it; "" for one that nobody knows yet.

    `limit` is the rate that it may be sent with, in bytes a second, 0 for all that the line carries.
    """

    path: Path
    crc: str = ""
    limit: int = 0

    @property
    def slowly(self) -> str:
        """What is said of the limit, as the end of a sentence."""
        return f", at most {size_words(self.limit)}/s" if self.limit else ""


def raw_upload(
    keys: AwsKeys, where: tuple[str, str, str], given: Given, say: Callable[[str], None], tell: Callable[[str, str], None]
) -> Callable[[], Awaitable[Written]]:
    """Uploads a raw image to region, bucket and key; each call goes on with what S3 has by then. CanvosError for the first thing wrong."""
    region, bucket, key = where
    path = given.path
    clients = Clients(keys, region, patience=Patience(pace=Pace(given.limit)) if given.limit else None)
    record = UploadRecord(state_root(os.environ), BotoDoor().endpoint(), bucket, key)

    pinned: list[RawFile] = []  # whatever comes to lie at that path later is another file

    async def upload() -> Written:
        raw = pinned[0] if pinned else await threads.call(lambda: RawFile(path))
        if not pinned:
            crc = text_of(await threads.call(raw.whole))  # it is read once: the upload needs the sums of its parts anyway
            if given.crc and crc != given.crc:
                raise _another(path, "nothing was uploaded")
            tell("raw", RawImage(path.name, raw.size, crc).id)
        pinned[:] = [raw]
        say(f"uploading {path}, {raw.size} bytes, to s3://{bucket}/{key}{given.slowly}")
        try:
            told = Progress(say)
            begun, ended = partial(tell, "upload"), partial(tell, GIVEN_UP)
            written = await RawUpload(clients, (bucket, key), raw, record, told, begun, given.limit, ended).run()
        except BaseExceptionGroup as group:  # of the parts that were on their way at once
            raise first(group) from None
        say(f"s3://{bucket}/{key} is there, and S3 has proven its checksum")
        if not written.own:
            say("somebody else wrote it, with the very same bytes")
        return written

    return upload


def raw_snapshot(
    keys: AwsKeys, job: Job, given: Given, say: Callable[[str], None], tell: Callable[[str, str], None]
) -> Callable[[], Awaitable[str]]:
    """Writes a raw image into a snapshot; each call goes on with what was written by then. CanvosError for the first thing wrong."""
    path, calls = given.path, EbsCalls(clients_for(keys, job.region, given.limit))
    pinned: list[tuple[RawBlocks, Manifest]] = []  # it is read once, and whatever comes to lie at that path later is another file

    async def write() -> str:
        if not pinned:
            raw = await threads.call(lambda: RawBlocks(path))
            say(f"reading {path}, {raw.size} bytes")
            manifest = await threads.call(raw.scan)
            if given.crc and manifest.crc != given.crc:
                raise _another(path, "nothing was written")
            tell("raw", RawImage(path.name, manifest.size, manifest.crc).id)
            if not raw.gpt:
                say(f"WARNING: {path} has no GPT partition table: an AMI of it will hardly boot")
            pinned.append((raw, manifest))
        raw, manifest = pinned[0]
        what = f"{manifest.count} blocks that are not all zeros{given.slowly}"
        say(f"uploading {path}, {manifest.data} bytes, to a snapshot in {job.region}: {what}")
        # by the key and not the AMI's name, which may become another one when it is gone on from
        name = hashlib.sha256("\n".join((BotoDoor().endpoint(), job.region, job.key)).encode()).hexdigest()[:24]
        journal = Journal(state_root(os.environ), name)

        def begun(snapshot: str) -> None:
            say(f"{snapshot} is begun, or gone on with")
            tell("writing", snapshot)

        try:
            writer = SnapshotWriter(calls, raw, manifest, journal, job.key, Progress(say), begun, say, job.pace, given.limit, job.making)
            return await writer.run()
        except BaseExceptionGroup as group:  # of the blocks that were on their way at once
            raise first(group) from None
        finally:
            journal.close()

    return write


def _another(path: Path, nothing: str) -> RunError:
    text = f"{path} is another image than the one that was built or given: its checksum differs"
    return RunError(text, remedy=f"{nothing}; canvos-tui resume --raw FILE --config answers.yaml takes any file")


def first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The failure that stands for a group: one that a user can act on before any other."""
    flat = [first(one) if isinstance(one, BaseExceptionGroup) else one for one in group.exceptions]
    return next((one for one in flat if isinstance(one, CanvosError)), flat[0])


class Progress:
    """Prints how far an upload is, once a second, in the words of `aws s3 cp`: whoever reads a log reads both."""

    def __init__(self, say: Callable[[str], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._say, self._clock = say, clock
        self._last: float | None = None

    def __call__(self, done: int, total: int) -> None:
        """So many bytes of so many are acknowledged."""
        now = self._clock()
        if self._last is None or now - self._last >= _OFTEN or done == total:
            self._last = now
            self._say(f"Completed {done / MIB:.1f} MiB/{total / MIB:.1f} MiB")
