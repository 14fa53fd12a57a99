"""Replaces on request what is no secret and yet tells who and where: the same value by the same placeholder in every file.

A placeholder has the form of what it stands for, so that whatever reads the log reads it as before.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import PurePosixPath

KINDS = ("path", "account", "user", "host", "bucket", "address")  # in this order: a path holds a user's name
_ACCOUNT = re.compile(r"(?<=:)\d{12}(?=:)")  # in an ARN
_ACCOUNT_NAMED = re.compile(r"(?:[Aa]ccount|[Oo]wner(?:_?[Ii]d)?)[\"']?\s{0,3}[:=]?\s{0,3}[\"']?(\d{12})\b")
_IPV4 = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w]|\.\d)")
_IPV6 = re.compile(r"(?<![\w:.])[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?![\w:])")
_NETWORKS = ("192.0.2", "198.51.100", "203.0.113")  # kept for documents: no machine has such an address
_NOBODY = frozenset({"root", "user", "ubuntu", "runner", "admin", "localhost", "docker", "home"})  # names that tell nothing
_SHORTEST = 3
_HIS_FOLDERS = ("HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME")


class Placeholders:
    """Replaces values of the kinds that are wished for; `known` has the values of `path`, `user`, `host` and `bucket`."""

    def __init__(self, kinds: Iterable[str], known: Mapping[str, Iterable[str]]) -> None:
        self.kinds = tuple(kind for kind in KINDS if kind in set(kinds))
        self._given: dict[tuple[str, str], str] = {}
        self._numbers: Counter[str] = Counter()
        self._words: list[tuple[str, re.Pattern[str]]] = []
        for kind in self.kinds:
            values = {v for v in known.get(kind, ()) if len(v) >= _SHORTEST and v.lower() not in _NOBODY}
            if values:
                either = "|".join(re.escape(value) for value in sorted(values, key=lambda v: (-len(v), v)))
                self._words.append((kind, re.compile(rf"(?<![A-Za-z0-9_])(?:{either})(?![A-Za-z0-9_])")))

    def learn(self, text: str) -> None:
        """Takes in the account numbers that stand in a text beside a word that says so; anywhere else they are replaced then, too."""
        if "account" in self.kinds:
            for number in (*_ACCOUNT.findall(text), *_ACCOUNT_NAMED.findall(text)):
                self._for("account", number)

    def replaced(self, text: str) -> tuple[str, dict[str, int]]:
        """The text with placeholders, and how many of each kind."""
        counts: Counter[str] = Counter()

        def put(kind: str, value: str) -> str:
            counts[kind] += 1
            return self._for(kind, value)

        accounts = [value for kind, value in self._given if kind == "account"]
        if accounts:
            text = re.sub(rf"(?<!\d)(?:{'|'.join(accounts)})(?!\d)", lambda found: put("account", found[0]), text)
        for kind, pattern in self._words:
            text = pattern.sub(lambda found, kind=kind: put(kind, found[0]), text)  # type: ignore[misc]
        if "address" in self.kinds:
            for pattern in (_IPV4, _IPV6):
                text = pattern.sub(lambda found: put("address", found[0]) if _tells(found[0]) else found[0], text)
        return text, dict(counts)

    def _for(self, kind: str, value: str) -> str:
        known = self._given.get((kind, value))
        if known is None:
            family = "address6" if kind == "address" and ":" in value else kind
            self._numbers[family] += 1
            known = self._given[kind, value] = _placeholder(family, self._numbers[family])
        return known


def _placeholder(family: str, number: int) -> str:
    if family == "account":
        return f"{number:012d}"
    if family == "address6":
        return f"2001:db8::{number:x}"
    if family == "address":
        network, host = divmod(number - 1, 254)
        return f"{_NETWORKS[network]}.{host + 1}" if network < len(_NETWORKS) else f"198.18.{number // 254 % 254}.{number % 254}"
    return f"/path-{number}" if family == "path" else f"{family}-{number}"


def _tells(text: str) -> bool:
    """Whether an address tells anything of a network: not one of this very machine, of everybody or of documents, and no version number."""
    try:
        address: IPv4Address | IPv6Address = ip_address(text)
    except ValueError:
        return False
    documents = text.startswith((*_NETWORKS, "2001:db8:"))
    return not (address.is_loopback or address.is_unspecified or documents)


def names_here(environ: Mapping[str, str], host: str) -> dict[str, tuple[str, ...]]:
    """The names of the user and of this machine, his home and the folders of his own, as far as the environment and `host` tell."""
    home = PurePosixPath(environ.get("HOME") or "/").name
    paths = (environ.get(name, "").rstrip("/") for name in _HIS_FOLDERS)
    users = (environ.get("USER", ""), environ.get("LOGNAME", ""), environ.get("SUDO_USER", ""), home)
    hosts = (host, host.partition(".")[0], environ.get("HOSTNAME", ""))
    return {"path": tuple(filter(None, paths)), "user": tuple(filter(None, users)), "host": tuple(filter(None, hosts))}
