"""`resume`: goes on from the first stage of a run that is not proven done, and builds nothing again."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from canvos_tui.commands.argument_types import add_schema
from canvos_tui.commands.output import write_json
from canvos_tui.core.exit_codes import ExitCode

if TYPE_CHECKING:
    from canvos_tui.core.answers.draft import Draft
    from canvos_tui.core.ports import Ports
    from canvos_tui.core.run.result import RunInfo
    from canvos_tui.core.run.run import BuildPlan
    from canvos_tui.core.run.stage import StageId
    from canvos_tui.core.stages.ground import Ground

IMAGE, STAGES = "image", ("upload", "snapshot", "import", "register")


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command."""
    parser = commands.add_parser(
        "resume",
        help="go on from the stage that failed, without a new build",
        usage="canvos-tui resume [RUN] [OPTIONS]",
        description="Asks AWS which stages of a run are done (image, upload, import, register; on the direct route image, snapshot, "
        "register) and goes on with the first that is not. Nothing is built.",
        epilog="Exit codes: of run; 3 nothing to go on from. Example: canvos-tui resume",
    )
    parser.add_argument("run_id", nargs="?", metavar="RUN", help="the run (default: the newest)")
    begin = "begin at upload, snapshot, import or register"
    parser.add_argument("--from", dest="stage", type=_stage, metavar="STAGE", choices=STAGES, help=begin)
    parser.add_argument("--raw", metavar="FILE", help="no run: this raw image; with --config")
    parser.add_argument("--config", metavar="FILE", help="region, bucket, key and route for --raw")
    parser.add_argument("--name", metavar="NAME", help="another name for the AMI")
    parser.add_argument("--limit", metavar="RATE", help="bytes a second for the upload: 20M, or 0 for all")
    parser.add_argument("--yes", action="store_true", help="do not ask before it begins")
    parser.add_argument("--dry-run", action="store_true", help="show how far each stage is, and change nothing")
    parser.add_argument("--output", choices=("text", "json"), default="text", help="json: the stages as one document")
    parser.add_argument("--detach", action="store_true", help="start it and return; canvos-tui attach follows it")
    parser.add_argument("--plain", action="store_true", default=argparse.SUPPRESS, help="no screen: lines as they come")
    add_schema(parser, "resume")
    parser.set_defaults(run=resume)


def _stage(word: str) -> str:
    """The word itself; the first of all stages has a command of its own."""
    if word == IMAGE:
        text = "the image is what a build makes, and resume builds nothing; allowed: upload, snapshot, import, register"
        raise argparse.ArgumentTypeError(f"{text}; to build it anew: canvos-tui run --config FILE")
    return word


def resume(args: argparse.Namespace) -> int:
    """Shows the stages, asks, starts, and follows to the end: on the build screen where there is a terminal."""
    import asyncio

    from canvos_tui.commands.wizard import addressable
    from canvos_tui.wiring import real_ports

    ports = real_ports(dict(os.environ))
    draft = _answers(ports, args)
    args.raw = str(Path(args.raw).absolute()) if args.raw is not None else None
    info, code = asyncio.run(_begun(ports, args, draft))
    if info is None:
        return code
    if args.detach:
        sys.stdout.write(f"{info.run_id}\n" if args.output == "text" else "")
        return 0
    if args.output == "json" or args.plain or not addressable():
        from canvos_tui.commands.follow import follow_plain, say

        try:
            return asyncio.run((_to_the_end if args.output == "json" else follow_plain)(ports, info.run_id))
        except KeyboardInterrupt:
            say(f"\nthe run {info.run_id} goes on; canvos-tui attach follows it, canvos-tui cancel stops it")
            return ExitCode.INTERRUPTED
    from canvos_tui.commands.attach import open_build

    return open_build(ports, info)


async def _to_the_end(ports: Ports, run_id: str) -> int:
    """Follows the run on standard error; the stages as they are then are the one document on standard output."""
    from contextlib import redirect_stdout

    from canvos_tui.commands.follow import follow_plain
    from canvos_tui.core.errors import RunError
    from canvos_tui.core.stages.resume import look, start_of
    from canvos_tui.core.stages.words import data_of

    with redirect_stdout(sys.stderr):
        code = await follow_plain(ports, run_id)
    ground = await look(ports, run_id)
    try:
        write_json(data_of(ground, start_of(ground, None), started=run_id))
    except RunError as error:
        write_json(data_of(ground, None, error, started=run_id))
    return code


def _answers(ports: Ports, args: argparse.Namespace) -> Draft | None:
    """The draft of the answers file that --raw needs; InvalidValueError where one stands without the other."""
    from canvos_tui.core.errors import InvalidValueError

    _rate(args.limit or "0")  # refuses what is none before AWS is asked
    if args.output == "json" and args.raw is not None and (args.dry_run or args.detach):
        raise InvalidValueError(
            "--output json shows the stages of a run, and of --raw there is none before it ended", remedy="leave --dry-run and --detach out"
        )
    if args.raw is None:
        if getattr(args, "config", None):
            raise InvalidValueError("--config is for --raw: a run has its own answers", remedy="leave it out, or name the raw image")
        return None
    if not getattr(args, "config", None) or args.run_id is not None or args.stage:
        raise InvalidValueError("--raw goes with --config FILE, and with neither RUN nor --from", remedy="it begins with the upload")
    from canvos_tui.adapters.aws.raw_file import RawFile
    from canvos_tui.commands.config import config_of

    RawFile(Path(args.raw))  # refuses what can never be uploaded, before anybody is asked
    return config_of(ports, args)


