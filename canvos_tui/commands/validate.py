"""`validate`: looks at an image that was built earlier (guide, Validate 1-4)."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

from canvos_tui.commands.argument_types import add_schema
from canvos_tui.commands.output import write_json
from canvos_tui.core.exit_codes import ExitCode

if TYPE_CHECKING:
    from canvos_tui.core.answers.draft import Draft
    from canvos_tui.core.answers.routes import Route
    from canvos_tui.core.ports import Ports
    from canvos_tui.core.run.result import Finding


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command."""
    parser = commands.add_parser(
        "validate",
        help="look at an image already built",
        description="Asks AWS for the object, the AMI and its snapshot as the guide's Validate does, for whoever built it elsewhere "
        "or long ago.",
        epilog="Example: canvos-tui validate --checkout ~/CanvOS",
    )
    parser.add_argument(
        "--checkout", metavar="DIR", default=argparse.SUPPRESS, help="the CanvOS folder whose .arg and .secret name bucket, key and keys"
    )
    parser.add_argument("--key", metavar="S3_KEY", help="another object and AMI name")
    parser.add_argument("--output", choices=("text", "json"), default="text", help="lines or one JSON document (default: text)")
    add_schema(parser, "validation")
    parser.set_defaults(run=validate)


def validate(args: argparse.Namespace) -> int:
    """Prints the findings; 0 when nothing failed, 12 otherwise."""
    import asyncio

    from canvos_tui.commands.answers import load
    from canvos_tui.core.status import Status
    from canvos_tui.wiring import real_ports

    ports = real_ports(dict(os.environ))
    findings = asyncio.run(_ask(ports, load(ports, args.checkout, None), args.key))
    failed = any(f.status is Status.FAIL for f in findings)
    if args.output == "json":
        rows = [{"id": f.id, "status": f.status.value, "text": f.text} for f in findings]
        write_json({"schema": "canvos-tui.validation/1", "valid": not failed, "findings": rows})
    else:
        sys.stdout.write("".join(f"{f.status.label} {f.text}\n" for f in findings))
    return ExitCode.NOT_PROVEN if failed else ExitCode.OK


async def _ask(ports: Ports, draft: Draft, key: str | None) -> tuple[Finding, ...]:
    from canvos_tui.commands.keys import find_keys
    from canvos_tui.core.answers.draft import ArgFound, RouteChosen
    from canvos_tui.core.checkout.facts import look
    from canvos_tui.core.errors import CanvosError
    from canvos_tui.core.verdict.validate import validate as look_at

    if draft.folder is not None:
        facts = await look(ports, draft.folder)
        draft = draft.after(ArgFound(facts.args or {}))
        draft = draft.after(RouteChosen(await _route(ports, draft)))
    key = key or draft.text("S3_KEY")
    region, bucket = draft.text("REGION"), draft.text("S3_BUCKET") if draft.route.needs_bucket else ""
    named = (("REGION", region), ("S3_BUCKET", bucket), ("S3_KEY", key))
    missing = [name for name, value in named if not value and draft.route.wants(name)]
    if missing:
        raise CanvosError(f"not known: {', '.join(missing)}", remedy="name the checkout whose .arg holds them: --checkout DIR")
    aws = await ports.aws.open((await find_keys(ports, draft)).keys, region)
    return await look_at(aws, bucket, key, ports.clock.now())


async def _route(ports: Ports, draft: Draft) -> Route:
    """That of the newest run in the checkout, for no file of a checkout names it; without a run that of the answers."""
    from canvos_tui.core.answers.routes import parse_route

    for info in await ports.runs.infos():
        if info.checkout == str(draft.folder):
            return parse_route((await ports.runs.plan(info.run_id)).route)
    return draft.route
