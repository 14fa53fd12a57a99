"""What builds left on the Docker engine: the volumes of their containers, and the images that they pulled or made."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from canvos_tui.core.errors import DockerError
from canvos_tui.core.leftovers.inventory import Record, within
from canvos_tui.core.leftovers.thing import Kind, Thing
from canvos_tui.core.machine import DockerStore, StoredImage, StoredVolume
from canvos_tui.core.ports import Ports
from canvos_tui.core.run.containers import made_by_build

_UNNAMED = re.compile(r"[0-9a-f]{64}")  # the engine's own name for a volume that nobody named
_STORE = "the builder's store of a container that is gone: no later build reads it"
_NO_ENGINE = frozenset({"not-installed", "cli-only", "no-socket"})  # and so nothing that it could keep
_USED = "a container uses it"


async def on_docker(ports: Ports, records: Iterable[Record], passed_over: list[str]) -> list[Thing]:
    """What is left there of these runs; an engine that does not answer is said in `passed_over`, and that there is none is nothing."""
    built = [record for record in records if record.plan.builds]
    if not built:
        return []
    try:
        store = await ports.docker.store()
    except DockerError as error:
        if error.cause not in _NO_ENGINE:
            passed_over.append(f"Docker's volumes and images were not looked at: {error}")
        return []
    return left_in(store, built)


def left_in(store: DockerStore, records: list[Record]) -> list[Thing]:
    """The same of what an engine was seen to keep."""
    return [*_volumes(store.volumes, records), *_images(store.images, records)]


def _volumes(volumes: Iterable[StoredVolume], records: list[Record]) -> Iterator[Thing]:
    """Those that a run recorded are its own; one without a name that came while a run lived may be anybody's."""
    for volume in volumes:
        own = next((record for record in records if volume.name in record.volumes), None)
        since = volume.since
        near = next((r for r in records if since is not None and within(r, since) and _UNNAMED.fullmatch(volume.name)), None)
        record = own or near
        if record is None or (own is None and volume.used):
            continue
        note = (
            "the builder's store of a container that is gone: no later build reads it"
            if own
            else "came while the run lived; whose it is, is not known"
        )
        needed = _USED if volume.used else ""
        yield Thing(Kind.VOLUME, volume.name, own is not None, note, volume.size, since, record.run, needed)


def _images(images: Iterable[StoredImage], records: list[Record]) -> Iterator[Thing]:
    """Pulled or made while a run lived: a build that ends well removes what it pulled, one that fails leaves it."""
    for image in images:
        since = image.since
        record = next((r for r in records if since is not None and within(r, since) and _may_be(image.name, r)), None)
        made = made_by_build(image.name)
        note = (
            "made by the build; nothing later reads it"
            if made
            else "pulled by earthly.sh, whose clean-up comes with success only; pulled again"
        )
        if record is None:
            note = f"{'made by a build' if made else 'of a kind that earthly.sh pulls'}; not seen to have come with a run"
        run = record.run if record is not None else ""
        yield Thing(Kind.IMAGE, image.name, record is not None, note, image.size, since, run, _USED if image.used else "")


def _may_be(name: str, record: Record) -> bool:
    return not made_by_build(name) or made_by_build(name, dict(record.plan.args).get("CUSTOM_TAG") or "?")
