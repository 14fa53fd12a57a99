"""A Docker engine on a unix socket that only lists and stops containers, as a test writes them down."""

from __future__ import annotations

import json
import re
import socket
import threading
import time
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.http_server import answer, read_request, unix

IMAGE = "us-docker.pkg.dev/palette-images/third-party/edge/earthly/earthly:v0.8.15"
VERSION = {"Version": "27.1.1", "ApiVersion": "1.46", "MinAPIVersion": "1.24"}


class EngineStandin:
    """`listed` are its containers by id; a `stubborn` one outlives every signal. It answers while it is `up`."""

    def __init__(self, path: Path, data_root: Path) -> None:
        self.path = path
        self.data_root = data_root
        self.listed: dict[str, dict[str, Any]] = {}
        self.stubborn: set[str] = set()
        self.asked: list[str] = []
        self._lock = threading.Lock()
        self._server: AbstractContextManager[Any] | None = None

    def run(self, short: str, checkout: Path, name: str = "amazing_turing", image: str = IMAGE) -> str:
        """Adds a container that mounts the checkout; its whole id."""
        found = short.ljust(64, "0")
        mounts = [{"Type": "bind", "Source": str(checkout), "Destination": "/workspace"}]
        self.listed[found] = {
            "Id": found,
            "Names": [f"/{name}"],
            "Image": image,
            "State": "running",
            "Created": int(time.time()),
            "Mounts": mounts,
        }
        return found

    def up(self) -> None:
        """Begins to listen."""
        self.path.unlink(missing_ok=True)
        self._server = unix(self.path, self._handle)
        self._server.__enter__()

    def down(self) -> None:
        """Goes away, as an engine that is stopped."""
        if self._server is not None:
            self._server.__exit__(None, None, None)
            self._server = None
        self.path.unlink(missing_ok=True)

    def __enter__(self) -> EngineStandin:
        self.up()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.down()

    def _handle(self, connection: socket.socket) -> None:
        line, _ = read_request(connection)
        method, _, path = line.partition(" ")
        path = re.sub(r"^/v[\d.]+", "", path).split("?")[0]
        with self._lock:
            if method == "POST":
                self.asked.append(path)
                found = path.split("/")[2]
                if found not in self.stubborn:
                    self.listed.pop(found, None)
                answer(connection, "204 No Content")
                return
            answer(connection, "200 OK", json.dumps(self._say(path)).encode())

    def _say(self, path: str) -> object:
        if path == "/containers/json":
            return list(self.listed.values())
        if path.endswith("/stats"):
            before = {"cpu_usage": {"total_usage": 100}, "system_cpu_usage": 1000}
            return {"precpu_stats": before, "cpu_stats": {"cpu_usage": {"total_usage": 222}, "system_cpu_usage": 1200}}
        return {"DockerRootDir": str(self.data_root)} if path == "/info" else VERSION
