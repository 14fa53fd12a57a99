"""Processes of this machine as the kernel shows them."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

_PROC = Path("/proc")


def session_members(session: int) -> tuple[int, ...]:
    """Processes of a session that are not dead yet, from /proc; only the leader where there is no /proc."""
    if not _shown():
        return (session,)
    return tuple(pid for pid, _, _, its_session in _living() if its_session == session)


def family(session: int) -> tuple[int, ...]:
    """The same, and what its processes started in groups and sessions of their own, as long as whoever started that still lives."""
    if not _shown():
        return (session,)
    rows = list(_living())
    found = {pid for pid, _, _, its_session in rows if its_session == session}
    while more := {pid for pid, parent, _, _ in rows if parent in found} - found:
        found |= more
    return tuple(sorted(found))


def signal_family(session: int, number: int, front: int = 0) -> bool:
    """A signal to every process group of a family; False where there is none any more.

    Where `front`, the group that has the terminal, is another than the leader's, the leader waits for it and is left alone, as by Ctrl-C:
    its end would take the terminal from who is to end politely.
    """
    members, sent = set(family(session)), False
    groups = {group for pid, _, group, _ in _living() if pid in members} if _shown() else set()
    for group in groups - {session} if front in groups - {session} else groups | {session}:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, number)
            sent = True
    return sent


def stat_fields(pid: int) -> list[str]:
    """Fields of /proc/PID/stat from the third (state) on; empty when the process is gone."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    return text.rpartition(")")[2].split()


def born(pid: int) -> str:
    """When a process that is not dead yet was started, which tells it from a later one of its number; "" where there is none."""
    fields = stat_fields(pid)
    return fields[19] if fields and fields[0] not in "ZX" else ""


def lives(pid: int, since: str) -> bool:
    """Whether the process that was started then is not dead yet; without /proc nobody can tell, and it counts as alive."""
    return not _shown() or (since != "" and born(pid) == since)


def _shown() -> bool:
    return (_PROC / "self" / "stat").exists()


def _living() -> Iterator[tuple[int, int, int, int]]:
    """Process, parent, group and session of each that is not dead yet."""
    for entry in _PROC.iterdir():
        if entry.name.isdigit() and (fields := stat_fields(int(entry.name))) and fields[0] not in "ZX":
            yield int(entry.name), int(fields[1]), int(fields[2]), int(fields[3])
