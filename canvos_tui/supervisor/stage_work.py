"""The stages that are ours, in the place of the guide's one command: `python -m canvos_tui.supervisor.stage_work`.

It has a raw image built where that is its first stage, uploads it, imports the object or follows an import, and registers the AMI. It
prints ids as the import script's trace does, so that whoever reads a log finds them in this one too; what happened is judged by AWS, as
after a build. The keys come, and ids are told, through pipes beside the terminal (stage_line).
"""

from __future__ import annotations

import asyncio
import hashlib
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from canvos_tui.adapters.aws.boto import BotoDoor
from canvos_tui.adapters.aws.upload import Written
from canvos_tui.core.aws.ami_settings import AmiSettings
from canvos_tui.core.aws.facts import DENIALS, REFUSED_KEYS, THROTTLES, Image, ImportTask, S3Object
from canvos_tui.core.aws.snapshot_settings import encryption_words
from canvos_tui.core.errors import AwsError, FilesError, RunError
from canvos_tui.core.ports import Aws
from canvos_tui.core.run.stage import StageId
from canvos_tui.core.stages.proof import HOPELESS
from canvos_tui.core.verdict.own_work import SAME
from canvos_tui.supervisor.image_stage import image_of
from canvos_tui.supervisor.raw_sending import Given, raw_snapshot, raw_upload
from canvos_tui.supervisor.stage_line import HELD, Job, parsed, read_keys, tell

T = TypeVar("T")
Upload = Callable[[], Awaitable[Written]]
Write = Callable[[], Awaitable[str]]
Tell = Callable[[str, str], None]
_LOOK, _SOONER = 10.0, 2.0  # seconds between looks, and how much sooner the first ones come: 2, 4, 6, ...
_PATIENCE = 60  # calls in a row that may fail
_UNLISTED = 6  # looks at which AWS may not list yet what it has just made


class StopError(Exception):
    """It cannot go on; the reason was printed."""