async def _from_raw(ports: Ports, args: argparse.Namespace, draft: Draft | None, name: str) -> tuple[RunInfo | None, int]:
    from canvos_tui.commands.attach import choose
    from canvos_tui.commands.consent import consent
    from canvos_tui.commands.follow import say
    from canvos_tui.commands.keys import find_keys
    from canvos_tui.core.stages.elsewhere import plan_of

    assert draft is not None
    placed = await find_keys(ports, draft)
    say(f"== AWS keys {placed.keys.masked_id()} from: {placed.source.value}; taking the baseline from AWS")
    plan = await plan_of(ports, Path(args.raw), draft, placed.keys, name)
    where, name = f"s3://{plan.baseline.bucket}/{plan.baseline.key}", plan.baseline.image_name
    what = f"write {args.raw} into a snapshot" if plan.baseline.direct else f"upload {args.raw} to {where}, import it"
    what += f"{' and' if plan.baseline.direct else ', and'} register the AMI {name}"
    if args.dry_run:
        say(f"== it would {what}")
        say("dry run: nothing was started")
        return None, ExitCode.OK
    consent(args).need(what)
    run_id = await ports.runs.start(limited(plan, args.limit), placed.keys)
    say(f"== run {run_id}: {shlex.join(plan.command)}")
    return await choose(ports, run_id), ExitCode.OK


def limited(plan: BuildPlan, limit: str | None) -> BuildPlan:
    """The plan with that limit; with its own where none is named."""
    return plan if limit is None else replace(plan, limit=_rate(limit))


def _rate(text: str) -> int:
    """Bytes a second, 0 for no limit any more; InvalidValueError for what is no rate."""
    from canvos_tui.core.aws.bandwidth import parse_limit, rate_of

    return 0 if text.strip() == "0" else rate_of(parse_limit(text))


async def _begun(ports: Ports, args: argparse.Namespace, draft: Draft | None) -> tuple[RunInfo | None, int]:
    """The run that was started; None with the exit code where none was."""
    from canvos_tui.commands.attach import choose
    from canvos_tui.commands.config import folder_of
    from canvos_tui.commands.follow import say
    from canvos_tui.core.answers.values import parse_s3_key
    from canvos_tui.core.stages.resume import look
    from canvos_tui.core.stages.words import lines_of

    name = parse_s3_key(args.name) if args.name is not None else ""
    if args.raw is not None:
        return await _from_raw(ports, args, draft, name)
    chosen = await choose(ports, args.run_id, folder_of(ports, args.checkout))
    say(f"== run {chosen.run_id}: asking AWS how far it came")
    ground = await look(ports, chosen.run_id, name=name)
    if ground.run != chosen.run_id:
        say(f"== run {ground.run} went on from it, and is the one that counts")
    for line in lines_of(ground.proofs):
        say(line)
    return await go_on(ports, args, ground)


def _say_choices(ground: Ground, start: StageId) -> None:
    from canvos_tui.commands.follow import say
    from canvos_tui.core.stages.words import choices_of

    for line in choices_of(ground, start):
        say(f"== {line}")


async def go_on(ports: Ports, args: argparse.Namespace, ground: Ground) -> tuple[RunInfo | None, int]:
    """Begins with `args.stage`, or the first that is not done, once that was agreed to; the run, or None with the exit code."""
    from canvos_tui.commands.attach import choose
    from canvos_tui.commands.consent import consent
    from canvos_tui.commands.follow import say
    from canvos_tui.core.errors import RunError
    from canvos_tui.core.run.stage import BY_ID, StageId
    from canvos_tui.core.stages.resume import begin, start_of
    from canvos_tui.core.stages.words import data_of, rights_from

    refused: RunError | None = None
    start: StageId | None = None
    try:
        start = start_of(ground, StageId(args.stage) if args.stage else None)
    except RunError as error:
        refused = error
        say(f"canvos-tui: {error}\nhint: {error.remedy}")
    begins = refused is None and start is not None and not args.dry_run
    if args.output == "json" and not begins:
        write_json(data_of(ground, start, refused))
    if refused is not None:
        return None, ExitCode.NOT_READY
    if start is None:
        if args.output == "text":
            sys.stdout.write(f"{ground.chain.image.image_id if ground.chain.image is not None else ''}\n")
        say("== every stage is done: nothing to go on with")
        return None, ExitCode.OK
    what = f"{start.value} ({BY_ID[start].title})"
    _say_choices(ground, start)
    if args.dry_run:
        rights = ", ".join(rights_from(start, direct=ground.plan.baseline.direct))
        say(f"== it would go on with: {what}, rights: {rights}\ndry run: nothing was started")
        return None, ExitCode.OK
    consent(args).need(f"go on with {what}, with what is done already")
    run_id = await begin(ports, replace(ground, plan=limited(ground.plan, args.limit)), start)
    say(f"== run {run_id}: {shlex.join((await ports.runs.plan(run_id)).command)}")
    if args.output == "json" and args.detach:
        write_json(data_of(ground, start, started=run_id))
    return await choose(ports, run_id), ExitCode.OK
