"""Classifies and orders CanvOS tags and says which one to offer (facts: CanvOS tag list and Earthfile)."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

from canvos_tui.core.checkout.earthfile import Earthfile
from canvos_tui.core.checkout.novelty import against, news
from canvos_tui.core.checkout.sources import SEEN_UP_TO
from canvos_tui.core.values import dataclass
from canvos_tui.core.values.late_pattern import pattern

_RELEASE = pattern(r"v(\d+)\.(\d+)\.(\d+)")
_CANDIDATE = pattern(r"v(\d+)\.(\d+)\.(\d+)-rc\.(\d+)")
_ALPHA = pattern(r"v(\d+)\.(\d+)\.(\d+)-alpha\.?(\d+)")
_PATCH = pattern(r"v(\d+)\.(\d+)\.(\d+)-patch\.(\d+)")
_LETTER = pattern(r"v(\d+)\.(\d+)\.([a-z])")


class TagKind(Enum):
    """What a tag's name says it is."""

    RELEASE = "release"
    CANDIDATE = "candidate"
    ALPHA = "alpha"
    PATCH = "patch build"
    LETTER = "release train"
    OTHER = "other"


_PATTERNS = (
    (TagKind.RELEASE, _RELEASE),
    (TagKind.CANDIDATE, _CANDIDATE),
    (TagKind.ALPHA, _ALPHA),
    (TagKind.PATCH, _PATCH),
)
# below the release of the same number, or after it
_RANK = {
    TagKind.ALPHA: 0,
    TagKind.CANDIDATE: 1,
    TagKind.RELEASE: 2,
    TagKind.PATCH: 3,
    TagKind.LETTER: 0,
    TagKind.OTHER: 0,
}


@dataclass(frozen=True)
class CanvosTag:
    """One tag of the repository; `date` is the creator date, None when git does not tell."""

    name: str
    kind: TagKind
    numbers: tuple[int, int, int, int]  # x, y, z, n of rc.n or patch.n
    date: datetime | None
    earthfile: Earthfile

    @property
    def selectable(self) -> bool:
        """Whether the guide's step 16 can run at this tag at all."""
        return against(self.earthfile) is None and self.kind is not TagKind.OTHER

    @property
    def numbered(self) -> bool:
        """Whether its name is a version, if only that of a train."""
        return self.kind is not TagKind.OTHER

    @property
    def beyond(self) -> bool:
        """Whether it is of a later release train than any that this program was made with: a newer canvos-tui may know more of it."""
        return self.numbered and self.numbers[:2] > _SEEN

    @property
    def agent_differs(self) -> bool:
        """Whether the Palette agent inside the image has another version than the tag's name says."""
        return self.earthfile.has_target and self.earthfile.pe_version not in {"", self.name}

    @property
    def unlike(self) -> bool:
        """Whether it cannot do step 16 although it is made for AWS: in a way that this program does not know."""
        found = self.earthfile
        return against(found) is not None and (found.has_target or found.bakes or bool(found.near or found.flaw))

    @property
    def refusal(self) -> str:
        """The same as a sentence that names the tag; empty for one that can be chosen."""
        if (refused := against(self.earthfile)) is not None:
            return f"{self.name} {refused.sentence}"
        return "" if self.selectable else f"{self.name} is no release of CanvOS"

    @property
    def remark(self) -> str:
        """Why it cannot be chosen, or what to know before choosing it; empty for a plain release."""
        if (refused := against(self.earthfile)) is not None:
            return refused.short
        new = [*([] if self.earthfile.pe_version else ["names no agent"]), *(one.short for one in news(self.earthfile))]
        if self.kind is not TagKind.RELEASE:
            note = "pre-release" if self.kind in {TagKind.CANDIDATE, TagKind.ALPHA} else self.kind.value
            return ", ".join([f"{note}, agent {self.earthfile.pe_version}" if self.agent_differs else note, *new])
        return ", ".join(["agent differs from its tag", *new] if self.agent_differs else new)


def classify(name: str, date: datetime | None, earthfile: Earthfile) -> CanvosTag:
    """A tag with its kind and numbers read from its name by anchored patterns."""
    for kind, known in _PATTERNS:
        if found := known.fullmatch(name):
            groups = [int(g) for g in found.groups()]
            return CanvosTag(name, kind, (groups[0], groups[1], groups[2], groups[3] if len(groups) > 3 else 0), date, earthfile)
    if found := _LETTER.fullmatch(name):
        return CanvosTag(name, TagKind.LETTER, (int(found[1]), int(found[2]), -1, ord(found[3])), date, earthfile)
    return CanvosTag(name, TagKind.OTHER, (-1, -1, -1, 0), date, earthfile)


_SEEN = classify(SEEN_UP_TO, None, Earthfile(has_target=False)).numbers[:2]


def order(tags: tuple[CanvosTag, ...]) -> tuple[CanvosTag, ...]:
    """Highest first: by number, a candidate below its release, a patch build above it; letters and others last."""

    def key(tag: CanvosTag) -> tuple[bool, tuple[int, int, int], int, int]:
        x, y, z, n = tag.numbers
        return tag.kind not in {TagKind.LETTER, TagKind.OTHER}, (x, y, z), _RANK[tag.kind], n

    return tuple(sorted(tags, key=key, reverse=True))


def suggested(tags: tuple[CanvosTag, ...]) -> CanvosTag | None:
    """The highest release with the target whose agent carries the tag's own version."""
    fit = (tag for tag in order(tags) if tag.kind is TagKind.RELEASE and tag.selectable and tag.earthfile.pe_version == tag.name)
    return next(fit, None)


def listed(tags: tuple[CanvosTag, ...], *, everything: bool = False, text: str = "") -> tuple[CanvosTag, ...]:
    """The tags a picker shows: the releases that are made for AWS and the guide's own example, or all of them on request."""
    rows = order(tags)
    if not everything:
        rows = tuple(t for t in rows if t.kind is TagKind.RELEASE and (t.selectable or t.unlike or t.name == GUIDE_TAG))
    return tuple(t for t in rows if text.lower() in t.name.lower())


GUIDE_TAG = "v4.8.5"  # step 4 of the guide names it as the example
