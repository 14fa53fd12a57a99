"""Processes of this machine as the kernel shows them."""

from __future__ import annotations

from pathlib import Path


def session_members(session: int) -> tuple[int, ...]:
    """Processes of a session that are not dead yet, from /proc; only the leader where there is no /proc."""
    proc = Path("/proc")
    if not (proc / "self" / "stat").exists():
        return (session,)
    found = []
    for entry in proc.iterdir():
        if entry.name.isdigit() and (fields := stat_fields(int(entry.name))) and fields[3] == str(session) and fields[0] not in "ZX":
            found.append(int(entry.name))
    return tuple(found)


def stat_fields(pid: int) -> list[str]:
    """Fields of /proc/PID/stat from the third (state) on; empty when the process is gone."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    return text.rpartition(")")[2].split()
