"""A build whose log lies on a small tmpfs: `unshare -m python -m tests.faults.full_disk FOLDER` in a mount namespace of its own.

Prints what was seen as one JSON document; the assertions are in test_disks.py.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from canvos_tui.adapters.runs.local_runs import LocalRuns
from canvos_tui.core.run.events import Noted
from tests.runs import KEYS, Site
from tests.waiting import until

SIZE = 3 * 1024 * 1024
SCRIPT = (
    "echo first; until [ -e flood ]; do sleep 0.05; done; until [ -e more ]; do seq -f 'line %.0f finds no room' 2000; sleep 0.02; done;"
    " echo after the gap; until [ -e go ]; do sleep 0.05; done; exit 1"
)


def fill(disk: Path) -> int:
    """Takes the last byte of the disk; how many blocks are free then."""
    with (disk / "filler").open("ab", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(b"x" * 4096)
    return os.statvfs(disk).f_bavail


def main() -> None:
    folder = Path(sys.argv[1])
    disk = folder / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(disk)], check=True)
    site = Site(folder)
    site.state = disk / "canvos-tui"
    site.runs = LocalRuns(site.state, pace=0.005)
    seen: dict[str, Any] = {}
    try:
        run_id = asyncio.run(site.runs.start(site.plan(SCRIPT), KEYS))

        until(lambda: "first" in site.log(run_id))
        site.supervisor(run_id)
        seen["free"] = fill(disk)
        (site.checkout / "flood").touch()

        def lost() -> int:
            pulse = asyncio.run(site.runs.pulse(run_id))
            return pulse.lost if pulse is not None else 0

        until(lambda: lost() > 2_000_000, 30)
        pulse = asyncio.run(site.runs.pulse(run_id))
        assert pulse is not None
        seen["beat"], seen["lost"], seen["why"] = pulse.beat.value, pulse.lost, pulse.lost_why
        seen["since"] = pulse.lost_since is not None
        seen["before"] = site.log(run_id)[:200]
        log = site.folder(run_id) / "build.log"
        kept = log.read_bytes()
        (disk / "filler").unlink()  # somebody made room
        (site.checkout / "more").touch()
        until(lambda: "after the gap" in site.log(run_id))
        after = log.read_bytes()
        seen["kept"] = after.startswith(kept)
        seen["gap"] = after[len(kept) :].decode().splitlines()
        until(lambda: lost() == 0)
        (site.checkout / "go").touch()
        result = site.result(run_id)
        seen["outcome"], seen["exit"] = result.outcome.value, result.exit_code
        seen["notes"] = [e.text for e in site.follow(run_id) if isinstance(e, Noted)]
        seen["left_files"] = sorted(p.name for p in site.folder(run_id).iterdir())
        seen["never_room"] = _to_the_end_without_room(site, disk)
    finally:
        site.close()
    sys.stdout.write(json.dumps(seen))


def _to_the_end_without_room(site: Site, disk: Path) -> list[object]:
    """A second run, on a disk that stays full: its result fits into the room that was put aside."""
    run_id = asyncio.run(site.runs.start(site.plan("echo up; until [ -e on ]; do sleep 0.05; done; exit 3"), KEYS))
    until(lambda: "up" in site.log(run_id))
    site.supervisor(run_id)
    full = fill(disk)
    (site.checkout / "on").touch()
    result = site.result(run_id)
    return [full, result.outcome.value, result.exit_code]


if __name__ == "__main__":
    main()
