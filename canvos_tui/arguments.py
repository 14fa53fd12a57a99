"""The words of the command line: every command and option, and what is said to a wrong one."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any, NoReturn

from canvos_tui import __version__
from canvos_tui.core.exit_codes import ExitCode
from canvos_tui.core.text import nearest

COMMANDS = (
    "doctor",
    "fix",
    "run",
    "attach",
    "status",
    "cancel",
    "resume",
    "leftovers",
    "validate",
    "publish",
    "diagnose",
    "bundle",
    "guide",
    "redact",
    "answers",
    "rehearse",
    "help",
    "completion",
)
_CHOICE = re.compile(r"invalid choice: '([^']*)' \(choose from (.*)\)")
NO_BELL = "no bell and no notification when the build ends"
EPILOG = "Without a command the wizard opens. Example: canvos-tui --checkout ~/CanvOS"


class Short(argparse.HelpFormatter):
    """Help without the line that says COMMAND above the commands: the screen has 24."""

    def _format_action(self, action: argparse.Action) -> str:
        text = super()._format_action(action)
        return text.partition("\n")[2] if isinstance(action, argparse._SubParsersAction) else text


class Parser(argparse.ArgumentParser):
    """argparse that suggests the near word and exits with 2."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"formatter_class": Short, "allow_abbrev": False, **kwargs})
        self._given: list[str] = []

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """As argparse, but a command refuses what it does not know by itself, so that its own options are suggested."""
        self._given = list(sys.argv[1:] if args is None else args)
        namespace, rest = super().parse_known_args(args, namespace)
        if rest:
            self.error(f"unrecognized arguments: {' '.join(rest)}")
        return namespace, rest

    def format_help(self) -> str:
        """The list of the commands goes without blank lines: so it has 24 lines."""
        text = super().format_help()
        return text.replace("\n\n", "\n") if self._subparsers is not None else text

    def error(self, message: str) -> NoReturn:
        """Says what is wrong, what was probably meant, and where the help is."""
        wrong, known = self._unknown_option(), list(self._option_string_actions)
        if wrong:  # whatever else argparse stumbled over, this came first
            message = f"there is no option `{wrong}`"
        elif found := _CHOICE.search(message):
            wrong, known = found[1], re.findall(r"[\w-]+", found[2])
        near = nearest(wrong, known)
        hint = f"did you mean `{near}`?" if near else f"`{self.prog} --help` lists what there is"
        sys.stderr.write(f"{self.prog}: {message}\nhint: {hint}\n")
        raise SystemExit(ExitCode.USAGE)

    def _unknown_option(self) -> str:
        """The first word that looks like an option and is none of ours; the words after a command are the command's."""
        for word in self._given:
            name = word.partition("=")[0]
            if word in COMMANDS and self._subparsers is not None:
                break
            if name.startswith("--") and name != "--" and name not in self._option_string_actions:
                return name
        return ""


def build_parser(words: Sequence[str] = ()) -> Parser:
    """The parser with every command; with the one alone that the words begin with, which is sooner ready."""
    names = words[:1] if words and words[0] in COMMANDS else COMMANDS
    parser = Parser(
        prog="canvos-tui",
        usage="canvos-tui [OPTIONS] [COMMAND ...]",
        epilog=EPILOG,
        add_help=False,
    )
    parser._optionals.title = "options (all of them: canvos-tui help options)"
    parser.add_argument("-h", "--help", action="help", help=argparse.SUPPRESS)  # who reads it knows it; the first help fits 24 lines
    parser.add_argument("--version", action="version", version=f"canvos-tui {__version__}", help=argparse.SUPPRESS)
    add_global(parser)
    parser.set_defaults(run=None)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", parser_class=Parser, prog="canvos-tui")
    for name in names:
        import_module(f"canvos_tui.commands.{name}").register(commands)
    for name, command in commands.choices.items():
        _on_either_side(name, command)
    return parser


def _on_either_side(name: str, command: argparse.ArgumentParser) -> None:
    """Options that may stand before the command or behind it; a default would undo what stood before it."""
    for option in ("--no-color", "--ascii", "--plain", "--no-mouse"):
        if option not in command._option_string_actions:
            command.add_argument(option, action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
    for option in ("--plain", "--config"):  # what a command has itself may stand before it, too
        if (own := command._option_string_actions.get(option)) is not None:
            own.default = argparse.SUPPRESS
    for option, value in (("--checkout", "DIR"), ("--repo", "URL"), ("--theme", "NAME")):
        if option not in command._option_string_actions:
            command.add_argument(option, metavar=value, default=argparse.SUPPRESS, help=argparse.SUPPRESS)
    told = NO_BELL if name in {"attach", "run"} else argparse.SUPPRESS
    command.add_argument("--no-bell", action="store_true", default=argparse.SUPPRESS, help=told)


def add_global(parser: argparse.ArgumentParser) -> None:
    """Options of the wizard and of most commands."""
    # `help options` has those that have no row here; the first help fits 24 lines
    parser.add_argument("--checkout", metavar="DIR", help=argparse.SUPPRESS)
    parser.add_argument("--repo", metavar="URL", help=argparse.SUPPRESS)
    parser.add_argument("--plain", action="store_true", help="question by question, no screen; by itself with TERM=dumb")
    parser.add_argument("--config", metavar="FILE", help="an answers file: what it answers is not asked")
    parser.add_argument("--theme", metavar="NAME", help=argparse.SUPPRESS)
    parser.add_argument("--no-color", action="store_true", help=argparse.SUPPRESS)  # `--theme none`
    parser.add_argument("--ascii", action="store_true", help=argparse.SUPPRESS)  # comes by itself where it is needed
    parser.add_argument("--no-mouse", action="store_true", help=argparse.SUPPRESS)  # of screens alone
    parser.add_argument("--no-bell", action="store_true", help=argparse.SUPPRESS)  # the help of the commands has it
