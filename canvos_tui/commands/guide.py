"""`guide`: the guide's commands with the user's values in place."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from canvos_tui.core.answers.draft import Draft
    from canvos_tui.core.ports import Ports

POLICIES = ("needed", "optional", "clean-up")  # those of core.checks.aws.further_rights, not loaded for their sake


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command."""
    parser = commands.add_parser(
        "guide",
        help="print the guide's commands with your values",
        description="Prints the sixteen steps as commands, or with --policy what the AWS user has to be allowed, for your route, bucket "
        "and region: needed for a build, optional (publish, progress by parts), or clean-up.",
        epilog="Example: canvos-tui guide --config answers.yaml",
    )
    parser.add_argument("--config", metavar="FILE", help="an answers file (default: the answers of the wizard)")
    parser.add_argument("--checkout", metavar="DIR", default=argparse.SUPPRESS, help="the answers for this CanvOS folder")
    parser.add_argument("--policy", choices=POLICIES, help="an IAM policy as JSON in place of the steps")
    parser.set_defaults(run=guide)


def _policy(which: str, draft: Draft) -> str:
    """As a file for IAM; a bucket that nobody named yet stands as BUCKET in it."""
    from canvos_tui.core.answers.on_route import making
    from canvos_tui.core.checks.aws.advice import pretty
    from canvos_tui.core.checks.aws.further_rights import policy
    from canvos_tui.core.checks.aws.questions import subject_of

    bucket = (draft.text("S3_BUCKET") or "BUCKET") if draft.route.needs_bucket else ""
    return pretty(policy(which, subject_of(bucket, draft.text("REGION"), None, None, making(draft))))


def guide(args: argparse.Namespace) -> int:
    """Prints all sixteen steps; differences between guide and truth are comments, and where both stand comes first."""
    from canvos_tui.commands.answers import load
    from canvos_tui.commands.config import config_of
    from canvos_tui.core.guide import ABOUT, STEPS, commands, on_route
    from canvos_tui.wiring import real_ports

    ports = real_ports(dict(os.environ))
    draft = config_of(ports, args) if args.config else load(ports, args.checkout, args.repo)
    if args.policy is not None:
        sys.stdout.write(_policy(args.policy, draft))
        return 0
    sys.stdout.write(f"{ABOUT}\n\n")
    traces = asyncio.run(_traces(ports, draft))
    for step in (on_route(step, draft.route, traces=traces) for step in STEPS):
        sys.stdout.write(f"# step {step.number}: {step.title}\n")
        if step.differs:
            sys.stdout.write(f"# differs: {step.differs}\n")
        sys.stdout.write("\n".join(commands(step, draft)) + "\n\n")
    return 0


async def _traces(ports: Ports, draft: Draft) -> bool:
    """Whether the script of the checkout prints the keys; that of a checkout that is not there does, as all that were seen."""
    from canvos_tui.core.checkout.facts import read_here
    from canvos_tui.core.errors import CanvosError

    if draft.folder is None:
        return True
    try:
        found = await read_here(ports.files, await ports.git.state(draft.folder))
    except CanvosError:
        return True
    return found.traces or not found.script
