"""Takes one thing away and looks whether it is gone; nothing that is needed, and nothing that is not proven to be ours."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from canvos_tui.core.answers.file_changes import SECRET
from canvos_tui.core.aws.facts import DENIALS
from canvos_tui.core.errors import AwsError, CanvosError, DockerError, InvalidValueError, RightError, RunError
from canvos_tui.core.leftovers.collect import Found
from canvos_tui.core.leftovers.region import Region
from canvos_tui.core.leftovers.thing import Kind, Thing
from canvos_tui.core.ports import Ports

RIGHTS = {
    Kind.TASK: "ec2:CancelImportTask",
    Kind.UPLOAD: "s3:AbortMultipartUpload",
    Kind.OBJECT: "s3:DeleteObject",
    Kind.SNAPSHOT: "ec2:DeleteSnapshot",
    Kind.AMI: "ec2:DeregisterImage",
}
_CHANGED = frozenset({"PreconditionFailed", "412"})
PAUSES = (0.0, 1.0, 2.0, 4.0)  # seconds before each look at whether it is gone


def chosen(found: Found, name: str) -> Thing:
    """The thing of that id, if it may be taken away. InvalidValueError for one that is not left, RunError for one that may not go."""
    thing = found.thing(name)
    if thing is None and found.unseen:
        raise AwsError(
            f"whether `{name}` is left is not known: {'; '.join(found.unseen)}", code="aws-unseen", remedy="ask again when that is mended"
        )
    if thing is None:
        listed = ", ".join(t.id for t in found.things if t.removable) or "nothing can be removed"
        raise InvalidValueError(f"`{name}` is not among what is left", allowed=listed, remedy="canvos-tui leftovers lists it")
    if not thing.certain:
        raise RunError(f"{name} is not proven to be of a run on this machine: {thing.note}", remedy="whoever made it removes it")
    if thing.needed:
        raise RunError(f"{name} is still needed: {thing.needed}", remedy="wait for that to end, then ask again")
    return thing


async def remove(ports: Ports, found: Found, thing: Thing) -> str:
    """Takes it away; what was seen afterwards. RightError when the keys may not, AwsError when AWS refuses or does not answer."""
    if thing.kind is Kind.FILE or thing.kind.docker:
        return await _from_here(ports, thing)
    region = found.seen_by[thing.id]
    try:
        await _still_the_same(region, thing)
    except AwsError as error:
        raise _refused(error, "s3:GetObject", thing) from error
    try:
        await _deed(region, thing)
    except AwsError as error:
        if error.code in _CHANGED:
            raise _another(thing) from error
        raise _refused(error, RIGHTS[thing.kind], thing) from error
    for pause in PAUSES:
        await ports.clock.sleep(pause)
        try:
            if await _gone(region, thing):
                return f"{thing.id} is gone"
        except AwsError as error:
            return f"AWS took the request; whether {thing.id} is gone could not be asked: {error}"
    return f"AWS took the request, and still shows {thing.id}: look again in some minutes"


async def _from_here(ports: Ports, thing: Thing) -> str:
    """A file, or what the Docker engine keeps. RunError for what a container uses by now, DockerError where no engine answers."""
    if thing.kind is Kind.FILE:
        await ports.files.remove(Path(thing.id))
        return f"{thing.id} is deleted" + ("; the keys stay valid in AWS" if Path(thing.id).name == SECRET else "")
    take = ports.docker.remove_volume if thing.kind is Kind.VOLUME else ports.docker.remove_image
    try:
        gone = await take(thing.id)
    except DockerError as error:
        raise (RunError(str(error), remedy=error.remedy) if error.cause == "in-use" else error) from None
    return f"{thing.id} is gone" if gone else f"the engine took the request, and still shows {thing.id}"


def _refused(error: AwsError, right: str, thing: Thing) -> CanvosError:
    """The right that is missing, where that is what AWS says; else the error as it is."""
    if error.code not in DENIALS:
        return error
    text = f"your keys lack {right}: {thing.id} stays ({error.said or error})"
    return RightError(text, remedy="whoever has that right removes it")


def _another(thing: Thing) -> RunError:
    return RunError(f"{thing.id} is another object by now, and stays", remedy="canvos-tui leftovers shows what is there")


async def _still_the_same(region: Region, thing: Thing) -> None:
    """RunError when other bytes stand under the key than those that were looked at: somebody wrote them meanwhile."""
    if thing.kind is Kind.OBJECT:
        now = await region.aws.head(thing.place.bucket, thing.place.key)
        if now is not None and (now.etag, now.version_id, now.modified) != (thing.place.etag, thing.place.version_id, thing.since):
            raise _another(thing)


def _deed(region: Region, thing: Thing) -> Awaitable[None]:
    care, place = region.care, thing.place
    deeds: dict[Kind, Callable[[], Awaitable[None]]] = {
        Kind.TASK: lambda: region.aws.cancel_import(thing.id),
        Kind.UPLOAD: lambda: care.abort_upload(place.bucket, place.key, thing.id),
        Kind.OBJECT: lambda: care.delete_object(place.bucket, place.key, place.version_id, place.etag),
        Kind.SNAPSHOT: lambda: care.delete_snapshot(thing.id),
        Kind.AMI: lambda: care.deregister_image(thing.id),
    }
    return deeds[thing.kind]()


async def _gone(region: Region, thing: Thing) -> bool:
    aws, place = region.aws, thing.place
    if thing.kind is Kind.TASK:
        return all(task.failed for task in await aws.import_tasks() if task.task_id == thing.id)
    if thing.kind is Kind.UPLOAD:
        return all(upload.upload_id != thing.id for upload in await aws.uploads(place.bucket, place.key))
    if thing.kind is Kind.OBJECT:
        left = await aws.head(place.bucket, place.key)
        return left is None or (bool(place.version_id) and left.version_id != place.version_id)
    if thing.kind is Kind.SNAPSHOT:
        return await aws.snapshot(thing.id) is None
    image = await aws.image(thing.id)
    return image is None or image.state == "deregistered"
