"""A Docker engine of our own on a unix socket: it answers the few calls that are asked, in words that a test chooses."""

from __future__ import annotations

import json
import re
import socket

from tests.doubles.http_server import answer, read_request

IMAGE = "us-docker.pkg.dev/palette-images/edge/canvos/alpine:3.20"
WORDS = "Privileged container test"
VERSION = {"Version": "27.1.1", "ApiVersion": "1.46", "MinAPIVersion": "1.24", "Components": [{"Name": "Engine"}]}
INFO = {"DockerRootDir": "/var/lib/docker", "SecurityOptions": ["name=seccomp"], "NCPU": 8, "MemTotal": 16_000_000_000}


class FakeEngine:
    """The few calls of the Engine API that are asked; `says` replaces the answer to a path."""

    def __init__(self, **says: tuple[str, object]) -> None:
        self.says = says
        self.seen: list[str] = []
        self.exit_code = 0
        self.output = WORDS
        self.running = False
        self.have_image = True
        self.listed: list[dict[str, object]] = []  # what GET /containers/json tells
        self.containers: set[str] = set()
        self.created: dict[str, object] = {}

    def handle(self, connection: socket.socket) -> None:
        line, body = read_request(connection)
        method, _, path = line.partition(" ")
        path = re.sub(r"^/v[\d.]+", "", path)
        self.seen.append(f"{method} {path.split('?')[0]}")
        for name, (status, data) in self.says.items():
            if name in path.replace("/", "_"):
                answer(connection, status, data if isinstance(data, bytes) else json.dumps(data).encode())
                return
        self._answer(connection, method, path, body)

    def _answer(self, connection: socket.socket, method: str, path: str, body: bytes) -> None:
        for name in ("_ping", "version", "info", "images/create", "images", "containers/create", "start", "logs", "containers"):
            if path.startswith(f"/{name}") or (name in {"start", "logs"} and f"/{name}" in path):
                getattr(self, "_do_" + name.replace("/", "_").lstrip("_"))(connection, method, path, body)
                return

    def _do_ping(self, connection: socket.socket, *_: object) -> None:
        answer(connection, "200 OK", b"OK", "text/plain")

    def _do_version(self, connection: socket.socket, *_: object) -> None:
        answer(connection, "200 OK", json.dumps(VERSION).encode())

    def _do_info(self, connection: socket.socket, *_: object) -> None:
        answer(connection, "200 OK", json.dumps(INFO).encode())

    def _do_images(self, connection: socket.socket, *_: object) -> None:
        status = "200 OK" if self.have_image else "404 Not Found"
        answer(connection, status, json.dumps({"Id": "sha256:1", "message": "No such image: x"}).encode())

    def _do_images_create(self, connection: socket.socket, *_: object) -> None:
        self.have_image = True
        lines = b"".join(b"%x\r\n%s\r\n" % (len(s), s) for s in (b'{"status":"Pulling"}\r\n', b'{"status":"Done"}\r\n'))
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n" + lines + b"0\r\n\r\n")

    def _do_containers_create(self, connection: socket.socket, _method: str, path: str, body: bytes) -> None:
        self.containers.add(re.findall(r"name=([\w-]+)", path)[0])
        self.created = json.loads(body)
        answer(connection, "201 Created", b'{"Id":"c1","Warnings":[]}')

    def _do_start(self, connection: socket.socket, *_: object) -> None:
        answer(connection, "204 No Content")

    def _do_logs(self, connection: socket.socket, *_: object) -> None:
        text = self.output.encode() + b"\n"
        answer(connection, "200 OK", b"\x01\0\0\0" + len(text).to_bytes(4, "big") + text, "application/vnd.docker.raw-stream")

    def _do_containers(self, connection: socket.socket, method: str, path: str, _body: bytes) -> None:
        if method == "DELETE":
            self.containers.discard(path.split("/")[2].split("?")[0])
            answer(connection, "204 No Content")
            return
        if path.startswith("/containers/json"):
            answer(connection, "200 OK", json.dumps(self.listed).encode())
            return
        state = {"Status": "running" if self.running else "exited", "ExitCode": self.exit_code}
        answer(connection, "200 OK", json.dumps({"Id": "c1", "State": state, "Config": {"Tty": False}}).encode())
