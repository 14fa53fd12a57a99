"""How the words of a reason are written down, and each reason in a sentence for somebody who meets it for the first time."""

from __future__ import annotations

import re

from canvos_tui.core.values import dataclass

MACHINE = {"disk-full", "quota", "read-only", "memory", "wrong-cpu"}  # everybody writes of them, so the whole phrase must stand there
_BEFORE = (
    r"(?:http(?:/[\d.]{1,3})?|status(?:[ _]?code)?|code|error|response|returned|answered|responded(?: with)?|got)\W{1,4}"
    r"(?:(?:http|status|code|error)\W{1,3}){0,2}"
)

_WORDS = {
    "proxy-login": "The proxy asks for a user and a password.",
    "proxy-no-tls": "The proxy was spoken to with TLS and answered without.",
    "proxy-refuses": "The proxy was reached and would not pass the request on.",
    "proxy-down": "The proxy itself was not reached.",
    "tls-expired": "The certificate is not valid at this time.",
    "tls-name": "The certificate is made out to another name than the one that was asked for.",
    "tls-unknown": "The certificate is signed by an authority that is not trusted here.",
    "tls-plain": "TLS was spoken, and the answer came without.",
    "tls-failed": "The two sides could not agree on an encrypted connection.",
    "dns-broken": "The name server gave no answer.",
    "dns-missing": "The name server says that there is no such name.",
    "dns-unresolved": "The name could not be turned into an address.",
    "refused": "The machine at that address answered that nothing listens there.",
    "unreached": "No connection came about.",
    "no-route": "This machine knows no way to that address.",
    "no-ipv6": "This machine has no way to an IPv6 address.",
    "cut": "The connection was ended in the middle.",
    "timeout": "No answer came in time.",
    "http-429": "The server counts the requests and has had enough of them.",
    "http-5xx": "The server answered with an error of its own.",
    "login-wrong": "The login that was sent is not accepted.",
    "http-401": "The server wants a login.",
    "http-403": "The server knows who asks and refuses.",
    "http-404": "The server has nothing under that name.",
    "disk-full": "There was no space left to write to.",
    "quota": "A quota for this user or folder is used up.",
    "read-only": "The file system may only be read.",
    "memory": "There was no memory left.",
    "wrong-cpu": "The program is made for another processor.",
    "region-unknown": "The address holds a region that has no such name.",
}


@dataclass(frozen=True)
class Words:
    """Some words for a reason: one of the fixed texts is in every line that the expression finds."""

    reason: str
    fixed: tuple[str, ...]
    regex: re.Pattern[str]
    whole: bool = False  # nothing but the end of the phrase may follow: of these reasons everybody writes, in names and in advice


def plain(reason: str, texts: str) -> Words:
    """Texts with bars between them, as they stand in a line in lower case."""
    words = tuple(text.strip() for text in texts.split("|"))
    return Words(reason, words, re.compile("|".join(map(re.escape, words))), whole=reason in MACHINE)


def shaped(reason: str, fixed: tuple[str, ...], pattern: str) -> Words:
    """An expression, with texts one of which is in all that it finds."""
    return Words(reason, fixed, re.compile(pattern))


def status(reason: str, codes: str, meaning: str, words: str) -> tuple[Words, ...]:
    """The ways to say an HTTP status: its number where a number can be one, and its words."""
    number = rf"{_BEFORE}(?:{codes})\b(?!\.\d|[\w/-])|(?<![\w.-])(?:{codes})[ :(-]{{1,3}}(?:{meaning}|client error|server error)"
    return shaped(reason, tuple(codes.split("|")), number), plain(reason, words)


def in_words(reason: str, host: str) -> str:
    """What the line says, with the host that it names; empty for a cause that was known by other words."""
    told = _WORDS.get(reason, "")
    return f"{told} The host in the line is {host}." if told and host else told
