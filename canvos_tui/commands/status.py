"""`status`: the runs, or one of them, as lines or as JSON."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from canvos_tui.core.ports import Ports
    from canvos_tui.core.run_info import RunInfo


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command."""
    parser = commands.add_parser("status", help="list the builds, or show one", epilog="Example: canvos-tui status --output json")
    parser.add_argument("run_id", nargs="?", metavar="RUN", help="one run only")
    parser.add_argument("--output", choices=("text", "json"), default="text", help="lines or one JSON document (default: text)")
    parser.set_defaults(run=status)


def status(args: argparse.Namespace) -> int:
    """Prints what is known."""
    import asyncio

    from canvos_tui.wiring import real_ports

    ports = real_ports(dict(os.environ))
    return asyncio.run(_status(ports, args.run_id, args.output))


async def _status(ports: Ports, run_id: str | None, output: str) -> int:
    from canvos_tui.commands.attach import choose

    infos = (await choose(ports, run_id),) if run_id else await ports.runs.infos()
    if output == "json":
        import json

        runs = [await _data(ports, info) for info in infos]
        sys.stdout.write(json.dumps({"schema": "canvos-tui.status/1", "runs": runs}, indent=2) + "\n")
        return 0
    for info in infos:
        sys.stdout.write(f"{info.run_id}  {state_of(info):<12}  {info.tag:<10} {info.ami or '-':<22} {info.checkout}\n")
        if run_id:
            await _details(ports, info)
    if not infos:
        sys.stderr.write("there is no run yet\n")
    return 0


def state_of(info: RunInfo) -> str:
    """`running`, the outcome, or `interrupted` when the supervisor is gone and left no result."""
    if info.live:
        return "running"
    return info.outcome.value if info.outcome else "interrupted"


async def _details(ports: Ports, info: RunInfo) -> None:
    from canvos_tui.core.summary import plain_lines

    result = await ports.runs.result(info.run_id)
    lines = plain_lines(result) if result else (f"log       {ports.runs.log_path(info.run_id)}",)
    sys.stdout.write("".join(f"  {line}\n" for line in lines))


async def _data(ports: Ports, info: RunInfo) -> dict[str, object]:
    return {
        "id": info.run_id,
        "state": state_of(info),
        "tag": info.tag,
        "checkout": info.checkout,
        "created": info.created.isoformat(),
        "ami": info.ami or None,
        "log": str(ports.runs.log_path(info.run_id)),
    }
