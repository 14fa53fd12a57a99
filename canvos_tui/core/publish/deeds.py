"""What can be done with an AMI that is ready, as it is asked for: a row each, what has to be typed for it, and the wish it makes."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

from canvos_tui.core.aws.instance import ROOMY
from canvos_tui.core.errors import InvalidValueError
from canvos_tui.core.publish.wish import Wish, parse_regions, parse_sharers, parse_until
from canvos_tui.core.values import dataclass

_BETWEEN = re.compile(r"[\s,]+")
ABOUT = "Nothing is done before its price was shown and you said yes. What is said afterwards was read back from AWS."
GOES_ON = "Copies that were begun go on in AWS. The same again, here or by the command, goes on with them and begins no second one."
BUSY = "AWS is being asked: a moment"


@dataclass(frozen=True)
class Deed:
    """One of them. `asks` is what has to be typed, "" where nothing is; `wish` makes it of the text, the AMI's region and the time."""

    word: str
    title: str
    about: str
    asks: str
    wish: Callable[[str, str, datetime], Wish]


def _parts(text: str) -> list[str]:
    return [part for part in _BETWEEN.split(text.strip()) if part]


def _copy(text: str, home: str, _: datetime) -> Wish:
    parts = _parts(text)
    if not parts:
        raise InvalidValueError("no region is named", allowed="one or several regions, such as eu-central-1 us-west-2")
    return Wish(regions=parse_regions(parts, home))


def _share(text: str, _: str, __: datetime) -> Wish:
    accounts, organizations = parse_sharers(_parts(text))
    if not accounts and not organizations:
        raise InvalidValueError("nobody is named", allowed="accounts of 12 digits, or an organization's ARN")
    return Wish(accounts=accounts, organizations=organizations)


DEEDS = (
    Deed(
        "copy",
        "Copy to other regions",
        "an AMI and a snapshot of its own in each; they cost there, too",
        "Regions, with blanks or commas between them, such as: eu-central-1 us-west-2",
        _copy,
    ),
    Deed(
        "share",
        "Share with accounts",
        "others may launch it; an account gets its snapshot, too",
        "Accounts of 12 digits, or the ARN of an organization or a unit of it, with blanks between them",
        _share,
    ),
    Deed(
        "retire",
        "Set its end",
        "from then on others do not find it; it still launches",
        "A day or a moment in UTC, such as 2027-06-30 or 2027-06-30T12:00Z",
        lambda text, _, now: Wish(until=parse_until(text, now)),
    ),
    Deed(
        "try",
        "Ask whether it launches",
        f"whether your keys may start one of {ROOMY} GiB, or the AMI's own if larger; starts nothing",
        "",
        lambda *_: Wish(launch=True),
    ),
)
