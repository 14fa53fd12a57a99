"""The gate to the Docker engine that a build runs on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from canvos_tui.core.machine import DockerFacts, DockerStore, NamedContainer, PrivilegedProbe


class Docker(Protocol):
    """The Docker engine that `earthly.sh` will use."""

    async def facts(self) -> DockerFacts:
        """What answers at the engine's socket; raises DockerError whose `cause` tells the seven causes apart."""

    async def probe_privileged(self, image: str) -> PrivilegedProbe:
        """Runs one privileged container as `earthly.sh` does, with the real reason kept on failure."""

    async def container(self, name: str) -> NamedContainer | None:
        """The container of exactly that name, None when there is none; raises DockerError."""

    async def publisher(self, port: int) -> NamedContainer | None:
        """The running container that publishes that TCP port of this machine; raises DockerError."""

    async def store(self) -> DockerStore:
        """The volumes, and the images of the kinds that a build pulls or makes; raises DockerError."""

    async def remove_volume(self, name: str) -> bool:
        """Removes a volume that no container uses, and says whether it is gone; DockerError (`in-use`) for one that is used."""

    async def remove_image(self, name: str) -> bool:
        """Takes a name from an image, and the image with its last one; says whether the name is gone. DockerError as above."""