class StageWork:
    """The stages of one job, one after the other; `say` prints a line."""

    def __init__(  # noqa: PLR0913  what a job has to do with
        self,
        job: Job,
        aws: Aws,
        say: Callable[[str], None],
        upload: Upload | None = None,
        tell: Tell = lambda *_: None,
        write: Write | None = None,
    ) -> None:
        self._job = job
        self._aws = aws
        self._upload = upload
        self._write = write
        self._tell = tell
        self._say = say
        self._looks = 0
        self._etag = job.etag  # of the object that is imported

    async def run(self) -> str:
        """The AMI's id; StopError when AWS does not make one."""
        if self._write is not None:
            snapshot = await self._insist("snapshot", self._write)
            self._say(f"+ snapshot_id={snapshot}")
            self._tell("snapshot", snapshot)
            return await self._registered(snapshot)
        if self._upload is not None:
            written = await self._insist("upload", self._upload)
            self._etag = written.etag
            self._tell("object" if written.own else SAME, written.etag)
        snapshot = self._job.snapshot if self._job.stage is StageId.REGISTER else await self._imported()
        return await self._registered(snapshot)

    # -- import ------------------------------------------------------------------------------------------

    async def _begin_import(self) -> ImportTask:
        """Of the very object that was looked at, or uploaded; its ETag goes into the token, as other bytes are another import."""
        job = self._job
        found = await self._unchanged()
        seal = (found.etag, found.version_id, found.modified.isoformat()) if found is not None else ("", "", "")
        words = (job.token, *seal, *(f"{name}={text}" for name, text in job.making.texts.items()))  # AWS refuses a token with other choices
        token = hashlib.sha256("\n".join(words).encode()).hexdigest() if job.token else ""
        return await self._aws.start_import(job.bucket, job.key, token, job.token, job.making)

    async def _imported(self) -> str:
        job = self._job
        if job.task:
            self._say(f"following the import {job.task}, which goes on in AWS")
            name = job.task
        else:
            self._say(f"importing s3://{job.bucket}/{job.key} in {job.region}{f': {job.making.words}' if job.making.words else ''}")
            task = await self._insist("ImportSnapshot", self._begin_import)
            name = task.task_id
        self._say(f"+ taskID={name}")
        self._tell("import_task", name)
        told, unlisted = "", 0
        while True:
            found = await self._insist("DescribeImportSnapshotTasks", self._aws.import_tasks)
            task_now = next((t for t in found if t.task_id == name), None)
            silent = task_now is None or (task_now.completed and not task_now.snapshot)
            unlisted = unlisted + 1 if silent else 0
            if unlisted > _UNLISTED:
                raise self._stop(f"AWS lists {name} no longer" if task_now is None else f"{name} is completed and names no snapshot")
            if task_now is not None and (line := _standing(task_now)) != told:
                told = line
                self._say(line)
            if task_now is not None and task_now.failed and not task_now.ending:
                raise self._stop(f"the import ended as `{task_now.status}`: {task_now.message or 'AWS gave no reason'}")
            if task_now is not None and task_now.snapshot:
                await self._insist("HeadObject", lambda: self._unchanged(gone=True))
                self._say(f"+ snapshot_id={task_now.snapshot}")
                self._tell("snapshot", task_now.snapshot)
                return task_now.snapshot
            await self._rest()

    async def _unchanged(self, *, gone: bool = False) -> S3Object | None:
        """The object, which is the one that was looked at: somebody may have written another meanwhile. `gone`: it is needed no longer."""
        job = self._job
        found = await self._aws.head(job.bucket, job.key)
        if self._etag and (found is None or found.etag != self._etag) and not (gone and found is None):
            raise self._stop(f"s3://{job.bucket}/{job.key} is {'another object' if found is not None else 'gone'} by now")
        return found

    # -- register ----------------------------------------------------------------------------------------

    async def _registered(self, snapshot: str) -> str:
        await self._as_chosen(snapshot)
        ami = await self._ours(snapshot) or await self._made(snapshot)
        self._say(f"+ imageID={ami}")
        self._tell("ami", ami)
        await self._available(ami)
        await self._tagged((ami, snapshot))
        return ami

    async def _as_chosen(self, snapshot: str) -> None:
        """No AMI is made of a snapshot that is not encrypted as it was chosen: the registration cannot change that."""
        if not self._job.making.encryption:
            return
        seen = await self._insist("DescribeSnapshots", lambda: self._aws.snapshot(snapshot))
        if seen is not None and (wrong := self._job.making.unlike(seen)):
            raise self._stop(f"{snapshot} {wrong}: no AMI is made of it")
        self._say(
            f"{snapshot} is {encryption_words(seen)}" if seen is not None else f"AWS does not list {snapshot}: its encryption was not seen"
        )

    async def _tagged(self, ids: tuple[str, ...]) -> None:
        """A right that is missing for it takes nothing from the AMI."""
        try:
            await self._aws.tag(ids, self._job.name)
        except AwsError as error:
            self._say(f"{' and '.join(ids)} stay without tags: {error.said or error}")

    async def _made(self, snapshot: str) -> str:
        name, settings = self._job.name, await self._fitting(snapshot)
        self._say(f"registering {snapshot} as the AMI {name}" + (f": {settings.words}" if settings.words else ""))
        try:
            return await self._insist("RegisterImage", lambda: self._aws.register_image(name, snapshot, settings))
        except StopError:
            ami = await self._ours(snapshot)  # an answer may have been lost, and AWS have done it
            if not ami:
                raise
            return ami

    async def _fitting(self, snapshot: str) -> AmiSettings:
        """What was chosen; a root volume that is too small for the snapshot would cost the AMI, and gets its size instead."""
        wanted = self._job.settings
        if not wanted.root_gib:
            return wanted
        seen = await self._insist("DescribeSnapshots", lambda: self._aws.snapshot(snapshot))
        settings = wanted.fitting(seen.size if seen is not None else 0)
        if settings != wanted:
            self._say(f"a root volume of {wanted.root_gib} GiB would not hold the image: it gets {settings.root_gib} GiB")
        return settings

    async def _available(self, ami: str) -> str:
        told, unlisted, self._looks = "", 0, 0
        while True:
            found = await self._insist("DescribeImages", lambda: self._aws.image(ami))
            unlisted = unlisted + 1 if found is None else 0
            if unlisted > _UNLISTED:
                raise self._stop(f"AWS does not list {ami}")
            state = found.state if found is not None else "not listed yet"
            if state != told:
                told = state
                self._say(f"{ami} is {state}")
            if state == "available":
                return ami
            if state in HOPELESS:
                raise self._stop(f"{ami} is `{state}`: {found.reason if found is not None else ''}")
            await self._rest()

    async def _ours(self, snapshot: str) -> str:
        """The AMI of that name, where it is one of this snapshot; "" where the name is free."""
        images: tuple[Image, ...] = await self._insist("DescribeImages", lambda: self._aws.images_named(self._job.name))
        mine = next((image for image in images if image.root_snapshot == snapshot and image.state not in HOPELESS), None)
        if mine is None and images:
            raise self._stop(f"the AMI name {self._job.name} is taken by {images[0].image_id}")
        return mine.image_id if mine is not None else ""

    # -- asking ------------------------------------------------------------------------------------------

    async def _insist(self, operation: str, ask: Callable[[], Awaitable[T]]) -> T:
        """The answer; what passes by itself is asked again, in AWS' own words when it does not."""
        for attempt in range(1, _PATIENCE + 1):
            try:
                return await ask()
            except (RunError, FilesError) as error:
                self._say(f"ERROR: {error}; {error.remedy}")
                raise StopError from None
            except AwsError as refused:
                why = await self._reason(refused)
                called = why.operation or operation
                self._say(f"An error occurred ({why.code}) when calling the {called} operation: {why.said or why}")
                if not _passes(why) or attempt == _PATIENCE:
                    raise StopError from None
            await self._rest()
        raise StopError  # not reached

    async def _reason(self, error: AwsError) -> AwsError:
        """What is behind a refusal without words, as HEAD has: keys that expired are told by STS, which needs no right."""
        if error.status == 400 and error.operation == "HeadObject":
            try:
                await self._aws.identity()
            except AwsError as better:
                return better
        return error

    def _stop(self, why: str) -> StopError:
        self._say(f"ERROR: {why}")
        return StopError(why)

    async def _rest(self) -> None:
        self._looks += 1
        await asyncio.sleep(min(_LOOK, _SOONER * self._looks) * self._job.pace)


