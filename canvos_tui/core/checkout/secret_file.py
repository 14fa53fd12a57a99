"""Renders and reads `.secret`, the file from which Earthly takes the three secrets of the last build step."""

from __future__ import annotations

from canvos_tui.core.aws.facts import AwsKeys
from canvos_tui.core.errors import InvalidValueError
from canvos_tui.core.secret import Secret
from canvos_tui.core.values.late_pattern import pattern

MODE = 0o600
IDS = ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
_LINE = pattern(r"\s*(?:export\s+)?([A-Za-z_]\w*)\s*[=:]\s*(.*?)\s*")
_WHOLE = pattern(r"'[^']*'(?:\s+#.*)?|\"(?:[^\"\\]|\\.)*\"(?:\s+#.*)?")
_NAME = pattern(r"[A-Z_][A-Z0-9_]{0,39}")  # of a setting; what is longer or has small letters could be the value
_HIDDEN = "********"
_SAFE = pattern(r"[A-Za-z0-9/+=]+")


def render(keys: AwsKeys, current: bytes | None = None) -> bytes:
    """The file with all three ids; AWS_PROFILE is empty, because the build stops when the name is missing. Other lines stay."""
    if not _SAFE.fullmatch(keys.key_id) or not _SAFE.fullmatch(keys.secret.reveal()):
        raise InvalidValueError("the keys hold a character that no AWS key has", remedy="type them again on the keys screen")
    out = []
    for line in (current or b"").decode("utf-8", "replace").replace("\r", "").splitlines():
        found = _LINE.fullmatch(line)
        if found and found[1] in IDS:
            continue
        out.append(line)
    out.extend(f"{name}={value.reveal()}" for name, value in values_of(keys).items())
    return ("\n".join(out) + "\n").encode()


def mended(data: bytes) -> bytes:
    """The file with an empty AWS_PROFILE, LF line ends, an end of the last line and no byte order mark; nothing else changes.

    A profile that is set is emptied: the build has no ~/.aws to find it in.
    """
    data = data.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n")
    lines = data.decode("utf-8", "surrogateescape").split("\n")
    if not lines[-1]:
        lines.pop()
    out, there = [], False
    for line in lines:
        found = _LINE.fullmatch(line)
        profile = found is not None and found[1] == "AWS_PROFILE" and not line.lstrip().startswith("#")
        there = there or profile
        out.append("AWS_PROFILE=" if profile and found is not None and found[2].strip("\"'") else line)
    if not there:
        out.append("AWS_PROFILE=")
    return ("\n".join(out) + "\n").encode("utf-8", "surrogateescape")


def values_of(keys: AwsKeys) -> dict[str, Secret]:
    """What the three ids stand for once `render` has written them."""
    return {"AWS_PROFILE": Secret(""), "AWS_ACCESS_KEY_ID": Secret(keys.key_id), "AWS_SECRET_ACCESS_KEY": keys.secret}


def read(data: bytes) -> dict[str, Secret]:
    """The ids of a `.secret` with their values; an id without a value holds an empty Secret."""
    found: dict[str, Secret] = {}
    for line in data.decode("utf-8", "replace").splitlines():
        if (m := _LINE.fullmatch(line)) and not line.lstrip().startswith("#"):
            found[m[1]] = Secret(m[2].strip("\"'"))
    return found


def unreadable(data: bytes) -> tuple[tuple[int, str], ...]:
    """Lines that stop Earthly's reader (godotenv), with the reason; what stands in them is not told."""
    found = [(1, "the file starts with a byte order mark")] if data.startswith(b"\xef\xbb\xbf") else []
    for number, line in enumerate(data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace").splitlines(), 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        if not (m := _LINE.fullmatch(line)):
            found.append((number, "this is no NAME=value"))
        elif m[2][:1] in {"'", '"'} and not _WHOLE.fullmatch(m[2]):
            found.append((number, "text before or after the quotes, or a quote that is not closed"))
    return tuple(found)


def keys_of(data: bytes) -> AwsKeys | None:
    """The key pair of a `.secret`, None when one half is missing."""
    found = read(data)
    key_id, secret = found.get("AWS_ACCESS_KEY_ID"), found.get("AWS_SECRET_ACCESS_KEY")
    if not key_id or not secret:
        return None
    return AwsKeys(key_id.reveal(), secret)


def masked(data: bytes) -> str:
    """The text with every value hidden but the access key id's last four characters, for a diff; remarks and broken lines are hidden whole.

    A key that was put aside behind a `#`, or that lost its name, is a key.
    """
    out = []
    for line in data.decode("utf-8", "replace").splitlines():
        text = line.strip()
        if (m := _LINE.fullmatch(line)) and _NAME.fullmatch(m[1]):
            value = m[2].strip("\"'")
            shown = "" if not value else (f"...{value[-4:]}" if m[1] == "AWS_ACCESS_KEY_ID" and len(value) >= 16 else _HIDDEN)
            out.append(f"{m[1]}={shown}")
        else:
            out.append("" if not text else f"# {_HIDDEN}" if text.startswith("#") else _HIDDEN)
    return "\n".join(out) + ("\n" if out else "")
