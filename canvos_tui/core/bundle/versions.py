"""The versions of everything that a run stood on: what every support engineer asks for first."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from canvos_tui.core.checkout import secret_file
from canvos_tui.core.checkout.state import Place
from canvos_tui.core.errors import CanvosError
from canvos_tui.core.ports import Ports


async def versions(ports: Ports, folder: Path | None, version: str, libraries: Mapping[str, str]) -> dict[str, Any]:
    """As plain data; what could not be asked is null, with the reason beside it where there is one."""
    system: dict[str, Any] | None = None
    with suppress(CanvosError, OSError):
        host = await ports.host.facts(folder or Path("/"))
        system = {"os": host.system, "arch": host.architecture, "kernel": host.kernel, "family": host.family, "nested": host.nested}
    return {
        "canvos_tui": version,
        **libraries,
        "system": system,
        "docker": await _docker(ports),
        "checkout": await _checkout(ports, folder) if folder is not None else None,
    }


async def _docker(ports: Ports) -> dict[str, Any]:
    try:
        engine = await ports.docker.facts()
    except CanvosError as error:
        return {"version": None, "client": None, "said": str(error)}
    kind = "podman" if engine.podman else "rootless" if engine.rootless else "desktop" if engine.desktop else "docker"
    return {"version": engine.version, "client": engine.client, "kind": kind, "data_root": engine.data_root}


async def _checkout(ports: Ports, folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = {"path": str(folder), "tag": None, "commit": None, "changed": [], "secret_file": await _secret(ports, folder)}
    with suppress(CanvosError):
        state = await ports.git.state(folder)
        if state.place is Place.CANVOS:
            found |= {"tag": state.tag or None, "commit": state.commit, "changed": [f"{c.status} {c.path}" for c in state.changes]}
    return found


async def _secret(ports: Ports, folder: Path) -> str:
    """What may be told of `.secret`: whether it is there, its mode and the names in it."""
    try:
        data, mode = await ports.files.read_own(folder, ".secret"), await ports.files.mode(folder / ".secret")
    except CanvosError:
        return "present, not readable"
    if data is None:
        return "not there"
    names = ", ".join(name for name in secret_file.IDS if name in secret_file.read(data)) or "none that the build knows"
    return f"present, mode {mode or 0:04o}, names: {names}; never included"
