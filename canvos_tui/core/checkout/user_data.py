"""`user-data`, the cloud-config that lets an instance register with Palette: a template and the checks that catch late failures."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from canvos_tui.core.errors import InvalidValueError

HEADER = "#cloud-config"
# what a template has in the place of a value: user-data.template of CanvOS, and what people write who mean "yours"
_EXAMPLE = re.compile(
    r"x{4,}|\*{3,}|#{3,}|<[^>]*>|\$\{?[A-Z_]+|^(?:your|my|token|changeme|change-me|todo|example)\b|\.example\.", re.IGNORECASE
)
_MARK = "[[["  # AuroraBoot's template delimiter


def parse_endpoint(text: str) -> str:
    """A Palette host name without a scheme, such as api.spectrocloud.com."""
    text = text.strip().removeprefix("https://").rstrip("/")
    if not re.fullmatch(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d+)?", text):
        raise InvalidValueError("this is no host name", allowed="a host such as api.spectrocloud.com")
    return text


def parse_token(text: str) -> str:
    """A registration token of Palette (Tenant Settings, Registration Tokens)."""
    text = "".join(text.split())
    if not re.fullmatch(r"[A-Za-z0-9+/=._-]{8,}", text):
        raise InvalidValueError(
            "this is no registration token", allowed="8 or more letters, digits, `+` `/` `=` `.` `_` `-`", remedy="copy it from Palette"
        )
    return text


def template(endpoint: str, token: str) -> str:
    """A minimal user-data with what an AWS image needs; no `install:` section, which is pointless there."""
    return f"{HEADER}\nstylus:\n  site:\n    paletteEndpoint: {parse_endpoint(endpoint)}\n    edgeHostToken: {parse_token(token)}\n"


_SECRET_NAMES = ("token", "passw", "secret", "passphrase", "private", "api_key", "apikey", "credential")
_SHORTEST = 6  # characters; a shorter text stands everywhere
# passwords of examples that are words of every build's log; behind their name they are masked all the same
_EVERYWHERE = frozenset({"kairos", "ubuntu", "canvos", "docker", "palette", "spectro", "password", "earthly"})
_DEEPEST = 50  # an anchor can hold itself


def secrets_in(parsed: object, *, within: bool = False, depth: int = 0) -> Iterator[str]:
    """The values of a user-data, parsed, that must not reach a log: those of telling names, whatever stands below them."""
    if depth > _DEEPEST:
        return
    if isinstance(parsed, Mapping):
        for name, value in parsed.items():
            yield from secrets_in(value, within=within or any(word in str(name).lower() for word in _SECRET_NAMES), depth=depth + 1)
    elif isinstance(parsed, list):
        for value in parsed:
            yield from secrets_in(value, within=within, depth=depth + 1)
    elif within and parsed is not None and not isinstance(parsed, bool):
        text = str(parsed)
        if len(text) >= _SHORTEST and text.lower() not in _EVERYWHERE:
            yield text


def problems(text: str, parsed: object) -> tuple[str, ...]:
    """What is wrong with a user-data: empty, no header, no endpoint, no token, a template mark. `parsed` is its YAML."""
    if not text.strip():
        return ("the file is empty: the disk builder would fail on it",)
    found = []
    if _MARK in text:
        line = text[: text.index(_MARK)].count("\n") + 1
        found.append(f"line {line} holds `{_MARK}`: the disk builder reads it as the start of a template")
    if text.splitlines()[0].rstrip() != HEADER:
        found.append(f"the first line is not `{HEADER}`")
    site = parsed.get("stylus", {}) if isinstance(parsed, Mapping) else {}
    site = site.get("site", {}) if isinstance(site, Mapping) else {}
    site = site if isinstance(site, Mapping) else {}
    return (*found, *_endpoint(site.get("paletteEndpoint")), *_token(site.get("edgeHostToken")))


def _endpoint(value: object) -> Iterator[str]:
    if not value:
        yield "stylus.site.paletteEndpoint is missing: an instance cannot find Palette"
    elif "://" in str(value):
        yield "stylus.site.paletteEndpoint is a host name, without https://"
    elif _EXAMPLE.search(str(value)):
        yield "stylus.site.paletteEndpoint is the example of a template, no host of yours"


def _token(value: object) -> Iterator[str]:
    if not value:
        yield "stylus.site.edgeHostToken is missing: an instance cannot register by itself"
    elif _EXAMPLE.search(str(value)):
        yield "stylus.site.edgeHostToken is the example of a template, no registration token of yours"
