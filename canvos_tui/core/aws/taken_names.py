"""Names that are taken: what the import script would silently do with them, and a key that is free."""

from __future__ import annotations

from datetime import datetime

from canvos_tui.core.aws.facts import Image, S3Object
from canvos_tui.core.ports import Aws
from canvos_tui.core.text import ago, size
from canvos_tui.core.values import dataclass


@dataclass(frozen=True)
class TakenNames:
    """What of S3_KEY is taken already. `same` is the object itself, `neighbours` start with the key, `images` have the name."""

    key: str
    same: S3Object | None = None
    neighbours: tuple[S3Object, ...] = ()
    images: tuple[Image, ...] = ()
    images_only: bool = False  # whether no object was asked for

    @property
    def any(self) -> bool:
        """Whether anything is in the way."""
        return bool(self.same or self.neighbours or self.images)

    @property
    def hard(self) -> bool:
        """Whether going on could only end with somebody's old AMI."""
        return bool(self.images)

    def sentences(self, bucket: str, now: datetime, *, ours: bool = False) -> tuple[str, ...]:
        """What would happen, one sentence for each thing that is taken; `ours` where the upload is, and no script misled by names."""
        said = []
        for image in self.images:
            if image.state in {"available", "pending"} and not ours:
                said.append(f"AMI {self.key} exists ({image.image_id}, {image.state}): the script would report that old AMI as the result")
            else:
                said.append(f"AMI name {self.key} is held by {image.image_id} ({image.state}): registering would be refused at the end")
        if self.same is not None:
            told = f"{size(self.same.size)}, {ago(now, self.same.modified)}"
            then = (
                "nothing is written over it, and it is not imported" if ours else "the script would skip the upload and import that object"
            )
            said.append(f"s3://{bucket}/{self.key} exists ({told}): {then}")
        elif self.neighbours:
            said.append(
                f"s3://{bucket}/{self.neighbours[0].key} starts with this key: the script would take it for the object and not upload"
            )
        return tuple(said)


async def look(aws: Aws, bucket: str, key: str) -> TakenNames:
    """Asks for the object, for objects that start with the key, and for AMIs of that name in any state."""
    if not bucket:  # of the direct route: the key only names the AMI
        return TakenNames(key, images=await aws.images_named(key), images_only=True)
    same = await aws.head(bucket, key)
    neighbours = tuple(o for o in await aws.with_prefix(bucket, key) if o.key != key)
    return TakenNames(key, same, neighbours, await aws.images_named(key))


def unique_key(key: str, now: datetime) -> str:
    """`<key>-<yyyymmdd-hhmm>`, cut so that it stays a legal AMI name."""
    stamp = now.strftime("-%Y%m%d-%H%M")
    return key[: 128 - len(stamp)].rstrip("/-.") + stamp
