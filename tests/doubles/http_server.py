"""Small servers for tests: each connection is handled by a function, in threads that end with the server."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

Handler = Callable[[socket.socket], None]


def read_head(connection: socket.socket) -> bytes:
    """A request's head, with as much of the body as came along."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece:
            break
        data += piece
    return data


def read_request(connection: socket.socket) -> tuple[str, bytes]:
    """First line without the protocol, and the body (Content-Length and chunked)."""
    head, _, body = read_head(connection).partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    headers = {k.strip().lower(): v.strip() for k, _, v in (line.partition(":") for line in lines[1:])}
    wanted = int(headers.get("content-length", "0"))
    while len(body) < wanted:
        body += connection.recv(65536)
    return lines[0].rsplit(" ", 1)[0], body


def answer(connection: socket.socket, status: str, body: bytes = b"", kind: str = "application/json") -> None:
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    connection.sendall(head.encode() + body)


class Server:
    """Listens until closed; `requests` are the first lines that came."""

    def __init__(self, listening: socket.socket, handle: Handler) -> None:
        self._listening = listening
        self._handle = handle
        self._open: set[socket.socket] = set()
        self._closing = threading.Event()
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    @property
    def port(self) -> int:
        return int(self._listening.getsockname()[1])

    def _accept(self) -> None:
        while not self._closing.is_set():
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            self._open.add(connection)
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            self._handle(connection)
        self._open.discard(connection)

    def close(self) -> None:
        self._closing.set()
        for one in (self._listening, *self._open):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for thread in self._threads:
            thread.join(5)


@contextlib.contextmanager
def tcp(handle: Handler) -> Iterator[Server]:
    listening = socket.create_server(("127.0.0.1", 0))
    server = Server(listening, handle)
    try:
        yield server
    finally:
        server.close()


@contextlib.contextmanager
def unix(path: Path, handle: Handler) -> Iterator[Server]:
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(path))
    listening.listen()
    server = Server(listening, handle)
    try:
        yield server
    finally:
        server.close()


def hang(connection: socket.socket) -> None:
    """Reads and never answers, until the other side or the server gives up."""
    while connection.recv(65536):
        pass
