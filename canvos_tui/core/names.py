"""One name, two worlds: the S3 key becomes the AMI's name too. What clashes with it, a name that does not, and where to look at both."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from urllib.parse import quote

from canvos_tui.core.aws_facts import Baseline

LONGEST_AMI_NAME = 128
_STAMP = re.compile(r"-\d{8}-\d{4}$")
_HOSTS = {"aws-cn": "console.amazonaws.cn", "aws-us-gov": "console.amazonaws-us-gov.com"}


class Clash(Enum):
    """What stands in the way of a key."""

    OBJECT = "object"
    NEIGHBOUR = "neighbour"
    IMAGE = "image"
    UPLOAD = "upload"


@dataclass(frozen=True)
class NameClash:
    """One thing with that name in AWS, and what the build would silently do because of it. `blocking`: no choice makes it right."""

    kind: Clash
    found: str
    consequence: str
    blocking: bool


def unique_key(key: str, at: datetime) -> str:
    """The key with date and minute before its `.raw`, short enough for an AMI's name; an older stamp of ours is replaced."""
    stem, suffix = (key[: -len(".raw")], ".raw") if key.endswith(".raw") else (key, "")
    stamp = at.strftime("-%Y%m%d-%H%M")
    stem = _STAMP.sub("", stem)[: LONGEST_AMI_NAME - len(stamp) - len(suffix)]
    return f"{stem}{stamp}{suffix}"


def clashes(baseline: Baseline) -> tuple[NameClash, ...]:
    """Everything that has the key's name already, worst first; empty when the build can only make new things."""
    found = [
        NameClash(
            Clash.IMAGE,
            f"{image.image_id} ({image.state})",
            "the build would report this old AMI as its result" if image.state in {"available", "pending"} else "AWS would refuse the name",
            blocking=True,
        )
        for image in baseline.images
    ]
    if baseline.object is not None:
        text = f"the upload would be skipped and the object of {baseline.object.modified:%Y-%m-%d %H:%M} UTC imported"
        found.append(NameClash(Clash.OBJECT, baseline.object.key, text, blocking=False))
    elif baseline.neighbours:
        text = "the build takes any key that starts like this one for the object itself, skips the upload and imports nothing"
        found.append(NameClash(Clash.NEIGHBOUR, baseline.neighbours[0], text, blocking=True))
    found += [
        NameClash(Clash.UPLOAD, upload_id, "somebody may be uploading to this key right now, or left an unfinished upload", blocking=False)
        for upload_id in baseline.upload_ids
    ]
    return tuple(found)


def console_links(partition: str, region: str, bucket: str, key: str, ami: str) -> tuple[tuple[str, str], ...]:
    """Label and address of the console pages of the object and the AMI; the AMI's only when there is one."""
    console = f"https://{region}.{_HOSTS.get(partition, 'console.aws.amazon.com')}"
    links = [("S3 object", f"{console}/s3/object/{bucket}?region={region}&prefix={quote(key, safe='')}")]
    if ami:
        links.append(("AMI", f"{console}/ec2/home?region={region}#ImageDetails:imageId={ami}"))
    return tuple(links)
