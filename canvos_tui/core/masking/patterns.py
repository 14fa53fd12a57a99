"""What a secret looks like when nobody told us its value. No rule looks beyond the end of a line, all are linear."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from re import Match, Pattern
from typing import cast

from canvos_tui.core.masking.prose import SAID, said
from canvos_tui.core.masking.spellings import PACKED
from canvos_tui.core.values import dataclass
from canvos_tui.core.values.late_pattern import pattern as late

MARKER = b"***MASKED:%s***"


@dataclass(frozen=True)
class Span:
    """A stretch of bytes to be masked and by which rule; `keep` stays visible behind the marker."""

    start: int
    end: int
    name: str
    keep: bytes = b""


@dataclass(frozen=True)
class Rule:
    """A pattern whose group 1 is the secret; it is tried only where one of `needs` (lower case) occurs."""

    name: str
    needs: tuple[bytes, ...]
    pattern: Pattern[bytes]
    kept: int = 0  # last characters that stay visible


_WORDS = (
    rb"(?:edge_?host_?token|passw(?:or)?d|passphrase|token|pro_key|api_?key|private_?key"
    rb"|secret[_ ]?(?:access[_ ]?)?key|client_?secret|secret)"
)
_NEEDS = (b"token", b"passw", b"passphrase", b"secret")
_KEYS = (b"pro_key", b"pro-key", b"api_key", b"api-key", b"apikey", b"private_key", b"privatekey")
_QUOTED = rb"\"((?:[^\"\\\r\n]|\\.)+)|\\+\"((?:(?!\\+\")[^\r\n])+)|'([^'\r\n]+(?:'\\''[^'\r\n]*)*)"
_PAIR = late(
    _WORDS + rb"(?:\\*[\"'])?(?: \[[^\]\r\n]{0,30}\])?[ \t]{0,8}[:=][ \t]{0,8}(?:" + _QUOTED + rb"|([^ \t\r\n\"'\\][^ \t\r\n]*))",
    re.IGNORECASE,
)
_YAML = late(rb"(?m)(?:^|(?<= \| ))[ \t-]{0,60}[\"']?[\w.-]{0,40}?" + _WORDS + rb"[\"']?:[ \t]{1,8}([^ \t\r\n][^\r\n]*)", re.IGNORECASE)
_HARMLESS = late(rb"PASSWORD[\"']?$|\*\*\*MASKED|\$\{?[A-Za-z_]\w*\}?[\"']?$|\$\(|(?:true|false|null|none|yes|no)\b[\"',]?$", re.IGNORECASE)

# a word behind an option: in quotes or bare; another option, a variable or a place to fill in is none
_WORD = rb"(?:\"((?:[^\"\\\r\n]|\\.)+)|'([^'\r\n]+)|((?![-$<\[{(|&;])[^ \t\r\n\"'`]+))"
_OPTION = late(
    rb"(?<![\w-])--[a-z0-9-]{0,30}?(token|api-?key|passw(?:or)?d|passphrase|secret(?:-access)?(?:-key)?|pro-key)[ \t]{1,4}" + _WORD,
    re.IGNORECASE,
)
_ADDRESS = 300  # bytes of an address in front of a secret in it
_LOGIN = late(rb"\"auth\\{0,8}\"[ \t]{0,8}:[ \t]{0,8}\\{0,8}\"([A-Za-z0-9+/_-]{4,8192}={0,2})")

RULES = (
    Rule(
        "aws_key_id",
        (b"akia", b"asia"),
        late(rb"(?<![A-Za-z0-9])((?:AKIA|ASIA)[A-Z0-9]{12,124})(?![A-Za-z0-9])"),
        kept=4,
    ),
    Rule(
        "aws_secret",
        (b"[ -",),
        late(rb"\[ -[zn] [\"']?(?![0-9a-f]{40})([A-Za-z0-9/+]{40})[\"']? \]"),
    ),
    Rule(
        "aws_token",
        (b"ogzxivyxdz", b"iqojb3jpz2lu"),
        late(rb"((?:FwoGZXIvYXdz|IQoJb3JpZ2lu|FQoGZXIvYXdz)[A-Za-z0-9/+=%_-]*)"),
    ),
    Rule(
        "aws_signature",
        (b"x-amz-",),
        late(rb"X-Amz-(?:Signature|Security-Token|Credential)[\"']?[=:][ \t]?[\"']?([^ \t\r\n&\"']+)", re.IGNORECASE),
    ),
    Rule("url_password", (b"@",), late(rb"://[^ \t\r\n/@:\"'<>]{0,256}:([^ \t\r\n/\"'<>]{1,1024})@")),
    Rule(
        "authorization",
        (b"authorization",),
        late(rb"authorization[\"']?[ \t]{0,8}[:=][ \t]{0,8}[\"']?([^ \t\r\n\"'][^\r\n\"']*)", re.I),
    ),
    Rule("jwt", (b"eyj",), late(rb"\b(eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*)")),
    # a token in the place of the user
    Rule("url_password", (b"@",), late(rb"://([A-Za-z0-9_-]{20,1024})@")),
    Rule(
        "token",
        (b"ghp_", b"gho_", b"ghs_", b"ghu_", b"ghr_", b"github_pat_", b"glpat-", b"gldt-", b"glrt-", b"dckr_pat_", b"dckr_oat_"),
        late(rb"(?<![A-Za-z0-9])((?:gh[opsur]_|github_pat_|gl(?:pat|dt|rt)-|dckr_[po]at_)[A-Za-z0-9_-]{16,})"),
    ),
    Rule(
        "aws_secret",
        (b"akia", b"asia"),
        late(rb"(?:AKIA|ASIA)[A-Z0-9]{12,124}[\"']?[ \t]{0,4}[,;:|\t ][ \t]{0,4}[\"']?([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+])"),
    ),
    Rule("aws_signature", (b"signature=",), late(rb"\bSignature=([A-Za-z0-9%+/=~_-]{16,})")),
    Rule("password", (b"login",), late(rb"\blogin\b[^\r\n|;&]{0,200}?[ \t]-p[ \t=]{0,4}" + _WORD)),
    Rule(
        "password",
        (b"curl",),
        late(rb"\bcurl\b[^\r\n|;&]{0,200}?[ \t](?:-u|--user)[ \t=]{0,4}[\"']?[^ \t\r\n:\"']{1,100}:([^ \t\r\n\"']+)"),
    ),
    Rule(
        "secret",
        (b"attach",),
        late(
            rb"\b(?:pro|ua|ubuntu-advantage)[ \t]{1,4}attach[ \t]{1,4}(?:--?[a-z-]{1,30}[ \t]{1,4}){0,3}((?=[A-Za-z]*\d)[A-Za-z0-9]{14,})"
        ),
    ),
    Rule("password", (b"login",), late(rb"\blogin[ \t]{1,8}[^ \t\r\n]{1,200}[ \t]{1,8}password[ \t]{1,8}([^ \t\r\n]+)")),
    Rule("user_data", (b'content="',), late(rb"\bcontent=\"((?:[^\"\\\r\n]|\\.)+)")),
    Rule("user_data", (b" s=",), late(rb" s=([A-Za-z0-9+/]{24,}={0,2})")),
)

# words that hardly any text holds, found by their rarest letter: what begins with one letter is looked for far quicker than what may begin
# with one of several
_SELDOM = (
    late(rb"g(?:h[opsur]_|ithub_pat_|l(?:pat|dt|rt)-|(?<=sig)nature=)"),
    late(rb"k(?:(?<=ak)ia|(?<=dck)r_[po]at_|(?:(?<=pro[_-]k)|(?<=api[_-]k)|(?<=apik)|(?<=private_k)|(?<=privatek))ey)"),
    late(rb"x(?:-amz-|(?<=ogzx)ivyxdz)"),
    late(rb"j(?:(?<=eyj)|(?<=iqoj)b3jpz2lu)"),
    late(rb"z(?<=authoriz)ation"),
    late(rb"\[(?= -)"),
    late(rb'=(?:(?<= s=)|(?<=content=)")'),
)
_NEEDED = {word for rule in RULES for word in rule.needs}.union(_KEYS)  # each is looked for once in a text, whatever rules need it
_BY_SELDOM = [(found, {word for word in _NEEDED if found.search(word)}) for found in _SELDOM]
_FEW, _REACH = 100, max(map(len, _NEEDED))
_OFTEN = _NEEDED.difference(*(words for _, words in _BY_SELDOM))
_RUN = late(rb"[A-Za-z0-9+/]{48,}={0,2}")
_HEX = late(rb"[0-9a-fA-F]+")
_ALPHABET = bytes(97 if re.fullmatch(rb"[A-Za-z0-9+/]", bytes([c])) else 32 for c in range(256))
_LONG = b"a" * 48
_PACKED = b"a" * PACKED
_TELLING = (b"#cloud-config", b"token", b"passw", b"secret", b"private key", b"akia", b"authorization")


def has_packed(text: bytes) -> bool:
    """Whether there is a run of base64 characters long enough to hold a part of a secret that says something."""
    return _PACKED in text.translate(_ALPHABET)


def spans_by_pattern(text: bytes) -> Iterator[Span]:
    """Everything in these lines that looks like a secret."""
    lower = text.lower()
    there = {word for word in _OFTEN if word in lower}
    for found, words in _BY_SELDOM:
        there.update(_words_at(found, words, lower))
    for rule in RULES if there else ():
        if needed := there.intersection(rule.needs):
            yield from _by_rule(rule, text, lines_with(needed, lower))
    if b"auth" in lower and (b'auth"' in lower or b"auth\\" in lower):
        yield from _logins(text)
    words = there.intersection(_KEYS).union(word for word in _NEEDS if word in lower)
    if words:
        lines = lines_with(words, lower)
        yield from _pairs(text, lines)
        if b"--" in lower:
            yield from _options(text, lines)
    yield from _documents(text)


def _words_at(seldom: Pattern[bytes], words: set[bytes], lower: bytes) -> set[bytes]:
    """Those of the words that the text has; looked for near what the expression finds, but for a text that is full of them."""
    places = list(islice(seldom.finditer(lower), _FEW))
    if not places:
        return set()
    near = lower if len(places) == _FEW else b"\n".join(lower[max(0, found.start() - _REACH) : found.end() + _REACH] for found in places)
    return {word for word in words if word in near}


Lines = list[tuple[int, int]]


def lines_with(words: Iterable[bytes], lower: bytes) -> Lines:
    """Where the lines begin and end that hold any of the words, in order: no rule looks beyond a line, and most lines hold none."""
    found: Lines = []
    for word in words:
        at = lower.find(word)
        while at >= 0:
            end = lower.find(b"\n", at)
            end = len(lower) if end < 0 else end
            found.append((lower.rfind(b"\n", 0, at) + 1, end))
            at = lower.find(word, end)
    return sorted(set(found))


def _matches(pattern: Pattern[bytes], text: bytes, lines: Lines) -> Iterator[Match[bytes]]:
    for start, end in lines:
        yield from pattern.finditer(text, start, end)


def _by_rule(rule: Rule, text: bytes, lines: Lines) -> Iterator[Span]:
    for found in _matches(rule.pattern, text, lines):
        start, end = found.span(found.lastindex or 0)
        if not text.startswith((b"***MASKED", b"PASSWORD@"), start) and not text.endswith(b"***MASKED:", 0, start):
            yield Span(start, end, rule.name, text[end - rule.kept : end] if rule.kept else b"")


def _pairs(text: bytes, lines: Lines) -> Iterator[Span]:
    """Values behind a telling name: `password=...`, `"token": "..."`, `passwd: ...`."""
    for pattern in (_PAIR, _YAML):
        for found in _matches(pattern, text, lines):
            group = found.lastindex or 0
            start, end = found.span(group)
            end = _before_host(text, start, end)
            if not _HARMLESS.match(text[start:end]) and not said(text, start):
                yield Span(start, end, _kind(found[0].lower()))


def _before_host(text: bytes, start: int, end: int) -> int:
    """Where the value ends that stands in an address: `https://x-access-token:VALUE@host/` has a host that may be read."""
    at, back = text.find(b"@", start, end), max(0, start - _ADDRESS)
    begin = max(text.rfind(sign, back, start) for sign in (b" ", b"\n", b"'", b'"'))
    return at if at >= 0 and text.find(b"://", max(begin, back), start) >= 0 else end


def _options(text: bytes, lines: Lines) -> Iterator[Span]:
    """Values of telling options with a blank between: `--token X`; those with `=` are pairs."""
    for found in _matches(_OPTION, text, lines):
        start, end = found.span(found.lastindex or 0)
        if not SAID.match(text, start) and not _HARMLESS.match(text[start:end]) and not said(text, start):
            yield Span(start, end, _kind(found[1].lower()))


def _logins(text: bytes) -> Iterator[Span]:
    """`"auth": "..."` of Docker's configuration: user and password in base64."""
    for found in _LOGIN.finditer(text):
        run = found[1].rstrip(b"=").translate(_TO_STANDARD)
        if b":" in base64.b64decode(run + b"=" * (-len(run) % 4)) if len(run) % 4 != 1 else False:
            yield Span(*found.span(1), "authorization")


_TO_STANDARD = bytes.maketrans(b"-_", b"+/")


def _kind(words: bytes) -> str:
    for name, word in (
        ("edge_token", b"edge"),
        ("aws_secret", b"access"),
        ("password", b"passw"),
        ("password", b"passphrase"),
        ("token", b"token"),
    ):
        if word in words:
            return name
    return "secret"


def _documents(text: bytes) -> Iterator[Span]:
    """Base64 that hides a document with secrets in it, also when its beginning was cut off."""
    shape = text.translate(_ALPHABET)
    at = shape.find(_LONG)
    while at >= 0:
        found = cast("Match[bytes]", _RUN.match(text, at))
        run = found[0].rstrip(b"=")
        if not _HEX.fullmatch(run) and any(_tells(run[skip:]) for skip in range(4)):
            yield Span(found.start(), found.end(), "user_data")
        at = shape.find(_LONG, found.end())


def _tells(run: bytes) -> bool:
    decoded = base64.b64decode(run[: len(run) // 4 * 4]).lower()
    return any(word in decoded for word in _TELLING)
