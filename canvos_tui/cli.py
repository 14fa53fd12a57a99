"""The command line: argv to the command that does it, and the exit code. Imports nothing heavy before a command needs it."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from importlib import import_module
from typing import NoReturn

from canvos_tui import __version__
from canvos_tui.core.errors import CanvosError

COMMANDS = ("doctor", "run", "attach", "status", "cancel", "validate", "guide", "redact", "rehearse")
USAGE, INTERRUPTED = 2, 130
EPILOG = "Without a command the wizard opens. Example: canvos-tui --checkout ~/CanvOS"


class Parser(argparse.ArgumentParser):
    """argparse that suggests the near word and exits with 2."""

    def error(self, message: str) -> NoReturn:
        """Says what is wrong, what was probably meant, and where the help is."""
        wrong = message.partition("invalid choice: '")[2].partition("'")[0]
        near = get_close_matches(wrong, COMMANDS, 1) if wrong else []
        unknown = message.partition("unrecognized arguments: ")[2].split(" ")[0]
        if unknown.startswith("--"):
            near = get_close_matches(unknown, list(self._option_string_actions), 1)
        hint = f"did you mean `{near[0]}`?" if near else f"`{self.prog} --help` lists what there is"
        sys.stderr.write(f"{self.prog}: {message}\nhint: {hint}\n")
        raise SystemExit(USAGE)


def build_parser() -> Parser:
    """The parser with every command; the command modules are light to import."""
    parser = Parser(
        prog="canvos-tui",
        description="From a bare Linux machine to a registered, verified AMI, along the guide Build AWS Cloud Images.",
        epilog=EPILOG,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"canvos-tui {__version__}")
    add_global(parser)
    parser.set_defaults(run=None)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", parser_class=Parser)
    for name in COMMANDS:
        import_module(f"canvos_tui.commands.{name}").register(commands)
    return parser


def add_global(parser: argparse.ArgumentParser) -> None:
    """Options of the wizard and of most commands."""
    parser.add_argument("--checkout", metavar="DIR", help="the CanvOS folder (default: the one used last, else ~/CanvOS)")
    parser.add_argument("--repo", metavar="URL", help="where to clone from, a URL or a local path")
    parser.add_argument("--no-color", action="store_true", help="no colours; the NO_COLOR variable does the same")


def main(argv: Sequence[str] | None = None) -> int:
    """Runs a command; errors that a user can act on are one sentence and a hint, with exit code 2."""
    try:
        args = build_parser().parse_args(argv)
        if args.no_color:
            os.environ["NO_COLOR"] = "1"
        if args.run is None:
            from canvos_tui.commands.wizard import open_wizard

            return open_wizard(args)
        return int(args.run(args))
    except CanvosError as error:
        sys.stderr.write(f"canvos-tui: {error}\n" + (f"hint: {error.remedy}\n" if error.remedy else ""))
        return USAGE
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # the reader of our output went away, for example `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return INTERRUPTED
