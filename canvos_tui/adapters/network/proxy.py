"""Which proxy a request goes through, by the variables that curl, git and Docker read as well."""

from __future__ import annotations

import base64
import ipaddress
from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

from canvos_tui.core.values import dataclass


@dataclass(frozen=True)
class Proxy:
    """Where the proxy listens, and the header that it wants when its address holds a user."""

    host: str
    port: int
    tls: bool
    headers: Mapping[str, str]

    @property
    def name(self) -> str:
        """Its address without user and password."""
        return f"{self.host}:{self.port}"


def proxy_for(url: str, environ: Mapping[str, str]) -> Proxy | None:
    """The proxy for that URL, None for a direct way; ValueError when the variable holds no address."""
    parts = urlsplit(url)
    name = "HTTPS_PROXY" if parts.scheme == "https" else "HTTP_PROXY"
    names = (name, name.lower(), "ALL_PROXY", "all_proxy")
    name, value = next(((n, v) for n in names if (v := environ.get(n, ""))), ("", ""))
    if not value or _excepted(parts.hostname or "", environ.get("NO_PROXY") or environ.get("no_proxy") or ""):
        return None
    found = urlsplit(value if "://" in value else f"http://{value}")
    if found.scheme.startswith("socks"):
        raise ValueError(f"{name} names a {found.scheme} proxy, which this check cannot go through")
    if found.scheme not in {"http", "https"} or not found.hostname:
        raise ValueError(f"{name} holds no proxy address")
    headers = {}
    if found.username is not None:
        pair = f"{unquote(found.username)}:{unquote(found.password or '')}"
        headers["Proxy-Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
    return Proxy(found.hostname, found.port or (443 if found.scheme == "https" else 80), found.scheme == "https", headers)


def _excepted(host: str, exceptions: str) -> bool:
    """Whether NO_PROXY names the host: itself, a domain above it, a network it lies in, or `*`."""
    for word in exceptions.replace(" ", ",").split(","):
        entry = word.strip().lower().removeprefix("*.").lstrip(".")
        name = entry.rsplit(":", 1)[0] if entry.count(":") == 1 else entry
        if not name:
            continue
        if name == "*" or host == name or host.endswith(f".{name}") or _inside(host, name):
            return True
    return False


def _inside(host: str, network: str) -> bool:
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False
