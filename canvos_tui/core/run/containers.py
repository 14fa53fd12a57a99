"""The containers that a build runs in, as the engine lists them, and what is left of them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from canvos_tui.core.run.result import LeftOver
from canvos_tui.core.values import dataclass

BUILDER = "earthly-buildkitd"  # the side container of earthly.sh in proxy mode
_EARTHLY = "/earthly/earthly:"  # in the name of the image that earthly.sh starts
# the last parts of the names of images that only earthly.sh pulls, whatever registry it takes them from
_PULLED = ("/edge/earthly/earthly", "/edge/earthly/buildkitd", "/edge/canvos/alpine")
_MADE = "palette-installer-image"  # what a build may leave under CUSTOM_TAG
_RUNNING = frozenset({"running", "restarting", "paused", "created"})


@dataclass(frozen=True)
class ListedContainer:
    """A container as the engine lists it; `created` is in seconds since the epoch, `mounts` are paths of this machine.

    `volumes` are the names of those that the engine keeps for it: what a build makes is written to one without a name of its own.
    """

    id: str
    name: str
    image: str
    state: str
    created: float = 0.0
    mounts: tuple[str, ...] = ()
    volumes: tuple[str, ...] = ()

    @property
    def runs(self) -> bool:
        """Whether it still holds memory and may still write."""
        return self.state in _RUNNING

    @property
    def short(self) -> str:
        """The first twelve characters of the id, as `docker ps` shows it."""
        return self.id[:12]


def pulled_by_build(reference: str) -> bool:
    """Whether an image of that name is one that earthly.sh pulls for itself."""
    return _repository(reference).endswith(_PULLED)


def made_by_build(reference: str, custom_tag: str = "") -> bool:
    """Whether it is named as the installer image of a build; with a tag, of one of that CUSTOM_TAG."""
    if _repository(reference).rpartition("/")[2] != _MADE:
        return False
    return not custom_tag or reference.endswith(f"-{custom_tag}")


def _repository(reference: str) -> str:
    """The name without tag and digest; a colon before the last slash is that of a port."""
    bare = reference.partition("@")[0]
    head, slash, last = bare.rpartition("/")
    return f"{head}{slash}{last.partition(':')[0]}"


def of_build(containers: Iterable[ListedContainer], checkout: str, since: float) -> tuple[ListedContainer, ...]:
    """The containers of a build: Earthly's image with the checkout mounted, and the side container if it was made after `since`.

    They carry no label and no name of ours (earthly.sh, `docker run`); the lock of the checkout says that there is one build only.
    The side container has the same name for every build on an engine; whose it is says the folder of certificates that it mounts.
    """
    folders = {checkout, str(Path(checkout))}
    certificates = {str(Path(folder, "certs")) for folder in folders}
    found = []
    for container in containers:
        earthly = _EARTHLY in container.image and folders.intersection(container.mounts)
        own = certificates.intersection(container.mounts)
        builder = container.name == BUILDER and own and since > 0 and container.created >= since - 1
        if earthly or builder:
            found.append(container)
    return tuple(found)


def left_container(container: ListedContainer) -> LeftOver:
    """A container that goes on without its build."""
    note = f"{container.name}, {container.state}; it goes on building, and importing, with the keys of .secret"
    return LeftOver("container", container.short, True, note, f"docker stop {container.short}")


def unknown_container(found: str, name: str, why: str) -> LeftOver:
    """A container that was seen while the build ran, where nobody can say what became of it."""
    short = found[:12]
    note = f"{name}, seen while the build ran; whether it goes on is not known ({why}). A container can outlive its engine"
    return LeftOver("container", short, False, note, look=f"docker ps --filter id={short}")
