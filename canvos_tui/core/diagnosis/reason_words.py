"""The reasons in a sentence each, for somebody who meets them for the first time."""

from __future__ import annotations

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


def in_words(reason: str, host: str) -> str:
    """What the line says, with the host that it names; empty for a cause that was known by other words."""
    told = _WORDS.get(reason, "")
    return f"{told} The host in the line is {host}." if told and host else told
