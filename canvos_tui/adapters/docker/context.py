"""Which Docker engine the `docker` command would talk to. The SDK alone knows nothing of contexts, so they are read here."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from canvos_tui.adapters.regular_file import read_regular
from canvos_tui.core.errors import DockerError
from canvos_tui.core.values import dataclass

DEFAULT_SOCKET = "/var/run/docker.sock"
_LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True)
class Engine:
    """The engine's address and who named it; `certificates` is a folder with ca.pem, cert.pem and key.pem."""

    url: str
    source: str
    certificates: Path | None = None
    verify: bool = True

    @property
    def socket(self) -> Path | None:
        """The path of a unix socket, None for an engine that is reached over the network."""
        return Path(self.url.removeprefix("unix://")) if self.url.startswith("unix://") else None

    @property
    def speaks_plainly(self) -> bool:
        """Whether it is asked without TLS."""
        return not self.certificates and not self.url.startswith("https://")

    @property
    def address(self) -> tuple[str, int]:
        """Host and port of an engine that is reached over the network."""
        parts = urlsplit(self.url)
        try:
            port = parts.port
        except ValueError:
            port = None
        return parts.hostname or "", port or (2376 if self.certificates else 2375)


def find_engine(environ: Mapping[str, str], default: str = DEFAULT_SOCKET) -> Engine:
    """DOCKER_HOST, else DOCKER_CONTEXT, else the current context of config.json, else the default socket; as the command does."""
    config = config_folder(environ)
    if host := environ.get("DOCKER_HOST"):
        return _checked(Engine(_spelled(host), "DOCKER_HOST", _certificates(environ, config)))
    name, source = environ.get("DOCKER_CONTEXT", ""), "DOCKER_CONTEXT"
    if not name:
        name, source = _current(config / "config.json"), f"currentContext of {config / 'config.json'}"
    if not name or name == "default":
        return Engine(f"unix://{default}", "default")
    return _checked(_context(config, name, source))


def config_folder(environ: Mapping[str, str]) -> Path:
    """Where the docker command keeps its configuration."""
    named = environ.get("DOCKER_CONFIG")
    return Path(named) if named else Path(environ.get("HOME") or "/") / ".docker"


def _current(path: Path) -> str:
    """The context that config.json names; the docker command warns about a file it cannot read and goes on without."""
    try:
        return str(_read_json(path).get("currentContext") or "")
    except DockerError:
        return ""


def _spelled(host: str) -> str:
    """`/path`, `host:port` and `:port` are short for a unix socket and TCP."""
    if "://" in host:
        return host
    return f"unix://{host}" if host.startswith("/") else f"tcp://{host if not host.startswith(':') else 'localhost' + host}"


def _certificates(environ: Mapping[str, str], config: Path) -> Path | None:
    if not environ.get("DOCKER_TLS_VERIFY"):
        return None
    return Path(environ["DOCKER_CERT_PATH"]) if environ.get("DOCKER_CERT_PATH") else config


def _context(config: Path, name: str, source: str) -> Engine:
    digest = hashlib.sha256(name.encode()).hexdigest()
    meta = config / "contexts" / "meta" / digest / "meta.json"
    if not meta.is_file():
        raise DockerError(
            f"the Docker context `{name}` ({source}) does not exist",
            cause="context",
            remedy="choose one that exists: docker context use default",
        )
    endpoint = _read_json(meta).get("Endpoints")
    docker = endpoint.get("docker") if isinstance(endpoint, dict) else None
    host = docker.get("Host") if isinstance(docker, dict) else None
    if not isinstance(host, str) or not host:
        raise DockerError(
            f"the Docker context `{name}` names no engine ({meta})",
            cause="context",
            remedy="choose another one: docker context use default",
        )
    tls = config / "contexts" / "tls" / digest / "docker"
    verify = not (isinstance(docker, dict) and docker.get("SkipTLSVerify"))
    return Engine(host, f"context {name}", tls if tls.is_dir() else None, verify)


def _checked(engine: Engine) -> Engine:
    """Refuses what cannot be an engine of this machine: the build mounts the checkout into a container."""
    scheme = engine.url.partition("://")[0]
    if scheme in {"unix", "tcp", "http", "https"}:
        return engine
    raise DockerError(
        f"{engine.source} points to {engine.url}: the engine has to run on this machine, because the build mounts the checkout",
        cause="context",
        remedy="use the engine of this machine: unset DOCKER_HOST DOCKER_CONTEXT; docker context use default",
    )


def is_local(url: str) -> bool:
    """Whether an engine's address lies on this machine."""
    return url.startswith("unix://") or (urlsplit(url).hostname or "") in _LOCAL_NAMES


def _read_json(path: Path) -> dict[str, Any]:
    """The object in a file, empty where there is none."""
    try:
        text = read_regular(path).decode("utf-8", "replace")
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise DockerError(
            f"cannot read {path}: {error.strerror}", cause="context", remedy=f"check its owner and mode: ls -l {path}"
        ) from None
    try:
        found = json.loads(text)
    except ValueError as error:
        raise DockerError(f"{path} is no JSON: {error}", cause="context", remedy="repair it or move it away") from None
    return found if isinstance(found, dict) else {}
