"""`cancel`: asks a running build to stop, in two steps."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

from canvos_tui.core.errors import RunError
from canvos_tui.core.result import Outcome

if TYPE_CHECKING:
    from canvos_tui.core.ports import Ports


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command."""
    parser = commands.add_parser(
        "cancel",
        help="stop a running build",
        description="Interrupts the build; of a run whose supervisor is gone it ends what is left on this machine. "
        "What is in AWS stays; an import that began goes on there.",
        epilog="Example: canvos-tui cancel --force",
    )
    parser.add_argument("run_id", nargs="?", metavar="RUN", help="the run (default: the running one)")
    parser.add_argument("--force", action="store_true", help="kill it; after a cancel that does not end")
    parser.add_argument("--import-task", action="store_true", help="cancel the run's import in AWS instead (needs ec2:CancelImportTask)")
    parser.set_defaults(run=cancel)


def cancel(args: argparse.Namespace) -> int:
    """Sends the request; the supervisor carries it out and writes the result. What a lost supervisor left is ended here."""
    import asyncio

    from canvos_tui.commands.attach import choose
    from canvos_tui.wiring import real_ports

    ports = real_ports(dict(os.environ))

    async def ask() -> tuple[str, ...]:
        info = await choose(ports, args.run_id)
        if args.import_task:
            return (await _import_cancelled(ports, info.run_id),)
        if info.live:
            await ports.runs.cancel(info.run_id, force=args.force)
            return (f"{info.run_id}: asked to stop; canvos-tui attach shows how it ends",)
        if info.outcome is Outcome.INTERRUPTED:
            return tuple(f"{info.run_id}: {line}" for line in await ports.runs.clear(info.run_id, force=args.force))
        raise RunError(f"run {info.run_id} is not running", remedy="canvos-tui status lists the runs")

    for line in asyncio.run(ask()):
        sys.stdout.write(f"{line}\n")
    return 0


async def _import_cancelled(ports: Ports, run_id: str) -> str:
    """AWS goes on with an import whatever happens here, so that it is cancelled only when somebody asks for it."""
    from canvos_tui.core.aftermath import open_for
    from canvos_tui.core.watch import our_task

    plan = await ports.runs.plan(run_id)
    aws = await open_for(ports, plan)
    task = our_task(plan.baseline, await aws.import_tasks())
    if task is None or task.status in {"completed", "deleted", "deleting"}:
        told = f"import {task.task_id} is {task.status}" if task is not None else "AWS knows no import task of this run"
        raise RunError(told, remedy="canvos-tui status RUN shows what is left")
    await aws.cancel_import(task.task_id)
    return f"{run_id}: AWS was asked to cancel {task.task_id}; the object in the bucket stays"
