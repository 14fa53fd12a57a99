"""The AWS keys, wherever they were found: in which order they count, and whether two places differ.

What we write, and ask AWS with, are those that were typed, else the environment's, else those of the profile, else an existing
`.secret`'s. What the guide's build reads is `.secret`, if it holds keys, so that is what the checks of its route judge.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import Enum
from typing import TYPE_CHECKING

from canvos_tui.core.secret import Secret
from canvos_tui.core.values import dataclass

if TYPE_CHECKING:
    from canvos_tui.core.aws.facts import AwsKeys


EXPIRES = "AWS_CREDENTIAL_EXPIRATION"  # beside exported keys, by `aws configure export-credentials`


class KeySource(Enum):
    """A place where keys can be, in the order in which they count; the value is the word for it on screens."""

    TYPED = "typed"
    ENVIRONMENT = "environment"
    PROFILE = "profile"
    SECRET = ".secret"  # noqa: S105  the name of a file


@dataclass(frozen=True)
class PlacedKeys:
    """Keys and where they came from; `differing` are other places that hold other keys, each with its masked id."""

    keys: AwsKeys
    source: KeySource
    differing: tuple[tuple[KeySource, str], ...] = ()


def keys_in(environ: Mapping[str, str]) -> AwsKeys | None:
    """The pair that the environment exports; None when a half is missing."""
    from canvos_tui.core.aws.facts import AwsKeys  # no draft needs what AWS tells

    key_id, secret = environ.get("AWS_ACCESS_KEY_ID"), environ.get("AWS_SECRET_ACCESS_KEY")
    token = environ.get("AWS_SESSION_TOKEN")
    if not (key_id and secret):
        return None
    return AwsKeys(key_id, Secret(secret), Secret(token) if token else None, parse_expiry(environ.get(EXPIRES, "")) if token else None)


def parse_expiry(text: str) -> datetime | None:
    """The moment that AWS' tools write beside temporary keys, such as 2026-11-27T20:00:00Z; None for what is none."""
    try:
        found = datetime.fromisoformat(text.strip().replace("Z", "+00:00"))
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def to_use(found: Mapping[KeySource, AwsKeys]) -> PlacedKeys | None:
    """The keys that we write, and ask AWS with; None when there are none anywhere."""
    return _placed(found, tuple(KeySource))


def to_judge(found: Mapping[KeySource, AwsKeys]) -> PlacedKeys | None:
    """The keys that the guide's build would use: those of `.secret`, else those that would be written there."""
    return _placed(found, (KeySource.SECRET, *KeySource))


def _placed(found: Mapping[KeySource, AwsKeys], order: tuple[KeySource, ...]) -> PlacedKeys | None:
    source = next((place for place in order if place in found), None)
    if source is None:
        return None
    keys = found[source]
    others = tuple((place, found[place].masked_id()) for place in KeySource if place in found and found[place] != keys)
    return PlacedKeys(keys, source, others)
