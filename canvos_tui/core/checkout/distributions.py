"""What an Earthfile does with the name of an operating system: nothing here knows the names, the checked-out file does.

It compares `$OS_DISTRIBUTION` with literals; some tags take any other name together with a BASE_IMAGE, in others such a name leaves the
build without a base image (Earthfile, the recipe that chooses BASE_IMAGE).
"""

from __future__ import annotations

import re

from canvos_tui.core.text import nearest
from canvos_tui.core.values import dataclass

_COMPARED = re.compile(r"\"?\$\{?OS_DISTRIBUTION\}?\"?\s*==?\s*[\"']?([A-Za-z0-9][\w.-]*)")
_ELSE = re.compile(r"^[ \t]*ELSE\n(?:[ \t]*#[^\n]*\n)*[ \t]*ARG (?:--\w+ )*BASE_IMAGE[ \t]*$", re.MULTILINE)
NEEDS_BASE = ("rhel", "sles")  # named, but without an image of the vendor's: true of every tag with the target


@dataclass(frozen=True)
class Distributions:
    """The names that an Earthfile compares, in its order, and whether it takes any other with a BASE_IMAGE."""

    names: tuple[str, ...] = ()
    takes_any: bool = False

    def caution(self, name: str, base_image: str = "") -> str:
        """What this Earthfile would do with a name that it does not compare; empty for the others, and where no name is known."""
        if not self.names or not name or name in self.names:
            return ""
        near = nearest(name.lower(), self.names)
        meant = f"; did you mean {near}?" if near else ""
        if not self.takes_any:
            return f"this Earthfile has no branch for {name}: the build would have no base image, with or without BASE_IMAGE{meant}"
        return "" if base_image else f"this Earthfile has no base image for {name}: it needs a BASE_IMAGE that you built{meant}"


NO_NAMES = Distributions()


def read_distributions(earthfile: str) -> Distributions:
    """The names in an Earthfile's text; none where it compares none."""
    return Distributions(tuple(dict.fromkeys(_COMPARED.findall(earthfile))), _ELSE.search(earthfile) is not None)
