"""The stages that are ours, in the place of the guide's one command: `python -m canvos_tui.supervisor.stage_work`.

It has a raw image built where that is its first stage, uploads it, imports the object or follows an import, and registers the AMI. It
prints ids as the import script's trace does, so that whoever reads a log finds them in this one too; what happened is judged by AWS, as
after a build. The keys come in the environment of this process.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from canvos_tui.adapters.aws.boto import BotoDoor
from canvos_tui.adapters.aws.upload import Written
from canvos_tui.core.aws.facts import DENIALS, REFUSED_KEYS, THROTTLES, AwsKeys, Image, ImportTask, S3Object
from canvos_tui.core.errors import AwsError, CanvosError, FilesError, RunError
from canvos_tui.core.ports import Aws
from canvos_tui.core.run.run import BuildPlan
from canvos_tui.core.run.stage import StageId
from canvos_tui.core.secret import Secret
from canvos_tui.core.stages.proof import HOPELESS
from canvos_tui.supervisor.image_stage import built
from canvos_tui.supervisor.raw_upload import raw_upload

T = TypeVar("T")
Upload = Callable[[], Awaitable[Written]]
MODULE = "canvos_tui.supervisor.stage_work"
_LOOK, _SOONER = 10.0, 2.0  # seconds between looks, and how much sooner the first ones come: 2, 4, 6, ...
_PATIENCE = 60  # calls in a row that may fail
_UNLISTED = 6  # looks at which AWS may not list yet what it has just made


class StopError(Exception):
    """It cannot go on; the reason was printed."""


@dataclass(frozen=True)
class Job:
    """What is to be done. `task` and `snapshot` are what is there already, `pace` scales the pauses: 1 for real."""

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
    pace: float = 1.0
    checkout: str = ""
    words: tuple[str, ...] = ()  # the command that builds the raw image there


def command(plan: BuildPlan, pace: float) -> tuple[str, ...]:
    """The command line for a plan that goes on; nothing in it is secret."""
    resumes, base = plan.resumes, plan.baseline
    assert resumes is not None
    words = {"region": base.region, "bucket": base.bucket, "key": base.key, "name": base.image_name, "stage": resumes.stage.value}
    words |= {
        "task": resumes.task,
        "snapshot": resumes.snapshot,
        "token": resumes.token,
        "etag": resumes.etag,
        "raw": resumes.raw,
        "pace": str(pace),
    }
    building = (f"--checkout={plan.checkout}", "--", *plan.command) if plan.builds else ()
    return (sys.executable, "-m", MODULE, *(f"--{name}={value}" for name, value in words.items() if value), *building)


def exports(keys: AwsKeys) -> tuple[tuple[str, Secret], ...]:
    """The keys as variables, of the very process that needs them and of no other."""
    token = (("AWS_SESSION_TOKEN", keys.token),) if keys.token is not None else ()
    return (("AWS_ACCESS_KEY_ID", Secret(keys.key_id)), ("AWS_SECRET_ACCESS_KEY", keys.secret), *token)


class StageWork:
    """The stages of one job, one after the other; `say` prints a line."""

    def __init__(self, job: Job, aws: Aws, say: Callable[[str], None], upload: Upload | None = None) -> None:
        self._job = job
        self._aws = aws
        self._upload = upload
        self._say = say
        self._looks = 0
        self._etag = job.etag  # of the object that is imported

    async def run(self) -> str:
        """The AMI's id; StopError when AWS does not make one."""
        if self._upload is not None:
            written = await self._insist("upload", self._upload)
            self._etag = written.etag
            if written.own:
                self._say(f"+ objectETag={written.etag}")
        snapshot = self._job.snapshot if self._job.stage is StageId.REGISTER else await self._imported()
        return await self._registered(snapshot)

    # -- import ------------------------------------------------------------------------------------------

    async def _begin_import(self) -> ImportTask:
        """Of the very object that was looked at, or uploaded; its ETag goes into the token, as other bytes are another import."""
        job = self._job
        found = await self._unchanged()
        seal = (found.etag, found.version_id, found.modified.isoformat()) if found is not None else ("", "", "")
        token = hashlib.sha256("\n".join((job.token, *seal)).encode()).hexdigest() if job.token else ""
        return await self._aws.start_import(job.bucket, job.key, token, job.token)

    async def _imported(self) -> str:
        job = self._job
        if job.task:
            self._say(f"following the import {job.task}, which goes on in AWS")
            name = job.task
        else:
            self._say(f"importing s3://{job.bucket}/{job.key} in {job.region}")
            task = await self._insist("ImportSnapshot", self._begin_import)
            name = task.task_id
        self._say(f"+ taskID={name}")
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
        ami = await self._ours(snapshot) or await self._made(snapshot)
        self._say(f"+ imageID={ami}")
        await self._available(ami)
        await self._tagged((ami, snapshot))
        return ami

    async def _tagged(self, ids: tuple[str, ...]) -> None:
        """A right that is missing for it takes nothing from the AMI."""
        try:
            await self._aws.tag(ids, self._job.name)
        except AwsError as error:
            self._say(f"{' and '.join(ids)} stay without tags: {error.said or error}")

    async def _made(self, snapshot: str) -> str:
        name = self._job.name
        self._say(f"registering {snapshot} as the AMI {name}")
        try:
            return await self._insist("RegisterImage", lambda: self._aws.register_image(name, snapshot))
        except StopError:
            ami = await self._ours(snapshot)  # an answer may have been lost, and AWS have done it
            if not ami:
                raise
            return ami

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
            except AwsError as error:
                called = error.operation or operation
                self._say(f"An error occurred ({error.code}) when calling the {called} operation: {error.said or error}")
                if not _passes(error) or attempt == _PATIENCE:
                    raise StopError from None
            await self._rest()
        raise StopError  # not reached

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


