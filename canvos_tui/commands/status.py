"""`status`: the runs, or one of them, as lines or as JSON."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

from canvos_tui.commands.argument_types import add_schema
from canvos_tui.commands.output import write_json

if TYPE_CHECKING:
    from canvos_tui.core.ports import Ports
    from canvos_tui.core.run.heartbeat import Pulse
    from canvos_tui.core.run.result import RunInfo
    from canvos_tui.core.verdict.standing import StageRow


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command."""
    parser = commands.add_parser(
        "status",
        help="list the builds, or show one",
        description="Says of each build of this machine whether it runs, how far it is, and how it ended.",
        epilog="Example: canvos-tui status --output json",
    )
    parser.add_argument("run_id", nargs="?", metavar="RUN", help="one run only")
    parser.add_argument("--output", choices=("text", "json"), default="text", help="lines or one JSON document (default: text)")
    add_schema(parser, "status")
    parser.set_defaults(run=status)


def status(args: argparse.Namespace) -> int:
    """Prints what is known."""
    import asyncio

    from canvos_tui.wiring import real_ports

    ports = real_ports(dict(os.environ))
    return asyncio.run(tell_status(ports, args.run_id, args.output))


async def tell_status(ports: Ports, run_id: str | None, output: str) -> int:
    """Prints what is known of all runs, or of that one."""
    from canvos_tui.commands.attach import choose

    infos = (await choose(ports, run_id),) if run_id else await ports.runs.infos()
    if output == "json":
        runs = [await _data(ports, info) for info in infos]
        write_json({"schema": "canvos-tui.status/1", "runs": runs})
        return 0
    for info in infos:
        await _row(ports, info, full=bool(run_id))
    for name in await ports.runs.unreadable() if not run_id else ():
        sys.stderr.write(f"run {name}: its record is damaged; its log may be read: {ports.runs.log_path(name)}\n")
    if not infos:
        sys.stderr.write("there is no run yet\n")
    return 0


async def _row(ports: Ports, info: RunInfo, *, full: bool) -> None:
    from canvos_tui.core.verdict.standing import phase_words, standing, standing_lines

    pulse = await ports.runs.pulse(info.run_id) if info.live else None
    where = await standing(ports, info.run_id) if info.live else None
    what = phase_words(where.run) if where is not None else info.ami or "-"
    sys.stdout.write(f"{info.run_id}  {state_of(info, pulse):<12}  {info.tag:<10} {what:<22} {info.checkout}\n")
    if full:
        lines = await _details(ports, info, standing_lines(where) if where is not None else ())
        sys.stdout.write("".join(f"  {line}\n" for line in lines))


def state_of(info: RunInfo, pulse: Pulse | None = None) -> str:
    """`running` (or `stopped`, `slow`: how its supervisor is), the outcome, or `interrupted` when the supervisor left no result."""
    if info.live:
        return "running" if pulse is None or pulse.beat.value in {"alive", "gone"} else pulse.beat.value
    return info.outcome.value if info.outcome else "interrupted"


async def _details(ports: Ports, info: RunInfo, standing: tuple[str, ...]) -> tuple[str, ...]:
    from canvos_tui.core.run.heartbeat import troubles
    from canvos_tui.core.verdict.aftermath import final_result
    from canvos_tui.core.verdict.summary import full_lines

    stages = f"stages    {' · '.join(f'{row.stage.value} {row.state}' for row in await _stages(ports, info))}"
    result = await final_result(ports, info.run_id)
    if result is not None:
        return (stages, *full_lines(result))
    wrong = (f"!         {trouble}" for trouble in troubles(await ports.runs.pulse(info.run_id)))
    return (stages, *standing, *wrong, f"log       {ports.runs.log_path(info.run_id)}")


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
        "route": (await ports.runs.plan(info.run_id)).route,
        "stages": [{"stage": row.stage.value, "state": row.state, "proof": row.proof or None} for row in await _stages(ports, info)],
        **(await _standing_data(ports, info) if info.live else await _ended_data(ports, info)),
    }


async def _stages(ports: Ports, info: RunInfo) -> tuple[StageRow, ...]:
    from canvos_tui.core.run.outcome import Outcome
    from canvos_tui.core.verdict.standing import so_far, stage_rows

    return stage_rows(await so_far(ports, info.run_id), live=info.live, succeeded=info.outcome is Outcome.SUCCEEDED)


async def _ended_data(ports: Ports, info: RunInfo) -> dict[str, object]:
    """Where a run ended and why; what only counts while it lives is `null`."""
    result = await ports.runs.result(info.run_id)
    names = ("phase", "phase_seconds", "percent", "elapsed_seconds", "import_task", "import_status", "snapshot", "ends", "cause")
    empty: dict[str, object] = {**dict.fromkeys(names), "concerns": []}
    if result is None:
        return empty
    return {
        **empty,
        "phase": result.phase.value if result.phase is not None else None,
        "elapsed_seconds": round(result.took) if result.took is not None else None,
        "import_task": result.import_task or None,
        "snapshot": result.snapshot or None,
        "cause": {"id": result.cause.id, "title": result.cause.title} if result.cause is not None else None,
    }


async def _standing_data(ports: Ports, info: RunInfo) -> dict[str, object]:
    """Where a run that lives stands."""
    from canvos_tui.core.verdict.standing import standing

    told = await standing(ports, info.run_id)
    run, task = told.run, told.run.task.task if told.run.task is not None else None
    made = run.snapshot.snapshot_id if run.snapshot is not None else ""
    return {
        "phase": run.phase.value if run.phase is not None else None,
        "phase_seconds": round(told.phase_seconds) if run.phase is not None else None,
        "percent": run.percent,
        "elapsed_seconds": round(told.elapsed_seconds),
        "import_task": run.ids.get("import_task"),
        "import_status": task.status if task is not None else None,
        "snapshot": (task.snapshot if task is not None else made) or None,
        "ends": told.ends or None,
        "cause": None,
        "concerns": [{"id": c.id, "text": c.text, "more": list(c.more), "commands": list(c.commands)} for c in told.concerns],
    }