def _standing(task: ImportTask) -> str:
    percent = f" {task.progress} %" if task.progress is not None else ""
    return f"{task.task_id}: {task.status}{percent} {task.message}".rstrip()


def _passes(error: AwsError) -> bool:
    """Whether asking again may change the answer: no refusal and no fault of ours."""
    if error.code in DENIALS or error.code in REFUSED_KEYS:
        return False
    return error.code in THROTTLES or not 400 <= error.status < 500


def _say(line: str) -> None:
    """One line and no more: a name of a file must not look like a line of ours."""
    print("".join(c if c.isprintable() else "?" for c in line), flush=True)  # noqa: T201  its output is the run's log


def main(words: Sequence[str] | None = None) -> int:
    """0 when the AMI is available, 1 when AWS does not make it; the reason is printed."""
    job = parsed(sys.argv[1:] if words is None else words)
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")  # a name that the locale cannot write ends no upload
    path, code = image_of(job, _say)
    if code:
        return code
    keys = read_keys(job.keys_fd)  # only now: nothing of it is in this process while a build runs beside it

    def told(kind: str, found: str) -> None:
        tell(job, kind, found)

    async def work() -> None:
        aws = await BotoDoor().open(keys, job.region)
        sends, given = job.stage in {StageId.IMAGE, StageId.UPLOAD, StageId.SNAPSHOT}, Given(path, job.crc, job.limit)
        upload = raw_upload(keys, (job.region, job.bucket, job.key), given, _say, told) if sends and job.bucket else None
        write = raw_snapshot(keys, job, given, _say, told) if sends and not job.bucket else None
        await StageWork(job, aws, _say, upload, told, write).run()

    try:
        asyncio.run(work())
    except StopError:
        return 1
    return 0


def interruptible(run: Callable[[], int] = main) -> int:
    """What it gives, or 130 where it was interrupted: a signal that came while it was loaded counts now, and one at its end no more."""
    try:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, HELD)
        return run()
    except KeyboardInterrupt:
        return 130
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)


if __name__ == "__main__":
    raise SystemExit(interruptible())
