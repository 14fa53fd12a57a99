"""`attach`: back to a build, running or ended, with everything from its first line."""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING

from canvos_tui.core.errors import RunError

if TYPE_CHECKING:
    from pathlib import Path

    from canvos_tui.core.ports import Ports
    from canvos_tui.core.run.result import RunInfo


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command."""
    parser = commands.add_parser(
        "attach",
        help="come back to a build",
        description="Shows a build that runs, or one that ended, from its first line on. A build goes on when its window is closed; "
        "this is the way back to it.",
        epilog="Example: canvos-tui attach",
    )
    parser.add_argument("run_id", nargs="?", metavar="RUN", help="the run (default: the running one, else the newest)")
    parser.add_argument("--plain", action="store_true", default=argparse.SUPPRESS, help="no screen: lines as the build prints them")
    parser.set_defaults(run=attach)


def attach(args: argparse.Namespace) -> int:
    """Opens the build screen on that run; plain lines where there is no terminal."""
    import asyncio

    from canvos_tui.commands.config import folder_of
    from canvos_tui.commands.wizard import addressable
    from canvos_tui.wiring import real_ports

    ports = real_ports(dict(os.environ))
    info = asyncio.run(choose(ports, args.run_id, folder_of(ports, args.checkout)))
    if args.plain or not addressable():
        from canvos_tui.commands.follow import follow_plain

        return asyncio.run(follow_plain(ports, info.run_id))
    return open_build(ports, info)


def open_build(ports: Ports, info: RunInfo) -> int:
    """The build screen on that run."""
    from canvos_tui.commands.answers import load
    from canvos_tui.commands.wizard import show
    from canvos_tui.core.session import Session
    from canvos_tui.tui.opening import Opening

    draft = load(ports, info.checkout, None)
    return show(ports, draft, Opening(page="build", known=Session(run_id=info.run_id)))


async def choose(ports: Ports, run_id: str | None, folder: Path | None = None) -> RunInfo:
    """That run, or the running one, or the newest, of that checkout where one is named; RunError names what there is."""
    infos = tuple(info for info in await ports.runs.infos() if folder is None or info.checkout == str(folder))
    if run_id is not None:
        for info in infos:
            if info.run_id == run_id:
                return info
        listed = ", ".join(i.run_id for i in infos[:5]) or "there is none yet"
        raise RunError(f"there is no run `{run_id}`", remedy=f"known runs: {listed}")
    for info in infos:
        if info.live:
            return info
    if not infos:
        where = f" of {folder}" if folder is not None else ""
        raise RunError(f"there is no run{where} yet", remedy="canvos-tui starts the wizard; canvos-tui status lists the runs")
    return infos[0]
