"""A Docker engine on a unix socket that lists and stops containers, as a test writes them down, and remembers how they ended."""

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
from urllib.parse import parse_qs

from tests.doubles.http_server import answer, read_request, unix

IMAGE = "us-docker.pkg.dev/palette-images/third-party/edge/earthly/earthly:v0.8.15"
VERSION = {"Version": "27.1.1", "ApiVersion": "1.46", "MinAPIVersion": "1.24"}


class EngineStandin:
    """`listed` are its containers by id; a `stubborn` one outlives every signal. It answers while it is `up`.

    `asked` are the requests that change something; to what is asked at a `mute` path it hangs up, where a path ends as one of `empty`
    it answers with nothing.

    `remembered` are the events that it tells of; one that was started again tells of none.
    """

    def __init__(self, path: Path, data_root: Path) -> None:
        self.path = path
        self.data_root = data_root
        self.listed: dict[str, dict[str, Any]] = {}
        self.stubborn: set[str] = set()
        self.asked: list[str] = []
        self.mute: set[str] = set()
        self.empty: set[str] = set()
        self.remembered: list[dict[str, Any]] = []
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
        self.tell(found, "start")
        return found

    def tell(self, found: str, action: str, **attributes: str) -> None:
        """Remembers an event of a container."""
        now = time.time()
        actor = {"ID": found, "Attributes": attributes}
        self.remembered.append({"Type": "container", "Action": action, "Actor": actor, "time": int(now), "timeNano": int(now * 1e9)})

    def ended(self, found: str, code: int, *, signals: tuple[int, ...] = (), oom: bool = False, kept: bool = False) -> None:
        """A container ends as real ones do: what led to it, `die`, and then it is gone from the list, or `kept` as one without `--rm`."""
        for number in signals:
            self.tell(found, "kill", signal=str(number))
        if oom:
            self.tell(found, "oom")
        self.tell(found, "die", exitCode=str(code))
        if kept:
            self.listed[found] |= {"State": "exited", "ExitCode": code, "OOMKilled": oom}
        else:
            del self.listed[found]
            self.tell(found, "destroy")

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
        path, _, query = re.sub(r"^/v[\d.]+", "", path).partition("?")
        with self._lock:
            if method == "POST":
                self.asked.append(path)
                ended = path.split("/")[2]
                if ended not in self.stubborn:
                    self.listed.pop(ended, None)
                answer(connection, "204 No Content")
                return
            if path in self.mute:
                return
            if path.endswith(tuple(self.empty)):
                answer(connection, "200 OK", b"")
            elif path == "/events":
                self._remember(connection, parse_qs(query))
            elif (found := re.fullmatch(r"/containers/(\w+)/json", path)) and found[1] not in self.listed:
                answer(connection, "404 Not Found", json.dumps({"message": f"No such container: {found[1]}"}).encode())
            else:
                answer(connection, "200 OK", json.dumps(self._say(path)).encode())

    def _remember(self, connection: socket.socket, query: dict[str, list[str]]) -> None:
        """The events, one JSON document each, in chunks as the engine sends them."""
        wanted = json.loads(query["filters"][0])["container"]
        since, until = float(query["since"][0]), float(query["until"][0])
        told = [e for e in self.remembered if e["Actor"]["ID"] in wanted and since <= e["timeNano"] / 1e9 <= until]
        lines = [json.dumps(event).encode() + b"\n" for event in told]
        chunks = b"".join(b"%x\r\n%s\r\n" % (len(line), line) for line in lines)
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n" + chunks + b"0\r\n\r\n")

    def _say(self, path: str) -> object:
        if found := re.fullmatch(r"/containers/(\w{64})/json", path):
            told = self.listed[found[1]]
            state = {"Running": told["State"] == "running", "ExitCode": told.get("ExitCode", 0), "OOMKilled": told.get("OOMKilled", False)}
            return {"Id": found[1], "State": state}
        if path == "/containers/json":
            return list(self.listed.values())
        if path.endswith("/stats"):
            before = {"cpu_usage": {"total_usage": 100}, "system_cpu_usage": 1000}
            return {"precpu_stats": before, "cpu_stats": {"cpu_usage": {"total_usage": 222}, "system_cpu_usage": 1200}}
        return {"DockerRootDir": str(self.data_root)} if path == "/info" else VERSION
