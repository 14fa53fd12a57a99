"""An internet of our own behind an HTTP proxy: it opens TLS with its own authority and answers for every host, or fails as told."""

from __future__ import annotations

import contextlib
import email.utils
import errno
import socket
import ssl
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.doubles import certificates
from tests.doubles.http_server import Server, hang, read_head, tcp

HOSTS = (
    "github.com",
    "us-docker.pkg.dev",
    "quay.io",
    "registry-1.docker.io",
    "archive.ubuntu.com",
    "download.opensuse.org",
    "dl-cdn.alpinelinux.org",
    "awscli.amazonaws.com",
    "s3.eu-west-1.amazonaws.com",
    "ec2.eu-west-1.amazonaws.com",
    "mirror.example",
    "localhost",
)


class Closing(ssl.SSLSocket):
    """The ssl module leaves the socket of a client that went away before TLS began open; a later test would be blamed for it."""

    def getpeername(self) -> Any:
        try:
            return super().getpeername()
        except OSError:
            self.close()
            raise ConnectionResetError(errno.ECONNRESET, "the client has gone") from None


class Internet:
    """`says` holds, by host (`*` for all), the status line of its answer, `proxy 403 Forbidden` for the proxy's own, or `hang`."""

    def __init__(self, folder: Path) -> None:
        self.says: dict[str, str] = {}
        self.skew = 0.0  # seconds that the hosts' clocks are behind ours
        self.age = 0  # seconds that an answer lay in a cache
        self.authority, server = certificates.make(folder, HOSTS)
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(server)
        self._context.sslsocket_class = Closing
        self.port = 0

    @property
    def environ(self) -> dict[str, str]:
        """How to reach it, its authority trusted."""
        address = f"http://127.0.0.1:{self.port}"
        return {"HTTPS_PROXY": address, "HTTP_PROXY": address, "SSL_CERT_FILE": str(self.authority)}

    @property
    def args(self) -> dict[str, str]:
        """The same proxy for `.arg`, so that both ways agree."""
        return {name: self.environ[name] for name in ("HTTPS_PROXY", "HTTP_PROXY")}

    def handle(self, connection: socket.socket) -> None:
        """One request to the proxy."""
        method, target, *_ = (read_head(connection).decode("latin-1") or "x x").split()
        host = target.split("//")[-1].split("/")[0].rsplit(":", 1)[0]
        told = self.says.get(host, self.says.get("*", ""))
        if told.startswith("proxy "):
            connection.sendall(f"HTTP/1.1 {told[6:]}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        elif told == "hang":
            hang(connection)
        elif method == "CONNECT":
            connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            with self._context.wrap_socket(connection, server_side=True) as secured:
                if head := read_head(secured):
                    self._answer(secured, told, head)
        else:
            self._answer(connection, told, b"")

    def _answer(self, connection: socket.socket, told: str, head: bytes) -> None:
        registry = b" /v2/" in head
        status = told or ("401 Unauthorized" if registry else "200 OK")
        date = email.utils.formatdate(time.time() - self.skew - self.age, usegmt=True)
        age = f"Age: {self.age}\r\n" if self.age else ""
        connection.sendall(f"HTTP/1.1 {status}\r\nDate: {date}\r\n{age}Content-Length: 0\r\nConnection: close\r\n\r\n".encode())


@contextlib.contextmanager
def internet(folder: Path) -> Iterator[Internet]:
    """Runs until the end of the block."""
    made = Internet(folder)
    with tcp(made.handle) as server:
        made.port = server.port
        yield made


def closed_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


__all__ = ["HOSTS", "Internet", "Server", "closed_port", "internet"]
