"""What a Docker engine remembers of containers that run no more: the events it noted, and their record if nobody removed it."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from canvos_tui.core.diagnosis.container_end import ContainerEnd, Said
from canvos_tui.core.run.containers import ListedContainer

_TELLING = frozenset({"start", "kill", "oom", "die"})
_MOST = 5000  # events that are read; Docker itself keeps 256


def container_ends(client: Any, containers: Iterable[ListedContainer]) -> tuple[ContainerEnd, ...]:
    """The end of each, by an open client of the SDK; it takes up to a second, because the engine's times are read to the full second."""
    wanted = {container.id: container for container in containers}
    if not wanted:
        return ()
    said: dict[str, list[Said]] = {name: [] for name in wanted}
    # from the beginning and not from the start of the run: the machine's clock may have been set meanwhile
    until = int(time.time()) + 1
    events = client.api.events(since=1, until=until, filters={"type": "container", "container": list(wanted)}, decode=True)
    for event in islice(events, _MOST):
        found = str((event.get("Actor") or {}).get("ID") or event.get("id"))
        if found in said and event.get("Action") in _TELLING:
            said[found].append(_said(event))
    return tuple(ContainerEnd(wanted[name], tuple(told), *_recorded(client, name)) for name, told in said.items())


def _said(event: Mapping[str, Any]) -> Said:
    attributes = event["Actor"].get("Attributes") or {}
    at = datetime.fromtimestamp((event.get("timeNano") or event["time"] * 1e9) / 1e9, UTC)
    code = attributes.get("exitCode")
    return Said(at, str(event["Action"]), _number(attributes.get("signal")) or 0, _number(code))


def _number(text: object) -> int | None:
    return int(text) if isinstance(text, str) and text.isdecimal() else None


def _recorded(client: Any, found: str) -> tuple[int | None, bool]:
    """Exit code and whether memory ran out, of a container that was not removed."""
    from docker.errors import NotFound

    try:
        state = client.api.inspect_container(found).get("State") or {}
    except NotFound:
        return None, False
    return (None, False) if state.get("Running") else (state.get("ExitCode"), bool(state.get("OOMKilled")))
