"""`user-data`, the cloud-config that lets an instance register with Palette: a template and the checks that catch late failures."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping

from canvos_tui.core.errors import InvalidValueError
from canvos_tui.core.values.late_pattern import pattern

HEADER = "#cloud-config"
# what a template has in the place of a value: user-data.template of CanvOS, and what people write who mean "yours"
_EXAMPLE = pattern(
    r"x{4,}|\*{3,}|#{3,}|<[^>]*>|\$\{?[A-Z_]+|^(?:your|my|token|changeme|change-me|todo|example)\b|\.example\.", re.IGNORECASE
)
_MARK = "[[["  # AuroraBoot's template delimiter


def parse_endpoint(text: str) -> str:
    """A Palette host name without a scheme, such as api.spectrocloud.com."""
    text = text.strip().removeprefix("https://").rstrip("/")
    if not re.fullmatch(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d+)?", text):
        raise InvalidValueError("this is no host name", allowed="a host such as api.spectrocloud.com")
    return text


def parse_user(text: str) -> str:
    """The name of a Linux user; empty for none."""
    text = text.strip()
    if text and not re.fullmatch(r"[a-z_][a-z0-9_-]{0,31}", text):
        raise InvalidValueError(
            f"`{text}` is no user's name", allowed="1 to 32 of lower case letters, digits, `_` `-`, a letter or `_` first"
        )
    return text


_CURVES = ("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521")
_ON_A_STICK = ("sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com")
_SSH_KINDS = ("ssh-ed25519", "ssh-rsa", *_CURVES, *_ON_A_STICK)


def parse_ssh_key(text: str) -> str:
    """A public SSH key in one line, as a `.pub` file has it; empty for none. A private one is refused without being repeated."""
    if "PRIVATE KEY" in text:
        raise InvalidValueError("this is a private key, which must not leave its machine", allowed="the line of the .pub file beside it")
    text = " ".join(text.split())
    if not text:
        return ""
    kind, _, rest = text.partition(" ")
    if kind not in _SSH_KINDS:
        raise InvalidValueError(
            "this is no public SSH key", allowed=f"one line that starts with {', '.join(_SSH_KINDS[:2])} or ecdsa-sha2-..."
        )
    if not _holds(kind, rest.partition(" ")[0]):
        raise InvalidValueError(f"the key after {kind} is cut or damaged", allowed="the whole line of the .pub file")
    return text


def _holds(kind: str, data: str) -> bool:
    """Whether the key's bytes begin with their own kind and hold all the parts whose lengths they tell (RFC 4253, 6.6)."""
    try:
        raw = base64.b64decode(data, validate=True)
    except binascii.Error:
        return False
    parts = []
    while raw:
        size = int.from_bytes(raw[:4], "big")
        if len(raw) < 4 + size:
            return False
        parts.append(raw[4 : 4 + size])
        raw = raw[4 + size :]
    return len(parts) > 1 and parts[0] == kind.encode()


def parse_token(text: str) -> str:
    """A registration token of Palette (Tenant Settings, Registration Tokens)."""
    text = "".join(text.split())
    if not re.fullmatch(r"[A-Za-z0-9+/=._-]{8,}", text):
        raise InvalidValueError(
            "this is no registration token", allowed="8 or more letters, digits, `+` `/` `=` `.` `_` `-`", remedy="copy it from Palette"
        )
    return text


USER = "kairos"  # of an instance, where a key is given and no name


def template(endpoint: str, token: str, user: str = "", ssh_key: str = "") -> str:
    """A minimal user-data with what an AWS image needs; no `install:` section, which is pointless there.

    With a public key there is a user who may log in with it and use sudo; InvalidValueError for what cannot be.
    """
    site = f"{HEADER}\nstylus:\n  site:\n    paletteEndpoint: {parse_endpoint(endpoint)}\n    edgeHostToken: {parse_token(token)}\n"
    if not (key := parse_ssh_key(ssh_key)):
        return site
    import json  # the first page knows this module, and has no use for that one

    account = f"        {parse_user(user) or USER}:\n          groups:\n            - sudo\n          ssh_authorized_keys:\n"
    return f"{site}stages:\n  initramfs:\n    - users:\n{account}            - {json.dumps(key, ensure_ascii=False)}\n"


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
