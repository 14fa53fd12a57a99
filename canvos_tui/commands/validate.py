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
    from canvos_tui.core.ports import Ports
    from canvos_tui.core.run.result import Finding
    from canvos_tui.core.run.run import BuildPlan


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command."""
    parser = commands.add_parser(
        "validate",
        help="look at an image already built",
        usage="canvos-tui validate [RUN] [OPTIONS]",
        description="Asks AWS for the object, the AMI and its snapshot as the guide's Validate does, for whoever built it elsewhere "
        "or long ago. With RUN it is what that run made, by its ids, and whether it is as it was chosen.",
        epilog="Exit: 12 not all is there. Example: canvos-tui validate",
    )
    parser.add_argument("run_id", nargs="?", metavar="RUN", help="what this run made (default: what the checkout's answers name)")
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

    from canvos_tui.core.status import Status
    from canvos_tui.wiring import real_ports

    ports = real_ports(dict(os.environ))
    about, findings = asyncio.run(_of_run(ports, args) if args.run_id is not None else _of_answers(ports, args))
    failed = any(f.status is Status.FAIL for f in findings)
    if args.output == "json":
        rows = [{"id": f.id, "status": f.status.value, "text": f.text} for f in findings]
        write_json({"schema": "canvos-tui.validation/1", **about, "valid": not failed, "findings": rows})
    else:
        sys.stdout.write("".join(f"{f.status.label} {f.text}\n" for f in findings))
    return ExitCode.NOT_PROVEN if failed else ExitCode.OK


async def _of_run(ports: Ports, args: argparse.Namespace) -> tuple[dict[str, str | None], tuple[Finding, ...]]:
    from canvos_tui.commands.attach import choose
    from canvos_tui.commands.config import folder_of
    from canvos_tui.core.errors import InvalidValueError
    from canvos_tui.core.run.resumable import not_over
    from canvos_tui.core.verdict.validate_run import validate_run

    if args.key is not None:
        raise InvalidValueError("--key is for an image without a run: a run has its own names", remedy="leave it out, or RUN")
    info = await choose(ports, args.run_id, folder_of(ports, args.checkout))
    if info.live:
        raise not_over(info.run_id)
    plan = await ports.runs.plan(info.run_id)
    base = plan.baseline
    about = _about(info.run_id, base.region, base.bucket, base.image_name)
    return about, await validate_run(ports, info.run_id, plan)


def _about(run_id: str, region: str, bucket: str, name: str) -> dict[str, str | None]:
    """What is looked at, said before AWS is asked and kept for the document."""
    from canvos_tui.commands.follow import say

    whose = f"run {run_id}: " if run_id else ""
    say(f"== {whose}asking AWS for {name} in {region}{f', bucket {bucket}' if bucket else ''}")
    return {"run": run_id or None, "region": region, "bucket": bucket or None, "name": name}


async def _of_answers(ports: Ports, args: argparse.Namespace) -> tuple[dict[str, str | None], tuple[Finding, ...]]:
    from canvos_tui.commands.answers import draft_of
    from canvos_tui.commands.keys import find_keys
    from canvos_tui.core.answers.draft import ArgFound, RouteChosen
    from canvos_tui.core.answers.routes import parse_route
    from canvos_tui.core.checkout.facts import look
    from canvos_tui.core.errors import CanvosError
    from canvos_tui.core.verdict.validate import validate as look_at

    draft = await draft_of(ports, args.checkout, None)
    newest: BuildPlan | None = None
    if draft.folder is not None:
        facts = await look(ports, draft.folder)
        draft = draft.after(ArgFound(facts.args or {}))
        newest = await _newest(ports, draft)
        draft = draft.after(RouteChosen(parse_route(newest.route))) if newest is not None else draft
    key = args.key or draft.text("S3_KEY")
    region, bucket = draft.text("REGION"), draft.text("S3_BUCKET") if draft.route.needs_bucket else ""
    named = (("REGION", region), ("S3_BUCKET", bucket), ("S3_KEY", key))
    missing = [name for name, value in named if not value and draft.route.wants(name)]
    if missing:
        raise CanvosError(f"not known: {', '.join(missing)}", remedy="name the checkout whose .arg holds them: --checkout DIR")
    keys = (await find_keys(ports, draft)).keys
    about = _about("", region, bucket, name := _name(newest, args.key, key, region))
    aws = await ports.aws.open(keys, region)
    return about, await look_at(aws, bucket, key, ports.clock.now(), name)


async def _newest(ports: Ports, draft: Draft) -> BuildPlan | None:
    """The plan of the newest run in the checkout: no file of a checkout names a route, or another name of the AMI."""
    for info in await ports.runs.infos():
        if info.checkout == str(draft.folder):
            return await ports.runs.plan(info.run_id)
    return None


def _name(newest: BuildPlan | None, asked: str | None, key: str, region: str) -> str:
    """The AMI's name: the key, unless the newest run was of that very key and gave it another (`resume --name`)."""
    if asked is not None or newest is None or (newest.baseline.key, newest.baseline.region) != (key, region):
        return key
    return newest.baseline.image_name