def parsed(words: Sequence[str]) -> Job:
    """The job of a command line as `command` makes it."""
    parser = argparse.ArgumentParser(prog=MODULE, allow_abbrev=False)
    for name in ("region", "bucket", "key", "name", "stage"):
        parser.add_argument(f"--{name}", required=True)
    for name in ("task", "snapshot", "token", "etag", "raw"):
        parser.add_argument(f"--{name}", default="")
    parser.add_argument("--pace", type=float, default=1.0)
    parser.add_argument("--checkout", default="")
    parser.add_argument("words", nargs="*")
    found = vars(parser.parse_args(words))
    return Job(**{**found, "stage": StageId(found["stage"]), "words": tuple(found["words"])})


def _say(line: str) -> None:
    """One line and no more: a name of a file must not look like a line of ours."""
    print("".join(c if c.isprintable() else "?" for c in line), flush=True)  # noqa: T201  its output is the run's log


def main(words: Sequence[str] | None = None) -> int:
    """0 when the AMI is available, 1 when AWS does not make it; the reason is printed."""
    job = parsed(sys.argv[1:] if words is None else words)
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")  # a name that the locale cannot write ends no upload
    try:
        raw = built(job.words, Path(job.checkout), _say) if job.stage is StageId.IMAGE else Path(job.raw)
    except CanvosError as error:
        _say(f"ERROR: {error}; {error.remedy}")
        return 1
    except KeyboardInterrupt:
        return 130
    uploads = job.stage in {StageId.IMAGE, StageId.UPLOAD}
    token = os.environ.get("AWS_SESSION_TOKEN", "")
    keys = AwsKeys(os.environ["AWS_ACCESS_KEY_ID"], Secret(os.environ["AWS_SECRET_ACCESS_KEY"]), Secret(token) if token else None)

    async def work() -> None:
        aws = await BotoDoor().open(keys, job.region)
        upload = raw_upload(keys, (job.region, job.bucket, job.key), raw, _say) if uploads else None
        await StageWork(job, aws, _say, upload).run()

    try:
        asyncio.run(work())
    except StopError:
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
