"""Looks at an image that was built earlier: the object, the AMI of that name, the snapshot behind it (guide, Validate 1-4)."""

from __future__ import annotations

from datetime import datetime

from canvos_tui.core.aws.ami_settings import image_words
from canvos_tui.core.aws.facts import Image, S3Object, Snapshot
from canvos_tui.core.aws.snapshot_settings import encryption_words
from canvos_tui.core.ports import Aws
from canvos_tui.core.run.result import Finding
from canvos_tui.core.status import Status
from canvos_tui.core.text import ago, size


async def validate(aws: Aws, bucket: str, key: str, now: datetime, name: str = "") -> tuple[Finding, ...]:
    """What stands in AWS under that key right now; says nothing about who made it. Without a bucket no object is asked for.

    `name` is the AMI's, where it has another than the key. Raises AwsError when AWS cannot be asked.
    """
    found = [object_finding(await aws.head(bucket, key), bucket, key, now)] if bucket else []
    images = await aws.images_named(name or key)
    if not images:
        found.append(Finding("AMI", Status.FAIL, f"there is no AMI named {name or key} of this account"))
    for image in images:
        found += looked_at(image, await aws.snapshot(image.root_snapshot) if image.root_snapshot else None)
    return tuple(found)


def looked_at(image: Image, snapshot: Snapshot | None) -> tuple[Finding, ...]:
    """What AWS shows of an AMI and of the snapshot of its root device, None where there is none."""
    found = (_image(image), Finding("AMI-SETTINGS", Status.PASS, image_words(image)))
    if not image.root_snapshot:
        return found
    state = f"{snapshot.state}, {encryption_words(snapshot)}" if snapshot else "not found"
    good = Status.PASS if snapshot is not None and snapshot.state == "completed" else Status.FAIL
    return (*found, Finding("SNAPSHOT", good, f"snapshot {image.root_snapshot} of its root device: {state}"))


def object_finding(object_: S3Object | None, bucket: str, key: str, now: datetime) -> Finding:
    """What AWS shows of the object, None where there is none; it is not needed any more once the AMI is there."""
    if object_ is None:
        return Finding("OBJECT", Status.WARN, f"no object s3://{bucket}/{key}: it may have been removed after the import")
    return Finding("OBJECT", Status.PASS, f"object s3://{bucket}/{key}   {size(object_.size)}, written {ago(now, object_.modified)}")


def _image(image: Image) -> Finding:
    traits = (image.state, image.architecture, image.boot_mode or "no boot mode", "ena" if image.ena else "no ena")
    told = f"AMI {image.image_id} is {', '.join(traits)}"
    as_built = image.state == "available" and image.architecture == "x86_64" and image.boot_mode == "uefi" and image.ena
    status = Status.PASS if as_built else (Status.FAIL if image.state != "available" else Status.WARN)
    return Finding("AMI", status, told + (f": {image.reason}" if image.reason else ""))
