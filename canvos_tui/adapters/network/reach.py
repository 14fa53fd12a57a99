"""One HEAD request through the configured proxy, and at which step it ended."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import re
import socket
import ssl
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from canvos_tui import __version__
from canvos_tui.adapters import threads
from canvos_tui.adapters.network import certificate
from canvos_tui.adapters.network.proxy import Proxy, proxy_for
from canvos_tui.core.machine import Flaw, Reach
from canvos_tui.core.values import dataclass
from canvos_tui.core.values.heard import tell

LIMIT = 8.0  # seconds for the whole request, with what is tried again
_PAUSES = (0.3, 1.0)  # seconds before it is tried again where the fault may pass by itself
_BUSY = frozenset({429, 502, 503, 504})  # a server or a gateway that asks for patience, as answer or instead of a tunnel
_TUNNEL = re.compile(r"Tunnel connection failed: (\d{3}) ?(.*)")
_REQUEST_IDS = ("x-amz-request-id", "x-amzn-requestid")
_SHOWN = ("Date", "Age", "Server", "Via", "Location", *_REQUEST_IDS)  # the headers that tell who answered, and when
_DATES = frozenset({9, 10})  # X509_V_ERR_CERT_NOT_YET_VALID and _HAS_EXPIRED of OpenSSL
_HEADERS = {"User-Agent": f"canvos-tui/{__version__}", "Accept": "*/*"}


@dataclass
class _Way:
    """How far a request is: the step it is at, what it waits for, and how the clocks differ."""

    step: str = "timeout"
    missing: str = "answer"
    by: str = ""
    skew: float | None = None
    amazon: bool = False
    flaw: Flaw | None = None
    issuer: str = ""
    passing: bool = False
    heard: str = ""


class _NoCertificatesError(ValueError):
    """What SSL_CERT_FILE names cannot be used."""


class HttpNetwork:
    """Implements the Network port. The proxy variables and SSL_CERT_FILE are those of `environ`."""

    def __init__(self, environ: Mapping[str, str], limit: float = LIMIT) -> None:
        self._environ = environ
        self._limit = limit

    async def reach(self, url: str, variables: Mapping[str, str] | None = None) -> Reach:
        """How far a HEAD request got, with these variables laid over those of this shell; never raises for what the network does."""
        environ = {**self._environ, **(variables or {})}
        began = asyncio.get_running_loop().time()
        way = _Way()
        try:
            async with asyncio.timeout(self._limit):
                step, status, detail = await self._patiently(url, environ, way, began + self._limit)
        except TimeoutError:
            step, status, detail = self._late(way)
        took = asyncio.get_running_loop().time() - began
        tell(f"reach {urlsplit(url).hostname}", f"HEAD {url}{self._way(url, environ)}", way.heard or detail)
        return Reach(url, step, status, detail, took, way.skew, way.amazon, way.flaw, way.issuer)

    @staticmethod
    def _way(url: str, environ: Mapping[str, str]) -> str:
        with contextlib.suppress(ValueError):
            if (proxy := proxy_for(url, environ)) is not None:
                return f" through {proxy.name}"
        return ""

    async def _patiently(self, url: str, environ: Mapping[str, str], way: _Way, end: float) -> tuple[str, int, str]:
        """The answer, or the last of a few; what a second try cannot change is told at once, and so is what it comes too late for."""
        for pause in _PAUSES:
            found = await threads.call(lambda: self._ask(url, environ, way))
            if not way.passing or asyncio.get_running_loop().time() + pause >= end:
                return found
            await asyncio.sleep(pause)
            way.passing = False
        return await threads.call(lambda: self._ask(url, environ, way))

    def _late(self, way: _Way) -> tuple[str, int, str]:
        if way.step == "dns":
            way.flaw = Flaw.SILENT_NAMES
        return way.step, 0, f"no {way.missing} within {self._limit:g} s{way.by}"

    def _ask(self, url: str, environ: Mapping[str, str], way: _Way) -> tuple[str, int, str]:
        try:
            proxy = proxy_for(url, environ)
        except ValueError as error:
            return "proxy", 0, str(error)
        if proxy is not None and proxy.tls:
            return "proxy", 0, f"the proxy {proxy.name} is reached by https, which this check cannot do"
        try:
            return self._head(url, proxy, way)
        except (OSError, http.client.HTTPException, ValueError) as error:  # ValueError: a host name that cannot be one
            return self._reason(error, url, proxy, way)

    def _reason(self, error: Exception, url: str, proxy: Proxy | None, way: _Way) -> tuple[str, int, str]:
        way.heard = f"{type(error).__name__}: {error}"
        if isinstance(error, _NoCertificatesError):
            way.flaw = Flaw.NO_CERTIFICATES
            return "tls", 0, str(error)
        if isinstance(error, ssl.SSLCertVerificationError):
            return "tls", 0, self._distrusted(url, proxy, error, way)
        if isinstance(error, ssl.SSLError):
            way.flaw = Flaw.NO_TLS
            return "tls", 0, f"no TLS: {error.reason or error}"
        if isinstance(error, TimeoutError):
            return self._late(way)
        step, status, detail = _failed(error, proxy)
        unsure = isinstance(error, socket.gaierror) and error.errno == socket.EAI_AGAIN
        cut = isinstance(error, (ConnectionResetError, BrokenPipeError))  # RemoteDisconnected among them
        way.passing = unsure or cut or status in _BUSY
        return step, status, detail

    def _head(self, url: str, proxy: Proxy | None, way: _Way) -> tuple[str, int, str]:
        parts = urlsplit(url)
        first = proxy.host if proxy else parts.hostname or ""
        way.step, way.missing = "proxy" if proxy else "dns", f"address for {first}"
        socket.getaddrinfo(first, None)  # on its own, so that a silent name server can be told from a silent host
        way.step, way.missing, way.by = "proxy" if proxy else "timeout", "connection", f" by the proxy {proxy.name}" if proxy else ""
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection = self._open(url, proxy, self._trust() if parts.scheme == "https" else None)
        with contextlib.closing(connection):
            connection.connect()
            way.step, way.missing = "timeout", "answer"
            plain_proxy = proxy is not None and parts.scheme == "http"
            headers = {**_HEADERS, **(proxy.headers if proxy is not None and plain_proxy else {})}
            connection.request("HEAD", url if plain_proxy else path, headers=headers)
            answer = connection.getresponse()
            way.heard = "\n".join((f"{answer.status} {answer.reason}", *(f"{n}: {v}" for n in _SHOWN if (v := answer.headers[n]))))
            if answer.status == 407:
                return "proxy", 407, "the proxy wants a user and a password"
            way.passing = answer.status in _BUSY
            way.skew, way.amazon = _skew(answer), any(name in answer.headers for name in _REQUEST_IDS)
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
        """The system's certificates, or those that SSL_CERT_FILE names; _NoCertificatesError where they cannot be read."""
        named = self._environ.get("SSL_CERT_FILE") or None
        try:
            return ssl.create_default_context(cafile=named)
        except (OSError, ssl.SSLError) as error:
            why = "no certificate is in it" if isinstance(error, ssl.SSLError) else error.strerror
            raise _NoCertificatesError(f"SSL_CERT_FILE names {named}: {why}") from None

    def _distrusted(self, url: str, proxy: Proxy | None, error: ssl.SSLCertVerificationError, way: _Way) -> str:
        """Why the certificate is not trusted and who issued it: behind an inspecting proxy that is no public authority."""
        said = error.verify_message or "certificate not trusted"
        way.flaw = Flaw.DATES if error.verify_code in _DATES else None
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
        way.issuer = certificate.issuer(der or b"")
        return f"{said}; issued by {way.issuer}" if way.issuer else said


