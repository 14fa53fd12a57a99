"""What an Earthfile does with the name of an operating system: nothing here knows the names, the checked-out file does.

It compares `$OS_DISTRIBUTION` with literals; some tags take any other name together with a BASE_IMAGE, in others such a name leaves the
build without a base image (Earthfile, the recipe that chooses BASE_IMAGE).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from canvos_tui.core.text import nearest
from canvos_tui.core.values import dataclass
from canvos_tui.core.values.late_pattern import pattern

_COMPARED = pattern(r"\"?\$\{?OS_DISTRIBUTION\}?\"?\s*==?\s*[\"']?([A-Za-z0-9][\w.-]*)")
_OPTIONS = r"(?:--[\w-]+(?:=\S+)?[ \t]+)*"
_ELSE = pattern(rf"^[ \t]*ELSE\n(?:[ \t]*#[^\n]*\n)*[ \t]*ARG[ \t]+{_OPTIONS}BASE_IMAGE[ \t]*$", re.MULTILINE)
_BLOCK = pattern(r"^[ \t]*(ELSE IF|ELSE|IF|FOR|WITH|TRY|WAIT|END)\b([^\n]*)$", re.MULTILINE)
_CHOSEN = pattern(rf"^[ \t]*(?:ARG|LET|SET)[ \t]+{_OPTIONS}BASE_IMAGE[ \t]*=[ \t]*\S", re.MULTILINE)
ANY = "*"
NEEDS_BASE = ("rhel", "sles")  # without an image of the vendor's where an Earthfile does not tell by itself


@dataclass(frozen=True)
class Distributions:
    """The names that an Earthfile compares, in its order, and what it does with any other.

    `takes_any` says that it takes one together with a BASE_IMAGE, `own` for which names it has a base image, ANY for all others.
    """

    names: tuple[str, ...] = ()
    takes_any: bool = False
    own: tuple[str, ...] = ()

    def needs_base(self, name: str) -> bool:
        """Whether it knows that name and has no base image for it."""
        return name in self.names and name not in self.own if self.own else name in NEEDS_BASE

    def caution(self, name: str, base_image: str = "") -> str:
        """What this Earthfile would do with a name that it does not compare; empty for the others, and where no name is known."""
        if not self.names or not name or name in self.names or ANY in self.own:
            return ""
        near = nearest(name.lower(), self.names)
        meant = f"; did you mean {near}?" if near else ""
        if not self.takes_any:
            return f"this Earthfile has no branch for {name}: the build would have no base image, with or without BASE_IMAGE{meant}"
        return "" if base_image else f"this Earthfile has no base image for {name}: it needs a BASE_IMAGE that you built{meant}"


NO_NAMES = Distributions()


def read_os_versions(data: bytes | None) -> dict[str, tuple[str, ...]]:
    """The versions that os_version.json lists for each system; nothing where it lists none: no build reads the file."""
    import json  # many modules know this one for its names, and the first page waits for them

    try:
        found = json.loads(data or b"{}")
    except (ValueError, RecursionError):
        return {}
    listed = found.items() if isinstance(found, dict) else ()
    return {name: tuple(v for v in versions if isinstance(v, str) and v) for name, versions in listed if isinstance(versions, list)}


def read_distributions(earthfile: str) -> Distributions:
    """The names in an Earthfile's text; none where it compares none."""
    names = tuple(dict.fromkeys(_COMPARED.findall(earthfile)))
    return Distributions(names, _ELSE.search(earthfile) is not None, tuple(dict.fromkeys(_own(earthfile.replace("\\\n", " ")))))


def _own(earthfile: str) -> Iterator[str]:
    """The names in whose branch BASE_IMAGE gets a value."""
    branches: list[tuple[str, ...]] = []
    end = 0
    for found in _BLOCK.finditer(earthfile):
        if branches and _CHOSEN.search(earthfile, end, found.start()):
            yield from next((names for names in reversed(branches) if names), ())
        end = found.end()
        word, condition = found.groups()
        before = branches.pop() if branches and word in {"END", "ELSE", "ELSE IF"} else ()
        if word == "ELSE":
            branches.append((ANY,) if before else ())
        elif word != "END":
            branches.append(tuple(_COMPARED.findall(condition)))
