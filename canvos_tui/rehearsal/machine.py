"""A healthy machine for a rehearsal: Linux with Docker and a network. What it reports says that it is rehearsed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from canvos_tui.core.machine import DockerFacts, DockerStore, Filesystem, HostFacts, NamedContainer, PrivilegedProbe, Reach

_GIB = 1024**3
_WORD = "rehearsal"
_DISK = (212 * _GIB, 480 * _GIB)


class RehearsalHost:
    """A machine that fits the guide's prerequisites."""

    async def facts(self, checkout: Path) -> HostFacts:
        """Enough of everything, whatever the checkout."""
        del checkout
        free, total = _DISK
        return HostFacts("Linux", "x86_64", 8.0, 16 * _GIB, free, total, _WORD, kernel=f"6.8.0-{_WORD}")

    async def filesystem(self, path: Path) -> Filesystem:
        """One filesystem for everything."""
        return Filesystem(path, Path("/"), *_DISK, device=1)

    async def port_holder(self, port: int) -> str | None:
        """Every port is free."""
        del port
        return None

    async def tool_version(self, name: str) -> str | None:
        """Every tool is there."""
        return f"{name} version 2.43 ({_WORD})"


class RehearsalDocker:
    """An engine that runs privileged containers."""

    async def facts(self) -> DockerFacts:
        """What an engine answers, marked as rehearsed."""
        return DockerFacts(
            host=f"unix:///run/{_WORD}/docker.sock",
            version=f"27.5.1 ({_WORD})",
            data_root="/var/lib/docker",
            rootless=False,
            podman=False,
            cpus=8,
            memory=16 * _GIB,
            client=f"Docker version 27.5.1, build {_WORD}",
            architecture="x86_64",
        )

    async def container(self, name: str) -> NamedContainer | None:
        """No container but those of the rehearsed build."""
        del name
        return None

    async def publisher(self, port: int) -> NamedContainer | None:
        """No port is taken."""
        del port
        return None

    async def store(self) -> DockerStore:
        """Nothing of a build is kept."""
        return DockerStore()

    async def remove_volume(self, name: str) -> bool:
        """There is none."""
        del name
        return True

    async def remove_image(self, name: str) -> bool:
        """There is none."""
        del name
        return True

    async def probe_privileged(self, image: str) -> PrivilegedProbe:
        """A container that ran."""
        return PrivilegedProbe(ran=True, output=f"{image} ({_WORD})", seconds=0.4)


class RehearsalNetwork:
    """A network where everything answers."""

    async def reach(self, url: str, variables: Mapping[str, str] | None = None) -> Reach:  # noqa: ARG002  all ways are open
        """Reached, without a request having been made."""
        return Reach(url, "ok", 200, f"{_WORD}, nothing was asked", 0.02, skew=0.0)
