"""The containers of a build on the Docker engine: seen, stopped by their id, and looked for again afterwards. Blocking calls."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from canvos_tui.adapters.docker.container_ends import container_ends
from canvos_tui.adapters.docker.context import Engine, find_engine
from canvos_tui.adapters.docker.engine import ASK_LIMIT, open_client
from canvos_tui.core.diagnosis.container_end import ContainerEnd
from canvos_tui.core.errors import DockerError
from canvos_tui.core.run.containers import ListedContainer, of_build
from canvos_tui.core.values import dataclass

_GRACE = 10  # seconds that a container gets between SIGTERM and SIGKILL, as `docker stop` gives
_GONE, _SOONEST = 15.0, 1.0  # seconds that a stopped container may take to leave the engine's list; the first is scaled by the pace
_LOOK = 0.2
GONE = "engine-down"  # the cause of an error where nobody listens any more
_CAUSES = {"timed out": "timeout", "permission denied": "permission"}  # an engine that is slow, or closed to us, is not gone


@dataclass(frozen=True)
class EngineLook:
    """The containers of the build and where the engine keeps its data; `cpu` is their share of the machine in percent."""

    containers: tuple[ListedContainer, ...]
    data_root: str = ""
    cpu: float | None = None


class BuildEngine:
    """Knows a build by its checkout; `since` is when it began, in seconds since the epoch, 0 for a run that nobody watched.

    `pace` is that of the run: a hurried one waits less for a container that does not go.
    """

    def __init__(self, environ: Mapping[str, str], checkout: str, since: float, pace: float = 1.0) -> None:
        self._environ = dict(environ)
        self._checkout = checkout
        self._since = since
        self._gone = max(_SOONEST, _GONE * pace)
        self._data_root = ""

    def look(self, *, measured: bool = False) -> EngineLook:
        """What runs now; with `measured` also what it takes of the CPUs, which needs a second or two. DockerError when none answers."""
        with self._client() as client:
            found = self._listed(client)
            self._data_root = self._data_root or str(client.info().get("DockerRootDir") or "")
            cpu = _cpu(client, found) if measured else None
        return EngineLook(found, self._data_root, cpu)

    def stop(self, containers: Sequence[ListedContainer], *, force: bool = False) -> tuple[ListedContainer, ...]:
        """Stops them by id and waits until the engine shows none of them any more; those that still run. DockerError as above."""
        with self._client(_GRACE) as client:
            for container in containers:
                with _missing_is_fine():
                    client.api.kill(container.id) if force else client.api.stop(container.id, timeout=_GRACE)
            wanted = {container.id for container in containers}
            until = time.monotonic() + self._gone
            while left := tuple(c for c in self._listed(client) if c.id in wanted and c.runs):
                if time.monotonic() > until:
                    break
                time.sleep(_LOOK)
        return left

    def ends(self, containers: Sequence[ListedContainer]) -> tuple[ContainerEnd, ...]:
        """What the engine says of containers that it ran and lists no more. DockerError as above."""
        with self._client() as client:
            return container_ends(client, containers)

    def _listed(self, client: Any) -> tuple[ListedContainer, ...]:
        checkout = self._checkout
        listed = [_container(values) for values in client.api.containers(all=True)]
        return of_build((c for c in listed if c.runs), checkout, self._since) or of_build(
            (c for c in listed if c.runs), str(Path(checkout).resolve()), self._since
        )

    @contextlib.contextmanager
    def _client(self, more: int = 0) -> Iterator[Any]:
        engine = find_engine(self._environ)
        _reach(engine)
        import requests
        from docker.errors import APIError, DockerException
        from urllib3.exceptions import HTTPError

        try:
            with contextlib.closing(open_client(engine, ASK_LIMIT + more)) as client:
                yield client
        except (DockerException, requests.exceptions.RequestException, HTTPError, OSError, ValueError) as error:
            reason, said_no = _reason(error), isinstance(error, APIError) or isinstance(error.__cause__, APIError)
            cause = "refused" if said_no else "garbled" if isinstance(error, ValueError) else _CAUSES.get(reason, GONE)
            raise DockerError(f"{engine.url}: {reason}", cause=cause, remedy="look at the engine") from None


def _reach(engine: Engine) -> None:
    """Tries the socket first: the SDK costs a tenth of a second to load, and leaves a socket open when nobody listens."""
    if engine.socket is None:
        return
    try:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(ASK_LIMIT)
            line.connect(str(engine.socket))
    except OSError as error:
        gone = isinstance(error, ConnectionRefusedError | FileNotFoundError)
        reason = "connection refused" if isinstance(error, ConnectionRefusedError) else (error.strerror or "no answer").lower()
        cause = GONE if gone else _CAUSES.get(reason, "timeout")
        raise DockerError(f"{engine.url}: {reason}", cause=cause, remedy="start the engine") from None


@contextlib.contextmanager
def _missing_is_fine() -> Iterator[None]:
    from docker.errors import APIError, NotFound

    try:
        yield
    except NotFound:
        return
    except APIError as error:
        if error.status_code != 409:  # it ended in between
            raise


def _reason(error: Exception) -> str:
    """The innermost words: the SDK wraps them in several layers."""
    words = str(error)
    for known in ("Connection refused", "No such file or directory", "Permission denied", "timed out"):  # the last two are in _CAUSES
        if known in words:
            return known.lower()
    return words[:200]


def _container(values: Mapping[str, Any]) -> ListedContainer:
    names = values.get("Names") or ["/?"]
    return ListedContainer(
        str(values.get("Id")),
        str(names[0]).lstrip("/"),
        str(values.get("Image")),
        str(values.get("State")),
        float(values.get("Created") or 0),
        tuple(str(mount.get("Source")) for mount in values.get("Mounts") or ()),
        tuple(str(mount.get("Name")) for mount in values.get("Mounts") or () if mount.get("Type") == "volume" and mount.get("Name")),
    )


def _cpu(client: Any, containers: Sequence[ListedContainer]) -> float | None:
    """Percent of all CPUs of the machine; None where the engine does not say: of a container that just ended it sends no JSON at all."""
    total: float | None = None
    for container in containers:
        with contextlib.suppress(KeyError, TypeError, ValueError, ZeroDivisionError), _missing_is_fine():
            stats = client.api.stats(container.id, stream=False)
            now, before = stats["cpu_stats"], stats["precpu_stats"]
            used = now["cpu_usage"]["total_usage"] - before["cpu_usage"]["total_usage"]
            total = (total or 0.0) + used / (now["system_cpu_usage"] - before["system_cpu_usage"]) * 100
    return total
