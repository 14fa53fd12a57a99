"""One look at AWS: what was seen of a build's things, and what could not be asked."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import Enum

from canvos_tui.core.aws.facts import DENIALS, REFUSED_KEYS, Image, ImportTask, S3Object, Snapshot, Upload
from canvos_tui.core.values import dataclass

CLOCKS = timedelta(minutes=5)  # by which AWS' clock and ours may differ


class Question(Enum):
    """What a look at AWS asks for, in the words of a screen."""

    UPLOADS = "uploads"
    OBJECT = "object"
    TASKS = "tasks"
    SNAPSHOT = "snapshot"
    BEGUN = "snapshots that nobody names"
    IMAGES = "images"
    AWS = "AWS"  # nothing could be asked at all

    @property
    def decisive(self) -> bool:
        """Whether a verdict needs it: the guide's nine permissions do not show uploads, and what nobody names is at most left over."""
        return self not in {Question.UPLOADS, Question.BEGUN}


@dataclass(frozen=True)
class Unseen:
    """A question that AWS did not answer: its code (or one of ours, "" for none) and the reason in words."""

    what: Question
    code: str
    reason: str

    @property
    def why(self) -> str:
        """Code and reason in one."""
        return ": ".join(filter(None, (self.code, self.reason)))

    @property
    def denied(self) -> bool:
        """Whether AWS said that these keys may not ask."""
        return self.code in DENIALS

    @property
    def refused(self) -> bool:
        """Whether asking again with these keys changes nothing."""
        return self.denied or self.code in REFUSED_KEYS

    def __str__(self) -> str:
        return f"{self.what.value}: {self.why}"


@dataclass(frozen=True)
class Sighting:
    """One look at AWS during or after a build. A field is None when it could not be asked; `blind` says why."""

    at: datetime
    uploads: tuple[Upload, ...] | None = None
    object: S3Object | None = None
    object_known: bool = False
    tasks: tuple[ImportTask, ...] | None = None
    snapshot: Snapshot | None = None
    images: tuple[Image, ...] | None = None
    blind: tuple[Unseen, ...] = ()
    begun: tuple[Snapshot, ...] = ()  # on the direct route, where the run names none: those of ours since, made for its key
