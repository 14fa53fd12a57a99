"""One HEAD request through the configured proxy, and at which step it ended."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import re
import socket
import ssl
from collections.abc import Mapping
from urllib.parse import urlsplit

from canvos_tui import __version__
from canvos_tui.adapters import certificate, daemon_thread
from canvos_tui.adapters.proxy import Proxy, proxy_for
from canvos_tui.core.machine import Reach

LIMIT = 8.0  # seconds for the whole request
_TUNNEL = re.compile(r"Tunnel connection failed: (\d{3}) ?(.*)")
_HEADERS = {"User-Agent": f"canvos-tui/{__version__}", "Accept": "*/*"}


class HttpNetwork:
    """Implements the Network port. The proxy variables and SSL_CERT_FILE are those of `environ`."""

    def __init__(self, environ: Mapping[str, str], limit: float = LIMIT) -> None:
        self._environ = environ
        self._limit = limit

    async def reach(self, url: str) -> Reach:
        """How far a HEAD request got; never raises for what the network does."""
        began = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(self._limit):
                step, status, detail = await daemon_thread.call(lambda: self._ask(url))
        except TimeoutError:
            step, status, detail = "timeout", 0, f"no answer within {self._limit:.0f} s"
        return Reach(url, step, status, detail, asyncio.get_running_loop().time() - began)

    def _ask(self, url: str) -> tuple[str, int, str]:
        try:
            proxy = proxy_for(url, self._environ)
        except ValueError as error:
            return "proxy", 0, str(error)
        if proxy is not None and proxy.tls:
            return "proxy", 0, f"the proxy {proxy.name} is reached by https, which this check cannot do"
        try:
            return self._head(url, proxy)
        except (OSError, http.client.HTTPException) as error:
            return self._reason(error, url, proxy)

    def _reason(self, error: Exception, url: str, proxy: Proxy | None) -> tuple[str, int, str]:
        if isinstance(error, ssl.SSLCertVerificationError):
            return "tls", 0, self._distrusted(url, proxy, error)
        if isinstance(error, ssl.SSLError):
            return "tls", 0, f"no TLS: {error.reason or error}"
        if isinstance(error, TimeoutError):
            return "timeout", 0, f"no answer within {self._limit:.0f} s"
        if isinstance(error, OSError) and not isinstance(error, http.client.HTTPException):
            return _failed(error, proxy)
        return "http", 0, f"what answers speaks no HTTP: {type(error).__name__}"

    def _head(self, url: str, proxy: Proxy | None) -> tuple[str, int, str]:
        parts = urlsplit(url)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection = self._open(url, proxy, self._trust() if parts.scheme == "https" else None)
        with contextlib.closing(connection):
            connection.connect()
            plain_proxy = proxy is not None and parts.scheme == "http"
            headers = {**_HEADERS, **(proxy.headers if proxy is not None and plain_proxy else {})}
            connection.request("HEAD", url if plain_proxy else path, headers=headers)
            answer = connection.getresponse()
            if answer.status == 407:
                return "proxy", 407, "the proxy wants a user and a password"
            return "ok", answer.status, f"{answer.status} {answer.reason}"

    def _open(self, url: str, proxy: Proxy | None, context: ssl.SSLContext | None) -> http.client.HTTPConnection:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or (443 if context else 80)
        first = (proxy.host, proxy.port) if proxy else (host, port)
        if context is None:
            return http.client.HTTPConnection(*first, timeout=self._limit)
        connection = http.client.HTTPSConnection(*first, timeout=self._limit, context=context)
        if proxy is not None:
            connection.set_tunnel(host, port, dict(proxy.headers))
        return connection

    def _trust(self) -> ssl.SSLContext:
        """The system's certificates, or those that SSL_CERT_FILE names."""
        return ssl.create_default_context(cafile=self._environ.get("SSL_CERT_FILE") or None)

    def _distrusted(self, url: str, proxy: Proxy | None, error: ssl.SSLCertVerificationError) -> str:
        """Why the certificate is not trusted and who issued it: behind an inspecting proxy that is no public authority."""
        said = error.verify_message or "certificate not trusted"
        blind = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        blind.check_hostname = False
        blind.verify_mode = ssl.CERT_NONE  # nothing is sent over this connection, only the certificate is looked at
        connection = self._open(url, proxy, blind)
        try:
            with contextlib.closing(connection):
                connection.connect()
                der = connection.sock.getpeercert(binary_form=True) if isinstance(connection.sock, ssl.SSLSocket) else None
        except (OSError, http.client.HTTPException):
            return said
        named = certificate.issuer(der or b"")
        return f"{said}; issued by {named}" if named else said


def _failed(error: OSError, proxy: Proxy | None) -> tuple[str, int, str]:
    """The step of a failed connection; with a proxy it is the proxy that could not be reached or that refused."""
    if tunnel := _TUNNEL.match(str(error)):
        status = int(tunnel[1])
        told = "wants a user and a password" if status == 407 else "refuses this host" if status == 403 else "cannot reach this host"
        return "proxy", status, f"the proxy {told} ({tunnel[1]} {tunnel[2].strip()})".replace(" )", ")")
    if isinstance(error, socket.gaierror):
        reason = f"the name cannot be resolved ({error.strerror})"
        return ("proxy", 0, f"the proxy {proxy.name}: {reason}") if proxy else ("dns", 0, reason)
    reason = error.strerror or str(error) or type(error).__name__
    return ("proxy", 0, f"the proxy {proxy.name}: {reason}") if proxy else ("connect", 0, reason)
