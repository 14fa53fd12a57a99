"""What was seen of this machine, of the Docker engine and of the network, as values. Sizes are bytes, times seconds."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from pathlib import Path

from canvos_tui.core.values import dataclass


@dataclass(frozen=True)
class Emulation:
    """How it is known that a processor is only played; `whole` for a whole virtual machine, which is slow but keeps its promises."""

    words: str
    whole: bool = False


@dataclass(frozen=True)
class HostFacts:
    """The machine as a build would get it: CPUs and memory after cgroup limits, and beside them what the machine has."""

    system: str  # "Linux", "Darwin"
    architecture: str  # as `uname -m` says
    cpus: float
    memory: int
    disk_free: int
    disk_total: int
    user: str
    kernel: str = ""
    all_cpus: float = 0
    all_memory: int = 0
    emulated: Emulation | None = None  # None for a real processor
    family: str = ""  # ID and ID_LIKE of os-release, "debian" for example
    nested: str = ""  # "WSL", "LXC", "a container" where that was really seen
    systemd: bool = True


@dataclass(frozen=True)
class Filesystem:
    """Where a path lies: the mount point and its room. `device` tells two filesystems apart."""

    path: Path
    mount: Path
    free: int
    total: int
    device: int
    writable: bool = True
    runs: bool = True  # programs on it can be started (it is not mounted noexec)
    read_only: bool = False  # mounted so: nobody can write, whoever owns the folder

    def __str__(self) -> str:
        return f"{self.free // 10**9} of {self.total // 10**9} GB free on {self.mount}"


@dataclass(frozen=True)
class FileFacts:
    """A file as the kernel knows it: its bytes, and the inode, which a file has that was replaced by another no longer."""

    size: int
    inode: int


@dataclass(frozen=True)
class DockerFacts:
    """The engine behind the socket that the `docker` command uses."""

    host: str
    version: str
    data_root: str
    rootless: bool
    podman: bool
    cpus: int
    memory: int
    client: str  # version line of the docker command, "" when it is missing
    architecture: str = ""  # of the engine's machine, as its kernel spells it
    userns: bool = False  # root of a container is somebody else outside
    desktop: bool = False  # Docker Desktop: a virtual machine of its own
    windows: bool = False  # runs Windows containers


@dataclass(frozen=True)
class NamedContainer:
    """A container of the engine; `keeps` says that it is still there once it is stopped (no --rm)."""

    name: str
    image: str
    running: bool
    keeps: bool = True


@dataclass(frozen=True)
class StoredVolume:
    """A volume of the engine; `size` is in bytes, 0 where it was not measured, `used` whether a container has it."""

    name: str
    since: datetime | None = None
    size: int = 0
    used: bool = False


@dataclass(frozen=True)
class StoredImage:
    """A name of an image of the engine; `since` is when this engine got it, None where it does not say. Layers may be shared."""

    name: str
    since: datetime | None = None
    size: int = 0
    used: bool = False


@dataclass(frozen=True)
class DockerStore:
    """What an engine keeps on its disk, as far as it may be a build's."""

    volumes: tuple[StoredVolume, ...] = ()
    images: tuple[StoredImage, ...] = ()


@dataclass(frozen=True)
class PrivilegedProbe:
    """How one privileged container went; `cause` is empty when it ran."""

    ran: bool
    cause: str = ""
    output: str = ""
    seconds: float = 0.0


class Flaw(Enum):
    """A fault of a request that has a remedy of its own."""

    SILENT_NAMES = "no name server answers in time"
    NO_TLS = "what answers speaks no TLS"
    NO_CERTIFICATES = "the file of trusted certificates cannot be read"
    DATES = "the certificate has expired, or is not valid yet"


@dataclass(frozen=True)
class Reach:
    """How far a request got: `step` is `ok`, `dns`, `connect`, `tls`, `proxy`, `timeout` or `http`."""

    url: str
    step: str
    status: int = 0
    detail: str = ""
    seconds: float = 0.0
    skew: float | None = None  # seconds that our clock is ahead of the Date of the answer
    amazon: bool = False  # whether the answer carries a request id of AWS, as each of its services gives
    flaw: Flaw | None = None  # what is known of the fault beyond its step
    issuer: str = ""  # who signed a certificate that is not trusted

    @property
    def reachable(self) -> bool:
        """Whether a server of that name answered HTTP at all."""
        return self.step == "ok"
