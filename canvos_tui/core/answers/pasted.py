"""What a pasted text means for a field: the value that it holds, however the place that it was copied from writes it."""

from __future__ import annotations

import re
from collections.abc import Callable

from canvos_tui.core.aws.keys import EXPIRES
from canvos_tui.core.checkout.compatibility import version_in
from canvos_tui.core.secret import Secret
from canvos_tui.core.values import dataclass
from canvos_tui.core.values.late_pattern import pattern

ID, SECRET = "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"
TOKEN = "AWS_SESSION_TOKEN"  # noqa: S105  a name
_JSON = pattern(r'"(AccessKeyId|SecretAccessKey|SessionToken|Expiration)"\s*:\s*"([^"\s]+)"')
_JSON_NAMES = {"AccessKeyId": ID, "SecretAccessKey": SECRET, "SessionToken": TOKEN, "Expiration": EXPIRES}
HIDDEN = frozenset({SECRET, TOKEN, "EDGE_HOST_TOKEN"})  # whose values are never shown
_ASSIGNED = pattern(r"^\s*(?:export\s+|set\s+|\$env:)?([A-Za-z_][A-Za-z0-9_]*)\s*[=:]\s*(.*?)\s*;?\s*$")
# what a field is called elsewhere: in a line of user-data, and by AWS' own tools
_ELSEWHERE = {
    "PALETTE_ENDPOINT": ("PALETTEENDPOINT",),
    "EDGE_HOST_TOKEN": ("EDGEHOSTTOKEN",),
    "REGION": ("AWS_REGION", "AWS_DEFAULT_REGION"),
}
_QUOTES = {"'", '"', "`"}
_S3_ADDRESS = pattern(r"^s3://([^/\s]+)(?:/(\S*))?$", re.IGNORECASE)
_S3_ARN = pattern(r"^arn:aws[\w-]*:s3:::([^/\s]+)(?:/(\S*))?$")
_CONSOLE = pattern(r"^https://[\w.-]*console\.aws\.amazon\.com/s3/(?:buckets|object)/([^/?#\s]+)")
_HOSTED = pattern(r"^https?://([a-z0-9.-]+)\.s3[.-](?:[a-z0-9-]+\.)?amazonaws\.com(?:/(\S*))?$")
_ZONE = pattern(r"^([a-z]{2}(?:-[a-z]+)+-\d)[a-z]$")
_REGION_IN = pattern(r"(?:[?&]region=|https://)([a-z]{2}(?:-[a-z]+)+-\d)(?:[&#.]|$)")
_PAIR = pattern(r"\b((?:AKIA|ASIA)[A-Z0-9]{16})\b[\s,;]+([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+])")


def value_in(key: str, text: str) -> str:
    """The value for that field; the text itself without blanks around it where nothing else is known to be meant."""
    bare = unwrapped(key, text)
    return _MEANINGS[key](bare) if key in _MEANINGS else bare


def unwrapped(key: str, text: str) -> str:
    """Without `export NAME=`, quotes, blanks and line ends around it; of several assignments the one of this name."""
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    assigned = {found[1].upper(): found[2] for line in lines if (found := _ASSIGNED.match(line)) is not None}
    for name in (key.upper(), *_ELSEWHERE.get(key, ())):
        if name in assigned:
            return _unquoted(assigned[name])
    return _unquoted(" ".join(lines))


@dataclass(frozen=True)
class PastedKeys:
    """What a text holds of AWS keys; `token` and `expires` are "" where it does not say them."""

    key_id: str
    secret: Secret
    token: Secret
    expires: str = ""


def keys_in(text: str) -> PastedKeys | None:
    """Both AWS keys, and a session token with them, where a text holds a pair; None for less.

    Assignments of a shell, the lines of a credentials file, the JSON of AWS' tools, a line of the console's CSV file.
    """
    named = {_JSON_NAMES[name]: value for name, value in _JSON.findall(text)}
    lines = "\n".join(f"{name}={value}" for name, value in named.items()) or text
    key_id, secret = unwrapped(ID, lines), unwrapped(SECRET, lines)
    if key_id != secret and "=" not in key_id + secret and not re.search(r"\s", key_id + secret):
        token, expires = (found if (found := unwrapped(name, lines)) != _whole(lines) else "" for name in (TOKEN, EXPIRES))
        return PastedKeys(key_id, Secret(secret), Secret(token), expires)
    pair = _PAIR.search(text)
    return PastedKeys(pair[1], Secret(pair[2]), Secret("")) if pair is not None else None


def _whole(text: str) -> str:
    """What `unwrapped` gives of a text without the name that it looks for."""
    return _unquoted(" ".join(line.strip() for line in text.strip().splitlines() if line.strip()))


def _unquoted(text: str) -> str:
    return text[1:-1].strip() if len(text) > 1 and text[0] == text[-1] and text[0] in _QUOTES else text


def _bucket(text: str) -> str:
    for known in (_S3_ADDRESS, _S3_ARN, _CONSOLE, _HOSTED):
        if (found := known.match(text)) is not None:
            return found[1]
    return text


def _object_key(text: str) -> str:
    for known in (_S3_ADDRESS, _S3_ARN, _HOSTED):
        if (found := known.match(text)) is not None and found[2]:
            return found[2]
    return text


def _region(text: str) -> str:
    zone, address = _ZONE.match(text), _REGION_IN.search(text)
    return zone[1] if zone is not None else address[1] if address is not None else text


def _registry(text: str) -> str:
    return re.sub(r"^https?://", "", text, flags=re.IGNORECASE).rstrip("/")


def _host(text: str) -> str:
    """The host of an address; the port belongs to it."""
    return re.sub(r"^https?://([^/?#\s]+).*$", r"\1", text, flags=re.IGNORECASE | re.DOTALL)


def has_private_key(text: str) -> bool:
    """Whether a text holds one, as ssh-keygen and openssl write it: it belongs into no field, and onto no screen."""
    return "PRIVATE KEY-" in text


def _palette(text: str) -> str:
    return version_in(text) or text


_MEANINGS: dict[str, Callable[[str], str]] = {
    "S3_BUCKET": _bucket,
    "S3_KEY": _object_key,
    "REGION": _region,
    "IMAGE_REGISTRY": _registry,
    "PALETTE_ENDPOINT": _host,
    "palette": _palette,
}
