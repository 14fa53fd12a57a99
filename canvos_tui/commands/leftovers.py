"""`leftovers`: what the builds of this machine left in AWS, what it costs, and how it goes away."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

from canvos_tui.commands.argument_types import add_schema
from canvos_tui.commands.output import write_json
from canvos_tui.core.exit_codes import ExitCode

if TYPE_CHECKING:
    from canvos_tui.core.ports import Ports


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command."""
    parser = commands.add_parser(
        "leftovers",
        help="what builds left in AWS, its price, and removing it",
        description="Import tasks, incomplete uploads, objects, snapshots without an AMI, broken AMIs, .secret, raw images, and Docker's "
        "volumes and images of all builds here. Nothing is removed unless it is named, proven to be a build's, and needed by nothing.",
        epilog="Exit: 3 it may not go, 5 not all was asked. Example: canvos-tui leftovers",
    )
    parser.add_argument("--delete", metavar="ID", action="append", default=[], help="remove this one, after a question; may be repeated")
    parser.add_argument("--yes", action="store_true", help="do not ask before removing")
    parser.add_argument("--output", choices=("text", "json"), default="text", help="lines or one JSON document (default: text)")
    add_schema(parser, "leftovers", "removal")
    parser.set_defaults(run=leftovers)


def leftovers(args: argparse.Namespace) -> int:
    """Lists, or removes what is named; 5 when something could not be asked for."""
    import asyncio

    from canvos_tui.wiring import real_ports

    ports = real_ports(dict(os.environ))
    return asyncio.run(_removed(ports, args) if args.delete else _listed(ports, args.output))


async def _listed(ports: Ports, output: str) -> int:
    from canvos_tui.core.leftovers.collect import collect
    from canvos_tui.core.leftovers.words import data, lines

    found = await collect(ports)
    if output == "json":
        write_json(data(found, ports.clock.now()))
    else:
        sys.stdout.write("".join(f"{line}\n" for line in lines(found, ports.clock.now())))
    return ExitCode.UNDETERMINED if found.unseen else ExitCode.OK


async def _removed(ports: Ports, args: argparse.Namespace) -> int:
    """One after the other; what was removed before one may not go is said all the same."""
    from canvos_tui.core.errors import RightError, RunError

    said: list[dict[str, str]] = []
    refused: RunError | RightError | None = None
    try:
        for name in args.delete:
            said.append({"id": name, "said": await _one(ports, args, name)})
            if args.output == "text":
                sys.stdout.write(f"{said[-1]['said']}\n")
    except (RunError, RightError) as error:
        refused = error
        sys.stderr.write(f"canvos-tui: {error}\nhint: {error.remedy}\n")
    finally:
        if args.output == "json":
            write_json({"schema": "canvos-tui.removal/1", "removed": said})
    return ExitCode.NOT_READY if refused is not None else ExitCode.OK


async def _one(ports: Ports, args: argparse.Namespace, name: str) -> str:
    """Looked at before the question, and again behind it: an answer may take hours, and AWS does not wait."""
    from canvos_tui.commands.consent import consent
    from canvos_tui.core.leftovers.collect import collect
    from canvos_tui.core.leftovers.remove import chosen, remove
    from canvos_tui.core.text import size

    thing = chosen(await collect(ports), name)
    consent(args).need(f"remove {thing.kind.value} {thing.id}" + (f", {size(thing.size)}" if thing.size else ""))
    found = await collect(ports)
    return await remove(ports, found, chosen(found, name))
