"""`guide`: the guide's commands with the user's values in place."""

from __future__ import annotations

import argparse
import os
import sys


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command."""
    parser = commands.add_parser(
        "guide", help="print the guide's commands with your values", epilog="Example: canvos-tui guide --config answers.yaml"
    )
    parser.add_argument("--config", metavar="FILE", help="an answers file (default: the answers of the wizard)")
    parser.add_argument("--checkout", metavar="DIR", default=argparse.SUPPRESS, help="the answers for this CanvOS folder")
    parser.set_defaults(run=guide)


def guide(args: argparse.Namespace) -> int:
    """Prints all sixteen steps; differences between guide and truth are comments."""
    from canvos_tui.commands.answers import load
    from canvos_tui.commands.config import config_of
    from canvos_tui.core.guide import STEPS, commands, on_route
    from canvos_tui.wiring import real_ports

    ports = real_ports(dict(os.environ))
    draft = config_of(ports, args) if args.config else load(ports, args.checkout, args.repo)
    for step in (on_route(step, draft.route) for step in STEPS):
        sys.stdout.write(f"# step {step.number}: {step.title}\n")
        if step.differs:
            sys.stdout.write(f"# differs: {step.differs}\n")
        sys.stdout.write("\n".join(commands(step, draft)) + "\n\n")
    return 0
