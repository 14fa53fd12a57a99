"""A secret that is known by value, and every spelling under which a log may show it."""

from __future__ import annotations

import base64
import json
import re
import shlex
from collections.abc import Iterator
from urllib.parse import quote, quote_plus, unquote, unquote_plus

from canvos_tui.core.secret import Secret
from canvos_tui.core.values import dataclass
from canvos_tui.core.values.late_pattern import pattern as late

SHORTEST = 5  # a shorter text would be found everywhere and hide nothing but the log
EDGE = 8  # so many characters of a secret's beginning or end are masked where a line was cut
PACKED = 16  # a base64 spelling is looked for only in text that has such a long run of its characters at all
_LINE = 8  # shortest line of a secret with several lines that is looked for by itself
_PERCENT = late(r"%[0-9A-F]{2}")
_PACKED = late(rb"[A-Za-z0-9+/]{%d,}" % PACKED)
_UNSAFE = late(r"([^A-Za-z0-9_./:=@%+,-])")


@dataclass(frozen=True)
class Masked:
    """A secret and the rule name that stands in its place, such as `aws_secret`."""

    name: str
    secret: Secret


@dataclass(frozen=True)
class Needle:
    """One spelling of a secret; never printed."""

    name: str
    text: bytes
    raw: bool  # the secret itself, not an encoding of it
    packed: bool = False  # base64 of at least PACKED characters

    def __repr__(self) -> str:
        return f"Needle({self.name})"


def needles(masked: Masked) -> tuple[Needle, ...]:
    """All spellings of a secret, longest first; none for a text too short to be told from others."""
    value = masked.secret.reveal()
    texts = dict.fromkeys(_spellings(value))
    for line in value.splitlines():
        if len(line.strip()) >= _LINE and line.strip() != value:
            texts.update(dict.fromkeys(_spellings(line.strip())))
    raw = value.encode("utf-8", "surrogateescape")
    found = [
        Needle(masked.name, text, text == raw, packed=_PACKED.fullmatch(text) is not None and raw not in text)
        for text in texts
        if len(text) >= SHORTEST and b"\n" not in text
    ]
    return tuple(sorted(found, key=lambda n: -len(n.text)))


def _spellings(value: str) -> Iterator[bytes]:
    raw = value.encode("utf-8", "surrogateescape")
    if len(raw) < SHORTEST:
        return
    yield raw
    for text in (*_in_url(value), *_in_json(value), *_in_shell(value), *_in_documents(value)):
        yield text.encode("utf-8", "surrogateescape")
    yield from _in_base64(raw)


def _in_url(value: str) -> Iterator[str]:
    safe = value.encode("utf-8", "surrogateescape")
    for text in (unquote(value, errors="surrogateescape"), unquote_plus(value, errors="surrogateescape")):
        if text != value:  # it was given as it stands in an address
            yield text
            yield json.dumps(text)[1:-1]
    for text in (quote(safe, safe=""), quote(safe, safe="/"), quote_plus(safe), quote_plus(safe).replace("+", "%20")):
        yield text
        yield _PERCENT.sub(lambda found: found[0].lower(), text)


def _in_json(value: str) -> Iterator[str]:
    once = json.dumps(value)[1:-1]
    plain = json.dumps(value, ensure_ascii=False)[1:-1]
    for text in (once, plain):  # Go's own way, as Docker and Earthly have it
        go = text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
        yield go
        yield json.dumps(go, ensure_ascii=False)[1:-1]
    yield from (once, plain, once.replace("/", "\\/"), json.dumps(once)[1:-1], json.dumps(plain, ensure_ascii=False)[1:-1])


def _in_shell(value: str) -> Iterator[str]:
    yield value.replace("'", "'\\''")
    yield shlex.quote(value)[1:-1] if shlex.quote(value) != value else value
    yield _UNSAFE.sub(r"\\\1", value)
    yield re.sub(r'([$`"\\])', r"\\\1", value)
    yield "".join(_ANSI_C.get(char, char) for char in value)  # $'...'
    yield "".join(
        _ANSI_C.get(char) or (char if char.isascii() else "".join(f"\\{byte:03o}" for byte in char.encode())) for char in _whole(value)
    )
    yield "".join(f"\\{char}" for char in value)  # how a trace shows the right side of ==


def _in_documents(value: str) -> Iterator[str]:
    """YAML, XML and Python's own words."""
    yield value.replace("'", "''")
    yield repr(value)[1:-1]
    for quotes in _QUOTES:
        yield value.translate({ord(char): text for char, text in (_MARKUP | quotes).items()})


# by hand: xml.sax.saxutils brings a whole HTTP client with it, which every start of this program would wait for
_MARKUP = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_QUOTES: tuple[dict[str, str], ...] = (
    {},
    {'"': "&quot;"},
    {'"': "&quot;", "'": "&apos;"},
    {'"': "&quot;", "'": "&#39;"},
    {'"': "&quot;", "'": "&#x27;"},
    {'"': "&#34;", "'": "&#39;"},
)
_ANSI_C = {"'": "\\'", "\\": "\\\\", "\t": "\\t", "\x1b": "\\E", "\a": "\\a"}


def _whole(value: str) -> str:
    return value.encode("utf-8", "replace").decode()


def _in_base64(raw: bytes) -> Iterator[bytes]:
    """The whole secret, and the characters that depend on it alone at each of the three places it can have in a document."""
    whole = base64.b64encode(raw)
    yield from (whole, whole.rstrip(b"="), base64.urlsafe_b64encode(raw).rstrip(b"="))
    for before in range(3):
        first = (0, 2, 3)[before]
        last = (before + len(raw)) * 8 // 6
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            text = encode(b"\0" * before + raw)[first:last]
            if len(text) >= EDGE:
                yield text
