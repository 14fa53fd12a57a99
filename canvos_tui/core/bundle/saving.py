"""Where a bundle goes, and the doctor's report that is kept beside its run, so that the same run gives the same bundle."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from canvos_tui.core.bundle.contents import DOCTOR
from canvos_tui.core.bundle.leaks import known_secrets
from canvos_tui.core.errors import FilesError
from canvos_tui.core.masking.outlet import Outlet
from canvos_tui.core.ports import Ports
from canvos_tui.core.run.run import RunId

_NAMES = 100  # tries before a person has to choose


def proposed(ports: Ports, run_id: RunId) -> Path:
    """The usual place: the user's home folder, named after the run."""
    home = Path(ports.environ.get("HOME") or ".")
    return home / f"canvos-support-{run_id or ports.clock.now().strftime('%Y%m%d-%H%M')}.zip"


async def save(ports: Ports, data: bytes, proposal: Path, *, exactly: bool) -> Path:
    """Writes the bundle and gives its path; a name that is taken gets a number, or FilesError where it was asked for `exactly`."""
    if await ports.files.write_new(proposal, data):
        return proposal
    if exactly:
        raise FilesError(f"{proposal} is there already, and nothing is written over it", remedy="name another file, or move that one away")
    for number in range(2, _NAMES):
        path = proposal.with_name(f"{proposal.stem}-{number}{proposal.suffix}")
        if await ports.files.write_new(path, data):
            return path
    raise FilesError(f"{proposal} and {_NAMES} more of that name are there already", remedy="move them away, or name another file")


async def kept_doctor(ports: Ports, run_id: RunId) -> dict[str, Any] | None:
    """The doctor's document that lies beside a run; None where there is none, or a damaged one."""
    try:
        found = json.loads(await ports.files.read_text(ports.runs.log_path(run_id).parent / DOCTOR) or "null")
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


async def keep_doctor(ports: Ports, run_id: RunId, document: Mapping[str, Any]) -> None:
    """Puts it there, masked, for its owner alone; FilesError when that fails."""
    plan = await ports.runs.plan(run_id)
    masked = Outlet(await known_secrets(ports, Path(plan.checkout), plan.args)).data(document)
    path = ports.runs.log_path(run_id).parent / DOCTOR
    await ports.files.write(path, (json.dumps(masked, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace"), 0o600)
