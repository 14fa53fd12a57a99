"""`completion`: the script with which a shell completes our words, and the words that change while one works."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable

from canvos_tui.core.errors import CanvosError, InvalidValueError

SCRIPTS = {"bash": "canvos-tui.bash", "zsh": "_canvos-tui", "fish": "canvos-tui.fish"}


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command."""
    parser = commands.add_parser(
        "completion",
        help="a script for bash, zsh or fish, to be read by it",
        description="Prints the script that completes commands, options, runs, tags, checks, scenarios and regions. "
        "`canvos-tui help completion` says where it goes.",
        epilog="Example: canvos-tui completion bash",
    )
    parser.add_argument("shell", nargs="?", choices=tuple(SCRIPTS), metavar="SHELL", help="bash, zsh or fish")
    parser.add_argument("--words", choices=tuple(WORDS), metavar="KIND", help=f"the words of a kind, a line each: {', '.join(WORDS)}")
    parser.set_defaults(run=completion)


def completion(args: argparse.Namespace) -> int:
    """Prints the script or the words. A shell that completes gets no error: what cannot be known is no word."""
    if args.words:
        try:
            words = list(WORDS[args.words](args))
        except CanvosError:
            words = []
        sys.stdout.write("".join(f"{word}\n" for word in words))
        return 0
    if args.shell is None:
        raise InvalidValueError("no shell is named", allowed=", ".join(SCRIPTS), remedy="canvos-tui help completion")
    from importlib.resources import files

    sys.stdout.write(files("canvos_tui").joinpath("shell", SCRIPTS[args.shell]).read_text(encoding="utf-8"))
    return 0


def _runs(_: argparse.Namespace) -> Iterable[str]:
    import asyncio

    from canvos_tui.wiring import real_ports

    return (info.run_id for info in asyncio.run(real_ports(dict(os.environ)).runs.infos()))


def _tags(args: argparse.Namespace) -> Iterable[str]:
    """Those of the checkout that can build an AMI, the newest first; git is asked, the network is not."""
    import asyncio

    from canvos_tui.adapters.state_folder import home_of
    from canvos_tui.commands.answers import draft_of
    from canvos_tui.core.checkout.facts import look
    from canvos_tui.wiring import real_ports

    ports = real_ports(dict(os.environ))

    async def of_checkout() -> list[str]:
        folder = (await draft_of(ports, args.checkout, args.repo)).folder or home_of(ports.environ) / "CanvOS"
        return [tag.name for tag in (await look(ports, folder)).tags if tag.selectable]

    return asyncio.run(of_checkout())


def _checks(_: argparse.Namespace) -> Iterable[str]:
    """Their ids, and their categories, which mean all of one."""
    from canvos_tui.core.checks.registry import CHECKS

    return (*dict.fromkeys(check.category for check in CHECKS), *(check.id for check in CHECKS))


def _scenarios(_: argparse.Namespace) -> Iterable[str]:
    from canvos_tui.rehearsal.scenarios import SCENARIOS

    return SCENARIOS


def _topics(_: argparse.Namespace) -> Iterable[str]:
    from canvos_tui.arguments import COMMANDS
    from canvos_tui.commands.help_topics import TOPICS

    return (*TOPICS, *COMMANDS)


def _routes(_: argparse.Namespace) -> Iterable[str]:
    from canvos_tui.core.answers.routes import Route

    return (route.value for route in Route)


def _regions(_: argparse.Namespace) -> Iterable[str]:
    from canvos_tui.adapters.aws.account import regions

    return regions()


def _themes(_: argparse.Namespace) -> Iterable[str]:
    from canvos_tui.tui.theme import names

    return names()


WORDS: dict[str, Callable[[argparse.Namespace], Iterable[str]]] = {
    "runs": _runs,
    "tags": _tags,
    "checks": _checks,
    "scenarios": _scenarios,
    "topics": _topics,
    "routes": _routes,
    "regions": _regions,
    "themes": _themes,
}
