"""`resume`: goes on from the first stage of a run that is not proven done, and builds nothing again."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from typing import TYPE_CHECKING

from canvos_tui.core.exit_codes import ExitCode

if TYPE_CHECKING:
    from canvos_tui.core.ports import Ports
    from canvos_tui.core.run.result import RunInfo

STAGES = ("import", "register")


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command."""
    parser = commands.add_parser(
        "resume",
        help="go on from the stage that failed, without a new build",
        description="Asks AWS which stages of a run are done (image, upload, import, register) and goes on with the first that is not: "
        "an import that failed or still goes on, an AMI that was not registered. What was uploaded is used again; nothing is built.",
        epilog="Exit codes as of run: 0 verified, 3 nothing to go on from, 11 import or AMI, 12 not proven. Example: canvos-tui resume",
    )
    parser.add_argument("run_id", nargs="?", metavar="RUN", help="the run (default: the newest)")
    parser.add_argument("--from", dest="stage", metavar="STAGE", choices=STAGES, help="begin at import or register; also one that is done")
    parser.add_argument("--name", metavar="NAME", help="another name for the AMI, where the old one is taken")
    parser.add_argument("--yes", action="store_true", help="do not ask before it begins")
    parser.add_argument("--dry-run", action="store_true", help="show how far each stage is, and change nothing")
    parser.add_argument("--detach", action="store_true", help="start it and return; canvos-tui attach follows it")
    parser.add_argument("--plain", action="store_true", default=argparse.SUPPRESS, help="no screen: lines as they come")
    parser.set_defaults(run=resume)


def resume(args: argparse.Namespace) -> int:
    """Shows the stages, asks, starts, and follows to the end: on the build screen where there is a terminal."""
    import asyncio

    from canvos_tui.commands.wizard import addressable
    from canvos_tui.wiring import real_ports

    ports = real_ports(dict(os.environ))
    info, code = asyncio.run(_begun(ports, args))
    if info is None:
        return code
    if args.detach:
        sys.stdout.write(f"{info.run_id}\n")
        return 0
    if args.plain or not addressable():
        from canvos_tui.commands.follow import follow_plain, say

        try:
            return asyncio.run(follow_plain(ports, info.run_id))
        except KeyboardInterrupt:
            say(f"\nthe run {info.run_id} goes on; canvos-tui attach follows it, canvos-tui cancel stops it")
            return ExitCode.INTERRUPTED
    from canvos_tui.commands.attach import open_build

    return open_build(ports, info)


async def _begun(ports: Ports, args: argparse.Namespace) -> tuple[RunInfo | None, int]:
    """The run that was started; None with the exit code where none was."""
    from canvos_tui.commands.answers import folder_of
    from canvos_tui.commands.attach import choose
    from canvos_tui.commands.follow import say
    from canvos_tui.commands.run import consent
    from canvos_tui.core.answers.values import parse_s3_key
    from canvos_tui.core.errors import RunError
    from canvos_tui.core.run.stage import BY_ID, StageId
    from canvos_tui.core.stages.resume import begin, lines_of, look, start_of

    name = parse_s3_key(args.name) if args.name is not None else ""
    chosen = await choose(ports, args.run_id, folder_of(ports, args.checkout))
    say(f"== run {chosen.run_id}: asking AWS how far it came")
    ground = await look(ports, chosen.run_id, name=name)
    if ground.run != chosen.run_id:
        say(f"== run {ground.run} went on from it, and is the one that counts")
    for line in lines_of(ground.proofs):
        say(line)
    try:
        start = start_of(ground, StageId(args.stage) if args.stage else None)
    except RunError as error:
        say(f"canvos-tui: {error}\nhint: {error.remedy}")
        return None, ExitCode.NOT_READY
    if start is None:
        sys.stdout.write(f"{ground.chain.image.image_id if ground.chain.image is not None else ''}\n")
        say("== every stage is done: nothing to go on with")
        return None, ExitCode.OK
    stage = BY_ID[start]
    if args.dry_run:
        say(f"== it would go on with: {start.value} ({stage.title}), rights: {', '.join(stage.rights)}\ndry run: nothing was started")
        return None, ExitCode.OK
    consent(args).need(f"go on with {start.value} ({stage.title}), with what is done already")
    run_id = await begin(ports, ground, start)
    say(f"== run {run_id}: {shlex.join((await ports.runs.plan(run_id)).command)}")
    return await choose(ports, run_id), ExitCode.OK
