"""runc on a machine that has not every capability: `python narrow_runc.py ARGS` is `runc ARGS`.

A privileged container asks for all there are, and is refused where one is missing. This one is asked for those that can be had.
"""

from __future__ import annotations

import json
import os
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

# by number, as in linux/capability.h
_NAMES = """
CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE
NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN
SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE
MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE
"""


def lacking() -> frozenset[str]:
    """The capabilities that the kernel knows and nobody here can have."""
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    bounding, last = int(status["CapBnd"], 16), int(Path("/proc/sys/kernel/cap_last_cap").read_text())
    return frozenset(f"CAP_{name}" for number, name in enumerate(_NAMES.split()[: last + 1]) if not bounding >> number & 1)


def narrow(config: dict[str, Any], without: frozenset[str]) -> None:
    """Takes those out of a container's configuration, and the limits that cannot be raised without them."""
    process = config.get("process", {})
    for held in (process.get("capabilities") or {}).values():
        held[:] = [name for name in held if name not in without]
    if "CAP_SYS_RESOURCE" in without:
        process["rlimits"] = []


def main() -> None:
    """Rewrites the bundle that is named, if one is, and becomes runc."""
    words = sys.argv[1:]
    for option, value in pairwise(words):
        if option in {"--bundle", "-b"}:
            path = Path(value, "config.json")
            config = json.loads(path.read_text(encoding="utf-8"))
            narrow(config, lacking())
            path.write_text(json.dumps(config), encoding="utf-8")
    os.execvp("runc", ["runc", *words])


if __name__ == "__main__":
    main()
