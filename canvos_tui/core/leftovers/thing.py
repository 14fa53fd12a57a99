"""One thing that is left: what it is, what it costs, whose it is, and what still needs it."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

from canvos_tui.core.aws.prices import S3_PRICE, SNAPSHOT_PRICE
from canvos_tui.core.text import GB
from canvos_tui.core.values import dataclass


class Kind(Enum):
    """What it is; the value is the word of commands and JSON."""

    TASK = "import_task"
    UPLOAD = "upload"
    OBJECT = "object"
    SNAPSHOT = "snapshot"
    AMI = "ami"
    FILE = "file"
    VOLUME = "volume"
    IMAGE = "image"

    @property
    def docker(self) -> bool:
        """Whether the Docker engine keeps it."""
        return self in {Kind.VOLUME, Kind.IMAGE}


@dataclass(frozen=True)
class Place:
    """Where it is: the region of AWS, and for what lies in S3 bucket, key and version."""

    region: str = ""
    bucket: str = ""
    key: str = ""
    version_id: str = ""
    etag: str = ""


@dataclass(frozen=True)
class Thing:
    """`certain` says that it is proven to be a run's of this machine: nothing else is ever taken away. `needed` names what still uses it.

    `size` is in bytes, 0 where it is not known; `since` is when it came, None where nobody says.
    """

    kind: Kind
    id: str
    certain: bool
    note: str
    size: int = 0
    since: datetime | None = None
    run: str = ""
    needed: str = ""
    place: Place = Place()

    @property
    def monthly(self) -> float:
        """US dollars a month at list price; of a snapshot at most, because only written blocks are billed."""
        price = {Kind.OBJECT: S3_PRICE, Kind.UPLOAD: S3_PRICE, Kind.SNAPSHOT: SNAPSHOT_PRICE}.get(self.kind, 0.0)
        return round(self.size / GB * price, 4)

    @property
    def removable(self) -> bool:
        """Whether it may be taken away now."""
        return self.certain and not self.needed
