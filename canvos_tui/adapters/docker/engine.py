"""The Docker engine that `earthly.sh` will use: a bare ping on its socket first, which tells the causes apart, then the SDK."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from canvos_tui.adapters import threads
from canvos_tui.adapters.docker.context import DEFAULT_SOCKET, Engine, config_folder, find_engine, is_local
from canvos_tui.adapters.docker.ping import ping
from canvos_tui.adapters.docker.probe import Probe
from canvos_tui.adapters.docker.store import STORE_LIMIT, image_removed, store_of, volume_removed
from canvos_tui.adapters.machine.host import LocalHost
from canvos_tui.core.errors import DockerError
from canvos_tui.core.machine import DockerFacts, DockerStore, NamedContainer, PrivilegedProbe
from canvos_tui.core.values.heard import tell

if TYPE_CHECKING:
    import docker

T = TypeVar("T")
PING_LIMIT = 5.0  # seconds; a healthy engine answers in milliseconds
ASK_LIMIT = 9  # seconds for one question through the SDK
_CLEAN_UP = 8.0  # seconds that a cancelled probe may take to remove its container
# the members that are judged
_OF_INFO = ("ServerVersion", "OperatingSystem", "OSType", "Architecture", "NCPU", "MemTotal", "DockerRootDir", "SecurityOptions")
_SBIN = "/usr/local/sbin:/usr/sbin:/sbin"  # where dockerd may be without being on a user's PATH


class DockerEngine:
    """Implements the Docker port."""

    def __init__(self, environ: Mapping[str, str], default_socket: str = DEFAULT_SOCKET, sbin: str = _SBIN) -> None:
        self._environ = environ
        self._default = default_socket
        self._sbin = sbin

    async def facts(self) -> DockerFacts:
        """What answers at the engine's socket; DockerError says with its cause why nothing does."""
        client = await LocalHost(self._environ).tool_version("docker")
        engine = await self._engine()
        await self._reach(engine, client)
        with _translated(engine):
            return await threads.call(lambda: _ask(engine, client or ""))

    async def container(self, name: str) -> NamedContainer | None:
        """The container of exactly that name, running or not; None when there is none."""
        return await self._look({"name": f"^/{name}$"}, stopped=True)

    async def publisher(self, port: int) -> NamedContainer | None:
        """The running container that publishes that TCP port of this machine."""
        return await self._look({"publish": f"{port}/tcp"}, stopped=False)

    async def store(self) -> DockerStore:
        """What it keeps on its disk, as far as it may be a build's; measured, which may take a while."""
        return await self._stored(store_of, STORE_LIMIT)

    async def remove_volume(self, name: str) -> bool:
        """Whether it is gone."""
        return await self._stored(lambda client: volume_removed(client, name), STORE_LIMIT)

    async def remove_image(self, name: str) -> bool:
        """Whether the name is gone."""
        return await self._stored(lambda client: image_removed(client, name), STORE_LIMIT)

    async def _stored(self, deed: Callable[[docker.DockerClient], T], limit: int) -> T:
        engine = await self._engine()
        await self._reach(engine, None)

        def ask() -> T:
            with contextlib.closing(open_client(engine, limit)) as client:
                return deed(client)

        with _translated(engine):
            return await threads.call(ask)

    async def _look(self, wanted: Mapping[str, str], *, stopped: bool) -> NamedContainer | None:
        engine = await self._engine()
        with _translated(engine):
            return await threads.call(lambda: _find(engine, wanted, stopped=stopped))

    async def _engine(self) -> Engine:
        return await threads.call(lambda: find_engine(self._environ, self._default))

    async def probe_privileged(self, image: str) -> PrivilegedProbe:
        """Runs one privileged container as `earthly.sh` does; the container is gone afterwards, also when this is cancelled."""
        engine = await self._engine()
        began = asyncio.get_running_loop().time()
        stop = threading.Event()
        probe = Probe(lambda limit: open_client(engine, limit), image, stop, config_folder(self._environ) / "config.json")
        try:
            with _translated(engine):
                failed = await threads.call(probe.pull)
                ran, cause, output = (False, *failed) if failed else await self._run(probe.run, stop)
        finally:
            stop.set()  # a pull that goes on in its thread ends with the next line it gets
        return PrivilegedProbe(ran, cause, output, asyncio.get_running_loop().time() - began)

    @staticmethod
    async def _run(work: Callable[[], tuple[bool, str, str]], stop: threading.Event) -> tuple[bool, str, str]:
        running = asyncio.ensure_future(threads.call(work))
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            stop.set()
            await asyncio.wait({running}, timeout=_CLEAN_UP)
            if running.done() and not running.cancelled():
                running.exception()
            raise

    # -- reaching it -----------------------------------------------------------------------------------------

    async def _reach(self, engine: Engine, client: str | None) -> None:
        try:
            async with asyncio.timeout(PING_LIMIT):
                await ping(engine)
        except FileNotFoundError:
            raise self._missing(engine, client) from None
        except PermissionError:
            raise DockerError(
                f"{engine.url}: permission denied for this user",
                cause="permission",
                remedy="join the group that owns the socket",
                url=engine.url,
            ) from None
        except TimeoutError:
            tell("engine", f"GET /_ping at {engine.url}", f"no answer within {PING_LIMIT:.0f} s")
            said, cause = f"{engine.url}: no answer within {PING_LIMIT:.0f} s", "timeout" if is_local(engine.url) else "remote-down"
            raise DockerError(said, cause=cause, remedy="see whether the engine hangs", url=engine.url) from None
        except OSError as error:
            reason = "connection refused" if isinstance(error, ConnectionRefusedError) else error.strerror or str(error)
            cause = "engine-down" if is_local(engine.url) else "remote-down"
            raise DockerError(f"{engine.url}: {reason}", cause=cause, remedy="start the engine", url=engine.url) from None

    def _missing(self, engine: Engine, client: str | None) -> DockerError:
        """No socket: nothing installed, only the command, an engine that was not started, or one in another place."""
        where = f"{engine.url} does not exist"
        if engine.source == "default" and (other := self._other_socket()):
            cause, path = other
            named = "rootless Docker" if cause == "rootless" else "Podman"
            return DockerError(f"{where}; only {named} listens, at unix://{path}", cause=cause, remedy="install Docker Engine as root")
        if client and "podman" in client.lower():
            return DockerError(f"{where}; the docker command is Podman's", cause="podman", remedy="install Docker Engine")
        if engine.source != "default":
            return DockerError(f"{where} ({engine.source} names it)", cause="context", remedy="start that engine or choose another one")
        search = os.pathsep.join((self._environ.get("PATH", os.defpath), self._sbin))
        if shutil.which("dockerd", path=search):
            return DockerError(f"{where}: Docker is installed but not running", cause="engine-down", remedy="start the engine")
        if client is not None:
            return DockerError(f"{where}: the docker command is here, the engine is not", cause="cli-only", remedy="install Docker Engine")
        return DockerError("neither the docker command nor an engine was found", cause="not-installed", remedy="install Docker Engine")

    def _other_socket(self) -> tuple[str, Path] | None:
        folder = Path(self._environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}")
        for cause, path in (("rootless", folder / "docker.sock"), ("podman", folder / "podman" / "podman.sock")):
            with contextlib.suppress(OSError):
                if path.is_socket():
                    return cause, path
        return None


