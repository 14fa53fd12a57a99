"""`help`: what a command does, and pages about what all of them share."""

from __future__ import annotations

import argparse
import sys

from canvos_tui.core.errors import InvalidValueError
from canvos_tui.core.text import nearest


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command."""
    parser = commands.add_parser(
        "help",
        help="a command, or what all of them share: exit codes, files ...",
        description="What a command does, or a page about what all commands share. Without a word it lists both.",
        epilog="Example: canvos-tui help exit-codes",
    )
    parser.add_argument("topic", nargs="?", metavar="TOPIC", help="a command or a page")
    parser.set_defaults(run=help_)


def help_(args: argparse.Namespace) -> int:
    """Prints it; InvalidValueError for a word that is neither."""
    from canvos_tui.arguments import COMMANDS, build_parser
    from canvos_tui.commands.help_topics import TOPICS, columns

    if args.topic is None:
        sys.stdout.write(build_parser().format_help())
        pages = "\n".join(columns((f"  canvos-tui help {name}", topic.title) for name, topic in TOPICS.items()))
        sys.stdout.write(f"\nAnd about what all of them share:\n{pages}\n")
    elif args.topic in TOPICS:
        sys.stdout.write("\n".join(TOPICS[args.topic].lines()) + "\n")
    elif args.topic in COMMANDS:
        build_parser((args.topic,)).parse_args((args.topic, "--help"))
    else:
        known = (*TOPICS, *COMMANDS)
        near = nearest(args.topic, known)
        raise InvalidValueError(
            f"there is no help about `{args.topic}`",
            allowed=f"{', '.join(TOPICS)}, or a command",
            remedy=f"did you mean `{near}`?" if near else "`canvos-tui help` lists them",
        )
    return 0
