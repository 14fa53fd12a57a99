"""`status`: the runs, or one of them, as lines or as JSON."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from canvos_tui.core.ports import Ports
    from canvos_tui.core.run.heartbeat import Pulse
    from canvos_tui.core.run.result import RunInfo


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
        pulse = await ports.runs.pulse(info.run_id) if info.live else None
        sys.stdout.write(f"{info.run_id}  {state_of(info, pulse):<12}  {info.tag:<10} {info.ami or '-':<22} {info.checkout}\n")
        if run_id:
            await _details(ports, info)
    if not infos:
        sys.stderr.write("there is no run yet\n")
    return 0


def state_of(info: RunInfo, pulse: Pulse | None = None) -> str:
    """`running` (or `stopped`, `slow`: how its supervisor is), the outcome, or `interrupted` when the supervisor left no result."""
    if info.live:
        return "running" if pulse is None or pulse.beat.value in {"alive", "gone"} else pulse.beat.value
    return info.outcome.value if info.outcome else "interrupted"


async def _details(ports: Ports, info: RunInfo) -> None:
    from canvos_tui.core.run.heartbeat import troubles
    from canvos_tui.core.verdict.aftermath import final_result
    from canvos_tui.core.verdict.summary import full_lines

    result = await final_result(ports, info.run_id)
    lines = full_lines(result) if result else (f"log       {ports.runs.log_path(info.run_id)}",)
    if result is None:
        lines += tuple(f"!         {trouble}" for trouble in troubles(await ports.runs.pulse(info.run_id)))
    sys.stdout.write("".join(f"  {line}\n" for line in lines))


async def _data(ports: Ports, info: RunInfo) -> dict[str, object]:
    pulse = await ports.runs.pulse(info.run_id) if info.live else None
    return {
        "id": info.run_id,
        "state": state_of(info, pulse),
        "last_sign_of_life": round(pulse.age, 1) if pulse is not None else None,
        "tag": info.tag,
        "checkout": info.checkout,
        "created": info.created.isoformat(),
        "ami": info.ami or None,
        "log": str(ports.runs.log_path(info.run_id)),
    }
