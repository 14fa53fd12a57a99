"""How a line of a log begins when it is a line of its own, and no piece that a terminal cut off the one before."""

from __future__ import annotations

import re
from collections.abc import Sequence

_NAME_WIDTH = 20  # the build tool pads a target's name to so many columns
_TARGET = re.compile(rb" *([^\s|]{1,200})(?: \*(?:failed|local)\*){0,2} \| ?")
_RULER = re.compile("([^\\w\\s])\\1{19,}\\s*$")
_OWN = re.compile(  # a script's trace, JSON, what the build tool draws; stamps; words of programs
    b"|".join(
        (
            rb"\++ \S|[$#] \S| *[}\]]+[,;]?$|  +[\"{\[]|={5,} |\xe2\x80\x94{10}|\xf0\x9f\x9b\xb0",
            rb"\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d|[0-9a-f]{12}: |in\s+\+| (?:Init|Build|Push Summary|Local Output Summary) ",
            rb"(?:Error|ERROR|error|Warning|WARNING|warning|WARN|E|W|fatal|remote|docker|version|Help|Digest|Status|Deleted|Untagged): ",
            rb"(?:ERROR|WARN|Traceback) |error during connect: |An error occurred while running|See '|Run '|Unable to find image",
            rb"\S{1,40}: Pulling from |detected cgroups|loading config values|Cloning into|Received signal|Canceled$|make(?:\[\d\])?: ",
        )
    )
)


def is_ruler(text: str) -> bool:
    """Whether the row is drawn: one sign again and again, as wide as the terminal is thought to be."""
    return _RULER.search(text) is not None


def goes_on_drawn(ruler: str, row: str) -> bool:
    """Whether a row has nothing in it but a few more of the signs with which a ruler ends."""
    text = row.rstrip()
    return 0 < len(text) < len(ruler) and not text.strip(ruler.rstrip()[-1])


class Begins:
    """Says of a row whether a line begins with it; `stamps` are what a build server puts before each line."""

    def __init__(self, stamps: Sequence[re.Pattern[bytes]] = ()) -> None:
        self._stamps = stamps

    def __call__(self, row: bytes) -> bool:
        """An empty row is a line, too."""
        if any(stamp.match(row) for stamp in self._stamps):
            return True
        return not row.strip() or _OWN.match(row) is not None or _is_named(row)


def _is_named(row: bytes) -> bool:
    found = _TARGET.match(row)
    if found is None:
        return False
    begin, end = found.span(1)
    return end == _NAME_WIDTH if begin else end >= _NAME_WIDTH and any(sign in found[1] for sign in (b"+", b"/"))
