"""What somebody asks for: regions, whom to share with, the deprecation date; each is refused with what would do."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime

from canvos_tui.core.answers.values import parse_region
from canvos_tui.core.aws.vmimport_role import partition_of
from canvos_tui.core.errors import InvalidValueError
from canvos_tui.core.values import dataclass

_ACCOUNT = re.compile(r"[0-9]{12}")
_UNIT = re.compile(
    r"arn:aws(?:-cn|-us-gov)?:organizations::[0-9]{12}:(?:organization/o-[a-z0-9]{10,32}|ou/o-[a-z0-9]{10,32}/ou-[a-z0-9-]+)"
)
_YEARS = 10


@dataclass(frozen=True)
class Wish:
    """What is to be done with one AMI; `until` is aware, in UTC, without seconds."""

    regions: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    organizations: tuple[str, ...] = ()
    until: datetime | None = None
    launch: bool = False

    @property
    def changes(self) -> bool:
        """Whether anything in AWS becomes another by it."""
        return bool(self.regions or self.accounts or self.organizations or self.until)


def parse_regions(texts: Iterable[str], home: str) -> tuple[str, ...]:
    """The regions to copy to, each once. InvalidValueError for the AMI's own, and for one of another partition."""
    found = tuple(dict.fromkeys(parse_region(text) for text in texts))
    for region in found:
        if region == home:
            raise InvalidValueError(f"the AMI is in {home} already", remedy="name another region")
        if partition_of(region) != partition_of(home):
            text = f"`{region}` is in another partition than {home}: AWS copies no AMI between them"
            raise InvalidValueError(text, allowed=f"regions of {partition_of(home)}", remedy="build there, with keys of that partition")
    return found


def parse_sharers(texts: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Accounts, and ARNs of organizations and their units; InvalidValueError for everything else, among it everybody."""
    allowed = "an account of 12 digits, or arn:aws:organizations::ACCOUNT:organization/o-..."
    accounts, units = [], []
    for text in texts:
        given = text.strip()
        if _ACCOUNT.fullmatch(given):
            accounts.append(given)
        elif _UNIT.fullmatch(given):
            units.append(given)
        elif given.lower() in {"all", "public", "everyone", "everybody"}:
            raise InvalidValueError("an AMI is never made public by this program", allowed=allowed)
        else:
            raise InvalidValueError(f"`{text}` is neither an account nor the ARN of an organization", allowed=allowed)
    return tuple(dict.fromkeys(accounts)), tuple(dict.fromkeys(units))


def parse_until(text: str, now: datetime) -> datetime:
    """The moment in UTC, to the minute: midnight where only a day is given. InvalidValueError when it is past, or too far."""
    allowed = "2027-06-30, or 2027-06-30T12:00Z"
    try:
        found = datetime.fromisoformat(text.strip().replace("Z", "+00:00"))
    except ValueError:
        raise InvalidValueError(f"`{text}` is no date", allowed=allowed) from None
    moment = (found if found.tzinfo is not None else found.replace(tzinfo=UTC)).astimezone(UTC).replace(second=0, microsecond=0)
    if moment <= now:
        raise InvalidValueError(f"{moment:%Y-%m-%d %H:%M} UTC is past", allowed=f"a moment after {now:%Y-%m-%d %H:%M} UTC")
    last = now.replace(year=now.year + _YEARS, day=min(now.day, 28))
    if moment > last:
        raise InvalidValueError(f"{moment:%Y-%m-%d} is more than {_YEARS} years away", allowed=f"at most {last:%Y-%m-%d}")
    return moment