def open_client(engine: Engine, limit: int) -> docker.DockerClient:
    """The SDK's client; `limit` is in seconds for each answer."""
    import docker
    from docker.tls import TLSConfig

    tls: Any = False
    if engine.certificates:
        folder = engine.certificates
        pair = (str(folder / "cert.pem"), str(folder / "key.pem"))
        tls = TLSConfig(
            client_cert=pair if all(Path(p).is_file() for p in pair) else None,
            ca_cert=str(folder / "ca.pem") if (folder / "ca.pem").is_file() else None,
            verify=engine.verify,
        )
    return docker.DockerClient(base_url=engine.url, timeout=limit, tls=tls)


def _ask(engine: Engine, client: str) -> DockerFacts:
    with contextlib.closing(open_client(engine, ASK_LIMIT)) as sdk:
        info, version = sdk.api.info(), sdk.api.version()
    tell("engine", f"GET /info at {engine.url}", _told(info, _OF_INFO))
    tell("engine", f"GET /version at {engine.url}", _told(version, ("Version", "ApiVersion", "Components")))
    parts = {str(part.get("Name")) for part in version.get("Components") or ()}
    return DockerFacts(
        host=engine.url,
        version=str(version.get("Version", "")),
        data_root=str(info.get("DockerRootDir") or ""),
        rootless=any("name=rootless" in str(option) for option in info.get("SecurityOptions") or ()),
        podman="Podman Engine" in parts or "podman" in client.lower(),
        cpus=int(info.get("NCPU") or 0),
        memory=int(info.get("MemTotal") or 0),
        client=client,
        architecture=str(info.get("Architecture") or ""),
        userns=any("name=userns" in str(option) for option in info.get("SecurityOptions") or ()),
        desktop="Docker Desktop" in str(info.get("OperatingSystem") or ""),
        windows=info.get("OSType") == "windows",
    )


def _told(answer: Mapping[str, Any], names: tuple[str, ...]) -> str:
    """Those members of an answer, as they came; what an engine tells beside them fills screens."""
    return "\n".join(f"{name}: {json.dumps(answer[name])}" for name in names if name in answer)


def _find(engine: Engine, wanted: Mapping[str, str], *, stopped: bool) -> NamedContainer | None:
    """The first container that a filter of the engine lets through."""
    with contextlib.closing(open_client(engine, ASK_LIMIT)) as sdk:
        listed = sdk.api.containers(all=stopped, filters=dict(wanted))
        names = [one.get("Names") for one in listed]
        tell("containers", f"GET /containers/json at {engine.url}, all={stopped}, filters={json.dumps(dict(wanted))}", json.dumps(names))
        if not listed:
            return None
        found = sdk.api.inspect_container(listed[0]["Id"])
        tell("containers", f"GET /containers/{listed[0]['Id'][:12]}/json at {engine.url}", _told(found, ("Name", "Image", "State")))
    settings, state = found.get("HostConfig") or {}, found.get("State") or {}
    image = str((found.get("Config") or {}).get("Image") or "")
    return NamedContainer(str(found.get("Name", "")).lstrip("/"), image, bool(state.get("Running")), keeps=not settings.get("AutoRemove"))


@contextlib.contextmanager
def _translated(engine: Engine) -> Iterator[None]:
    """Turns what the SDK raises into a DockerError."""
    import requests
    from docker.errors import DockerException

    try:
        yield
    except DockerError:
        raise
    except (DockerException, requests.exceptions.RequestException, OSError) as error:
        words = str(error)
        if isinstance(error, requests.exceptions.Timeout) or "timed out" in words:  # the SDK wraps the one at its first question
            told = f"{engine.url}: no answer within {ASK_LIMIT} s"
            raise DockerError(told, cause="timeout", remedy="see whether the engine hangs") from None
        cause = "permission" if "Permission denied" in words else "engine-down"
        raise DockerError(f"{engine.url}: {words[:300]}", cause=cause, remedy="look at the engine's log", url=engine.url) from None
