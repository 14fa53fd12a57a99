"""What was seen of this machine, of the Docker engine and of the network, as values. Sizes are bytes, times seconds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class HostFacts:
    """The machine as a build would get it: CPUs and memory after cgroup limits."""

    system: str  # "Linux", "Darwin"
    architecture: str  # as `uname -m` says
    cpus: float
    memory: int
    disk_free: int
    disk_total: int
    user: str
    kernel: str = ""


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


@dataclass(frozen=True)
class PrivilegedProbe:
    """How one privileged container went; `cause` is empty when it ran."""

    ran: bool
    cause: str = ""
    output: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class Reach:
    """How far a request got: `step` is `ok`, `dns`, `connect`, `tls`, `proxy`, `timeout` or `http`."""

    url: str
    step: str
    status: int = 0
    detail: str = ""
    seconds: float = 0.0

    @property
    def reachable(self) -> bool:
        """Whether a server of that name answered HTTP at all."""
        return self.step == "ok"
