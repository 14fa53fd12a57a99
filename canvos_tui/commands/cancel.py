"""`cancel`: asks a running build to stop, in two steps."""

from __future__ import annotations

import argparse
import os
import sys

from canvos_tui.core.errors import RunError


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command."""
    parser = commands.add_parser(
        "cancel",
        help="stop a running build",
        description="Interrupts the build. What is in AWS stays; an import that began goes on there.",
        epilog="Example: canvos-tui cancel --force",
    )
    parser.add_argument("run_id", nargs="?", metavar="RUN", help="the run (default: the running one)")
    parser.add_argument("--force", action="store_true", help="kill it; after a cancel that does not end")
    parser.set_defaults(run=cancel)


def cancel(args: argparse.Namespace) -> int:
    """Sends the request; the supervisor carries it out and writes the result."""
    import asyncio

    from canvos_tui.commands.attach import choose
    from canvos_tui.wiring import real_ports

    ports = real_ports(dict(os.environ))

    async def ask() -> str:
        info = await choose(ports, args.run_id)
        if not info.live:
            raise RunError(f"run {info.run_id} is not running", remedy="canvos-tui status lists the runs")
        await ports.runs.cancel(info.run_id, force=args.force)
        return info.run_id

    run_id = asyncio.run(ask())
    sys.stdout.write(f"{run_id}: asked to stop; canvos-tui attach shows how it ends\n")
    return 0
