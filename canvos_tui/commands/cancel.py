"""`cancel`: asks a running build to stop, in two steps, and ends an import that goes on in AWS when that is asked for."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

from canvos_tui.commands.argument_types import add_schema
from canvos_tui.commands.output import write_json
from canvos_tui.core.errors import RunError
from canvos_tui.core.exit_codes import ExitCode
from canvos_tui.core.run.outcome import Outcome

if TYPE_CHECKING:
    from canvos_tui.core.ports import Ports
    from canvos_tui.core.run.result import RunInfo


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
    parser.add_argument("--output", choices=("text", "json"), default="text", help="lines or one JSON document (default: text)")
    add_schema(parser, "cancel")
    parser.set_defaults(run=cancel)


def cancel(args: argparse.Namespace) -> int:
    """Sends the request; the supervisor carries it out and writes the result. What a lost supervisor left is ended here.

    0 when it was done or is on its way, 12 when AWS took the request and shows nothing of it yet.
    """
    import asyncio

    from canvos_tui.commands.attach import choose
    from canvos_tui.commands.config import folder_of
    from canvos_tui.wiring import real_ports

    ports = real_ports(dict(os.environ))

    async def ask() -> int:
        told = _Told(await choose(ports, args.run_id, folder_of(ports, args.checkout)), as_json=args.output == "json")
        info = told.info
        if args.import_task:
            told.asked = "import_task"
            return told.end(await _end_import(ports, told))
        if info.live:
            told.asked = "kill" if args.force else "stop"
            await ports.runs.cancel(info.run_id, force=args.force)
            told.say("asked to stop; canvos-tui attach shows how it ends")
        elif info.outcome is Outcome.INTERRUPTED:
            told.asked = "clear"
            told.say(*await ports.runs.clear(info.run_id, force=args.force))
        else:
            await _refuse(ports, info)
        await _tell_of_import(ports, told)
        return told.end(ExitCode.OK)

    return asyncio.run(ask())


class _Told:
    """What is said of the run: line by line as it comes, or as one document at the end."""

    def __init__(self, info: RunInfo, *, as_json: bool) -> None:
        self.info = info
        self.asked = ""
        self.proven = False
        self._json = as_json
        self._lines: list[str] = []

    def say(self, *lines: str) -> None:
        """More of it."""
        self._lines += lines
        if not self._json:
            sys.stdout.write("".join(f"{self.info.run_id}: {line}\n" for line in lines))
            sys.stdout.flush()

    def end(self, code: int) -> int:
        """The last of it, and the exit code."""
        if self._json:
            document = {"schema": "canvos-tui.cancel/1", "run": self.info.run_id, "asked": self.asked, "proven": self.proven}
            write_json({**document, "text": self._lines})
        return code


async def _refuse(ports: Ports, info: RunInfo) -> None:
    from canvos_tui.core.verdict.import_cancel import known_import

    task, going = await known_import(ports, info.run_id)
    remedy = f"its import {task} may go on in AWS: canvos-tui cancel {info.run_id} --import-task" if going else ""
    raise RunError(f"run {info.run_id} is not running", remedy=remedy or "canvos-tui status lists the runs")


async def _tell_of_import(ports: Ports, told: _Told) -> None:
    from canvos_tui.core.verdict.import_cancel import known_import, offer

    run_id = told.info.run_id
    task, going = await known_import(ports, run_id)
    if going:
        told.say((await offer(ports, run_id, task)).text)


async def _end_import(ports: Ports, told: _Told) -> int:
    """AWS goes on with an import whatever happens here, so that it is cancelled only when somebody asks for it."""
    from canvos_tui.core.verdict.import_cancel import end_import, open_import

    info = told.info
    ending = await end_import(await open_import(ports, info.run_id))
    told.proven = ending.proven
    told.say(ending.text)
    if info.live and ending.proven:
        told.say("the build itself still runs and fails without its import; canvos-tui cancel stops it")
    told.say(f"what is left: canvos-tui status {info.run_id}")
    return ExitCode.OK if ending.proven else ExitCode.NOT_PROVEN
