"""`run --config FILE`: the wizard's path without a screen, from the clone to the verified AMI."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

from canvos_tui.commands.follow import say
from canvos_tui.core.errors import CanvosError
from canvos_tui.core.exit_codes import ExitCode

if TYPE_CHECKING:
    from canvos_tui.core.answers.draft import Draft
    from canvos_tui.core.ports import Ports


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command."""
    parser = commands.add_parser(
        "run",
        help="the whole path from an answers file, without a screen",
        description="Answers: YAML, the names of .arg plus checkout, repository, tag, route, k8s_versions, user_data, accept. Keys come "
        "from the environment, an existing .secret or a question; never from the file.",
        epilog="Example: canvos-tui run --config answers.yaml --yes",
    )
    parser.add_argument("--config", required=True, metavar="FILE", help="the answers")
    parser.add_argument("--yes", action="store_true", help="do not ask before cloning, checking out, writing and building")
    parser.add_argument("--dry-run", action="store_true", help="everything up to the diff and the command; writes nothing, changes nothing")
    parser.add_argument("--route", metavar="ROUTE", help="guide, two-stage or direct; wins over the answers")
    parser.add_argument("--accept", action="append", default=[], metavar="ID[=WHY]", help="go on although this check fails")
    parser.add_argument("--detach", action="store_true", help="start the build and return; canvos-tui attach follows it")
    parser.add_argument(
        "--plain", action="store_true", default=argparse.SUPPRESS, help="lines as the build prints them; so it is without this word too"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """The exit code says how it ended: 0 verified, 2 usage, 3 not ready, 10 build, 11 import, 12 not proven, 130 interrupted."""
    import asyncio

    from canvos_tui.commands.config import config_of
    from canvos_tui.wiring import real_ports

    ports = real_ports(dict(os.environ))
    draft = config_of(ports, args)
    if args.route is not None:
        from canvos_tui.core.answers.draft import RouteChosen
        from canvos_tui.core.answers.routes import parse_route

        draft = draft.after(RouteChosen(parse_route(args.route)))
    started: list[str] = []
    try:
        return asyncio.run(whole_path(ports, draft, args, started))
    except KeyboardInterrupt:
        if started:
            say(f"\nthe build {started[0]} goes on; canvos-tui attach follows it, canvos-tui cancel stops it")
        return ExitCode.INTERRUPTED


async def whole_path(ports: Ports, draft: Draft, args: argparse.Namespace, started: list[str]) -> int:
    """Checkout, keys, checks, files, build, result; `started` gets the run's id as soon as there is one."""
    from canvos_tui.commands.follow import follow_plain
    from canvos_tui.commands.keys import with_keys
    from canvos_tui.commands.prepare import check, checked_out, written
    from canvos_tui.core.answers.file_changes import texts_to_mask
    from canvos_tui.core.checks.acceptance import accept, split
    from canvos_tui.core.checks.registry import CHECKS
    from canvos_tui.core.readiness import make_plan, refuse_second

    for name in args.accept:
        draft = draft.after(accept(CHECKS, *split(name, _GIVEN)))
    known_ids(tuple(draft.accepted))
    if draft.folder is not None and not args.dry_run:
        await refuse_second(ports, draft.folder)
    draft = await checked_out(ports, draft, consent(args), dry=args.dry_run)
    draft = await with_keys(ports, draft)
    reasons = await check(ports, draft)
    if reasons:
        for reason in reasons:
            say(f"FAIL {reason}")
        say("not ready: no file was written, no build was started")
        return ExitCode.NOT_READY
    changes = await written(ports, draft, consent(args), dry=args.dry_run)
    if args.dry_run:
        say(f"then, in {draft.folder}:\n{' '.join(draft.route.told.command)}\ndry run: nothing was written, nothing was built")
        return 0
    assert draft.keys is not None
    say("== taking the baseline from AWS")
    plan = await make_plan(ports, draft)
    run_id = await ports.runs.start(plan, draft.keys, await texts_to_mask(ports.files, draft, changes))
    started.append(run_id)
    say(f"== run {run_id}: {' '.join(plan.command)}")
    if args.detach:
        sys.stdout.write(f"{run_id}\n")
        return 0
    return await follow_plain(ports, run_id)


_GIVEN = "--accept"  # the reason, where none was given


def known_ids(accepted: tuple[str, ...]) -> None:
    """InvalidValueError for an id that no check has, as accept() says it: an answers file may name one."""
    from canvos_tui.core.checks.acceptance import accept
    from canvos_tui.core.checks.registry import CHECKS

    for name in accepted:
        accept(CHECKS, name, _GIVEN)


def consent(args: argparse.Namespace) -> Consent:
    """How questions are answered: --yes, a terminal, or not at all."""
    return Consent(yes=args.yes, terminal=sys.stdin.isatty())


class Consent:
    """Asks before anything is changed; without --yes and without a terminal the answer is no."""

    def __init__(self, *, yes: bool, terminal: bool) -> None:
        self._yes = yes
        self._terminal = terminal

    def need(self, what: str) -> None:
        """Returns when the user agrees; CanvosError otherwise."""
        if self._yes:
            say(f"== {what}")
            return
        if not self._terminal:
            raise CanvosError(f"not asked for: {what}", remedy="add --yes to agree to every step beforehand")
        sys.stderr.write(f"{what}? [y/N] ")
        sys.stderr.flush()
        if sys.stdin.readline().strip().lower() not in {"y", "yes"}:
            raise CanvosError(f"declined: {what}", remedy="nothing was done")
