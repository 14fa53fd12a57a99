"""What an engine keeps on its disk that may be a build's: volumes and images, with size and age; and how one of them goes. Blocking."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from canvos_tui.core.errors import DockerError
from canvos_tui.core.machine import DockerStore, StoredImage, StoredVolume
from canvos_tui.core.run.containers import made_by_build, pulled_by_build

STORE_LIMIT = 30  # seconds: the engine measures each volume for it
_NEVER = 2000  # the year before which no engine pulled anything: they write 0001 for "never"


def store_of(client: Any) -> DockerStore:
    """Every volume, and the images whose names are those of a build."""
    measured = client.api.df()
    containers = client.api.containers(all=True)
    mounted = {str(mount.get("Name")) for one in containers for mount in one.get("Mounts") or () if mount.get("Name")}
    running = {str(one.get("ImageID")) for one in containers}
    volumes = tuple(_volume(values, mounted) for values in measured.get("Volumes") or ())
    return DockerStore(volumes, tuple(_images(client, measured.get("Images") or (), running)))


def _volume(values: Mapping[str, Any], mounted: set[str]) -> StoredVolume:
    name, usage = str(values.get("Name")), values.get("UsageData") or {}
    used = name in mounted or int(usage.get("RefCount") or 0) > 0
    return StoredVolume(name, _moment(values.get("CreatedAt")), max(0, int(usage.get("Size") or 0)), used)


def _images(client: Any, listed: Iterable[Mapping[str, Any]], running: set[str]) -> Iterator[StoredImage]:
    for values in listed:
        names = [str(name) for name in values.get("RepoTags") or () if pulled_by_build(str(name)) or made_by_build(str(name))]
        if not names:
            continue
        found = str(values.get("Id"))
        since = _moment((client.api.inspect_image(found).get("Metadata") or {}).get("LastTagTime"))
        size = max(0, int(values.get("Size") or 0))
        yield from (StoredImage(name, since, size, found in running) for name in names)


def _moment(text: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(_to_microseconds(str(text)))
    except ValueError:
        return None
    found = found if found.tzinfo is not None else found.replace(tzinfo=UTC)
    return found.astimezone(UTC) if found.year > _NEVER else None


def _to_microseconds(text: str) -> str:
    """Engines write nine digits of a second, which Python does not read."""
    head, dot, rest = text.replace("Z", "+00:00").partition(".")
    digits = rest[: len(rest) - len(rest.lstrip("0123456789"))]
    return f"{head}{dot}{digits[:6]}{rest[len(digits) :]}"


def volume_removed(client: Any, name: str) -> bool:
    """Whether it is gone afterwards."""
    return _removed(name, lambda: client.api.remove_volume(name), lambda: client.api.inspect_volume(name))


def image_removed(client: Any, name: str) -> bool:
    """Whether the name is gone afterwards."""
    return _removed(name, lambda: client.api.remove_image(name), lambda: client.api.inspect_image(name))


def _removed(name: str, deed: Callable[[], object], look: Callable[[], object]) -> bool:
    from docker.errors import APIError, NotFound

    try:
        deed()
        look()
    except NotFound:  # by whomever
        return True
    except APIError as error:
        if error.status_code == 409:
            said = str(error.explanation or "a container uses it")[:200]
            raise DockerError(f"{name} stays: {said}", cause="in-use", remedy="end what uses it, then ask again") from None
        raise
    return False