def _skew(answer: http.client.HTTPResponse) -> float | None:
    """How far our clock is ahead of the answer's Date, in seconds; a copy kept on the way is older by its Age (RFC 9111)."""
    try:
        then = parsedate_to_datetime(answer.headers["Date"]).timestamp() + float(answer.headers.get("Age") or 0)
    except (TypeError, ValueError):
        return None
    return time.time() - then


def _failed(error: Exception, proxy: Proxy | None) -> tuple[str, int, str]:
    """The step of a failed connection; with a proxy it is the proxy that could not be reached or that refused."""
    if isinstance(error, UnicodeError):
        return "dns", 0, "this can be no host name"
    if not isinstance(error, OSError) or isinstance(error, http.client.HTTPException):
        return "http", 0, f"what answers speaks no HTTP: {type(error).__name__}"
    if tunnel := _TUNNEL.match(str(error)):
        status = int(tunnel[1])
        told = "wants a user and a password" if status == 407 else "refuses this host" if status == 403 else "cannot reach this host"
        return "proxy", status, f"the proxy {told} ({tunnel[1]} {tunnel[2].strip()})".replace(" )", ")")
    if isinstance(error, socket.gaierror):
        reason = f"the name cannot be resolved ({error.strerror})"
        return ("proxy", 0, f"the proxy {proxy.name}: {reason}") if proxy else ("dns", 0, reason)
    reason = error.strerror or str(error) or type(error).__name__
    return ("proxy", 0, f"the proxy {proxy.name}: {reason}") if proxy else ("connect", 0, reason)
