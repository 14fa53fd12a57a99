"""What the vendor's compatibility matrix says: the CanvOS version that it names for a Palette, and what follows for a tag.

Its page says besides that both have the same major and minor version. More is not known, and no more is claimed here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum
from typing import TYPE_CHECKING

from canvos_tui.core.errors import InvalidValueError
from canvos_tui.core.values import dataclass
from canvos_tui.core.values.late_pattern import pattern

if TYPE_CHECKING:
    from canvos_tui.core.checkout.tags import CanvosTag

Version = tuple[int, int, int]

EXAMPLE = "4.9.48"
_NUMBER = "(0|[1-9][0-9]{0,4})"
_VERSION = pattern(rf"(?<![0-9.]){_NUMBER}\.{_NUMBER}\.{_NUMBER}(?![0-9.])")


def version_of(text: str) -> Version | None:
    """The three numbers of a text that is a version and nothing else."""
    found = _VERSION.fullmatch(text)
    return (int(found[1]), int(found[2]), int(found[3])) if found else None


def version_in(text: str) -> str:
    """The one version that a text speaks of; empty where there is none, or more than one."""
    found = dict.fromkeys(match[0] for match in _VERSION.finditer(text))
    return next(iter(found)) if len(found) == 1 else ""


def parse_palette(text: str) -> str:
    """A version of Palette, such as 4.9.48, or nothing."""
    text = text.strip()
    if not text or version_of(text):
        return text
    odd = not re.fullmatch(r"[0-9.]+", text)
    raise InvalidValueError(
        f"`{text}` is no Palette version",
        allowed="three numbers with dots, or empty",
        final=odd,
        remedy=f"try {version_in(text) or EXAMPLE}",
    )


@dataclass(frozen=True)
class Row:
    """A Palette version and the CanvOS version that the table names for it."""

    palette: str
    canvos: str

    @property
    def tag(self) -> str:
        """The CanvOS version as its tag is called, whether there is such a tag or not."""
        return f"v{self.canvos}"


class Place(Enum):
    """Where a Palette version stands in the table; the value says it."""

    ROW = "in it"
    BETWEEN = "between two of its rows"
    NEWER = "newer than its rows"
    OLDER = "older than its rows"


@dataclass(frozen=True)
class Takes:
    """What a Palette takes. `row` is its own, else the next one below it; None where it is older than all of them."""

    palette: str
    place: Place
    row: Row | None
    date: str  # of the table

    @property
    def named(self) -> Row | None:
        """Its own row."""
        return self.row if self.place is Place.ROW else None

    def against(self, tag: CanvosTag) -> str:
        """Why this Palette cannot take the tag; empty where the table does not say so."""
        own = _numbers(self.palette)
        for version in _versions(tag):
            if version[:2] != own[:2]:
                return f"not for Palette {own[0]}.{own[1]}"
            if self.named is not None and version > _numbers(self.named.canvos):
                return f"newer than {self.named.tag}"
        return ""

    def dated(self, tag: CanvosTag) -> str:
        """The same with the table's date."""
        return f"{reason} ({self.date})" if (reason := self.against(tag)) else ""

    def fits(self, tag: CanvosTag) -> bool:
        """Whether it is the one that the table names."""
        return self.named is not None and tag.name == self.named.tag and not self.against(tag)

    def suggests(self, tag: CanvosTag) -> bool:
        """Whether it is not newer than what this Palette, or the one of the row below, takes."""
        row = self.row
        return row is not None and not self.against(tag) and all(v <= _numbers(row.canvos) for v in _versions(tag))

    @property
    def sentence(self) -> str:
        """What the table says of this Palette; where it says nothing, what it says of the one below."""
        if self.named is not None:
            return f"Palette {self.palette} takes {self.named.tag} (table of {self.date})"
        said = f"Palette {self.palette} is not in the table of {self.date}, {self.place.value}"
        return f"{said}; the row below, {self.row.palette}, takes {self.row.tag}" if self.row is not None else said


def _numbers(text: str) -> Version:
    found = version_of(text)
    assert found is not None, f"{text} was parsed before"
    return found


def _versions(tag: CanvosTag) -> Iterator[Version]:
    """The tag's own version and that of the agent inside: for the table the two are one. The name of a train has no third number."""
    x, y, z, _ = tag.numbers
    if tag.numbered:
        yield x, y, z
    agent = version_of(tag.earthfile.pe_version.removeprefix("v"))
    if agent is not None:
        yield agent


@dataclass(frozen=True)
class Matrix:
    """The table, newest Palette first, and the day that it was read."""

    day: str = ""
    rows: tuple[Row, ...] = ()

    @property
    def date(self) -> str:
        """The month of it, as it is shown."""
        return self.day[:7]

    def takes(self, palette: str) -> Takes | None:
        """What that Palette takes; None while no version is given."""
        version = version_of(palette)
        if version is None:
            return None
        row = next((r for r in self.rows if _numbers(r.palette) <= version), None)
        if row is None:
            return Takes(palette, Place.OLDER, None, self.date)
        place = Place.ROW if row.palette == palette else Place.NEWER if row is self.rows[0] else Place.BETWEEN
        return Takes(palette, place, row, self.date)


def suggested_for(tags: tuple[CanvosTag, ...], takes: Takes | None) -> CanvosTag | None:
    """The tag to offer: the highest that this Palette can take, of all where no Palette is known."""
    from canvos_tui.core.checkout.tags import suggested  # the first page knows this module, and has no tags yet

    return suggested(tags) if takes is None else suggested(tuple(tag for tag in tags if takes.suggests(tag)))
