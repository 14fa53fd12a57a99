"""The supervisor's sign of life in supervisor.json, written by one process and read by many, also when the disk is full."""

from __future__ import annotations

import contextlib
import json
import os
from datetime import UTC, datetime
from typing import Any

from canvos_tui.adapters.processes import stat_fields
from canvos_tui.adapters.regular_file import read_regular
from canvos_tui.adapters.runs.clock import RunClock, boot_id, skew_of, steady
from canvos_tui.adapters.runs.folder import RunFolder
from canvos_tui.core.run.heartbeat import LATE, Beat, Pulse

NAME = "supervisor.json"
_BLOCK = 4096  # bytes: the file keeps its size, so that a new beat needs no room on the disk


class Heart:
    """Beats into the folder of a run."""

    def __init__(self, folder: RunFolder, clock: RunClock) -> None:
        self._path = folder.path / NAME
        self._folder = folder
        self._clock = clock
        self._fixed = {"pid": os.getpid(), "born": born(os.getpid()), "boot": boot_id(), "wall0": clock.wall0, "steady0": clock.steady0}

    def beat(self, build: int | None, **told: Any) -> None:
        """Writes the sign of life; `build` is the process group while it lives. A failure is not worth a word."""
        values = {
            **self._fixed,
            "build": build,
            "build_born": born(build) if build else "",
            "heartbeat": self._clock.now().isoformat(timespec="seconds"),
            "steady": self._clock.steady(),
            **told,
        }
        data = json.dumps(values).encode()
        data += b" " * (-(len(data) + 1) % _BLOCK) + b"\n"
        with contextlib.suppress(OSError):
            if not self._path.exists():
                self._folder.write(NAME, data.decode())  # whole at once: nobody may find an empty file
                return
            file = os.open(self._path, os.O_WRONLY | os.O_CLOEXEC)
            try:
                os.pwrite(file, data, 0)
            finally:
                os.close(file)


def born(pid: int) -> str:
    """When a process began, in ticks since the boot; tells it from a later one of the same number."""
    return (stat_fields(pid) or [""] * 20)[19]


def read_heart(folder: RunFolder) -> dict[str, Any]:
    """What the supervisor wrote last; empty when there is nothing or it is damaged."""
    try:
        told = json.loads(read_regular(folder.path / NAME))
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def rebooted_since(told: dict[str, Any]) -> bool:
    """Whether the machine was started anew since that sign of life."""
    return bool(told.get("boot")) and bool(boot_id()) and told["boot"] != boot_id()


def build_goes_on(told: dict[str, Any]) -> bool:
    """Whether the build's own process, named in a sign of life, still lives."""
    pid, since = told.get("build"), told.get("build_born")
    if not isinstance(pid, int) or rebooted_since(told):
        return False
    fields = stat_fields(pid)
    return bool(fields) and fields[0] not in "ZX" and fields[19] == since


def read_pulse(folder: RunFolder, *, live: bool) -> Pulse | None:
    """The supervisor as its lock and its last sign of life show it; None before the first one."""
    told = read_heart(folder)
    if not told:
        return None
    if not live or rebooted_since(told):
        return Pulse(Beat.GONE)
    try:
        age = max(0.0, steady() - float(told["steady"]))
        since = told.get("lost_since")
        return Pulse(
            beat=_beat(int(told["pid"]), age),
            age=age,
            skew=skew_of(float(told["wall0"]), float(told["steady0"])),
            alive=told.get("alive"),
            container=told.get("containers"),
            cpu=told.get("cpu"),
            step=str(told.get("step") or ""),
            lost=int(told.get("lost") or 0),
            lost_since=datetime.fromisoformat(since).astimezone(UTC) if since else None,
            lost_why=str(told.get("lost_why") or ""),
        )
    except (KeyError, TypeError, ValueError):
        return None


def _beat(pid: int, age: float) -> Beat:
    if age < LATE:
        return Beat.ALIVE
    state = (stat_fields(pid) or ["?"])[0]
    return Beat.STOPPED if state in {"T", "t"} else Beat.SLOW
