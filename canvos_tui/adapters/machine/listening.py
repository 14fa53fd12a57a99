"""Who listens on a TCP port of this machine: /proc says it, a try to bind says whether anybody does."""

from __future__ import annotations

import contextlib
import errno
import socket
from collections.abc import Iterator
from pathlib import Path

from canvos_tui.core.values.heard import tell

_LISTEN = "0A"  # the state as /proc/net/tcp spells it


def holder(port: int, root: Path) -> str | None:
    """Name and process id of who listens, "" where that cannot be seen, None when the port is free."""
    inodes = set(_inodes(port, root))
    if not inodes and _free(port):
        return None
    for folder in (root / "proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if entry := next((entry for entry in (folder / "fd").iterdir() if str(entry.readlink()) in inodes), None):
                name = (folder / "comm").read_text(encoding="utf-8", errors="replace").strip()
                tell("port", f"readlink {entry}; read {folder / 'comm'}", f"{entry.readlink()}\n{name}")
                return f"{name} (pid {folder.name})"
    return ""


def _inodes(port: int, root: Path) -> Iterator[str]:
    for name in ("tcp", "tcp6"):
        with contextlib.suppress(OSError):
            for line in (root / "proc/net" / name).read_text(encoding="ascii", errors="replace").splitlines()[1:]:
                words = line.split()
                if len(words) > 9 and words[3] == _LISTEN and words[1].endswith(f":{port:04X}"):
                    tell("port", f"read {root / 'proc/net' / name}", line.strip())
                    yield f"socket:[{words[9]}]"


def _free(port: int) -> bool:
    """Whether the port can be bound; any other hindrance than somebody who has it says nothing about it."""
    with socket.socket() as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind(("", port))
        except OSError as error:
            tell("port", f"bind(*:{port})", error.strerror or str(error))
            return error.errno != errno.EADDRINUSE
    tell("port", f"bind(*:{port})", "bound, and given back")
    return True
