"""`doctor`: the prerequisites, on a screen for whoever sits at a terminal, as lines for a chat, a ticket or a program."""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from canvos_tui.commands.argument_types import descriptor
from canvos_tui.commands.hidden import kinds
from canvos_tui.core.exit_codes import ExitCode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from canvos_tui.commands.doctor.draft import Source
    from canvos_tui.core.answers.draft import Draft
    from canvos_tui.core.checks.check import Check
    from canvos_tui.core.checks.selection import Plan, Wish
    from canvos_tui.core.ports import Ports

OUTPUTS = ("text", "short", "markdown", "json")
EPILOG = "Exit: 0 ready, 3 not ready, 4 warned, 5 not known. Example: canvos-tui doctor"
ABOUT = "Checks all that a build needs, and says what is wrong and how to mend it."


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command."""
    parser = commands.add_parser(
        "doctor", help="check the prerequisites", usage="canvos-tui doctor [OPTIONS]", description=ABOUT, epilog=EPILOG, add_help=False
    )
    add = parser.add_argument
    add("-h", "--help", action="help", help=argparse.SUPPRESS)  # who reads it knows it; there are 24 lines
    add("--checkout", metavar="DIR", default=argparse.SUPPRESS, help="the CanvOS folder (default: this one, or ~/CanvOS)")
    add("--config", metavar="FILE", help="the answers file of `run`; needs no checkout")
    add("--route", metavar="ROUTE", help="guide, two-stage or direct (else the answers')")
    add("--only", metavar="ID", action="append", default=[], help="this check or category only; may be repeated")
    add("--skip", metavar="ID", action="append", default=[], help="leave this check or category out; likewise")
    add("--accept", metavar="ID[=WHY]", action="append", default=[], help="a failure of this check is only a warning")
    add("--timeout", metavar="S", type=seconds, default=0.0, help="give no check more than S seconds")
    add("--offline", action="store_true", help="ask neither the network nor AWS")
    add("--fail-on", metavar="WHAT", choices=("warn", "fail"), default="fail", help="warn or fail (default: fail)")
    add("--output", metavar="FORM", choices=OUTPUTS, help=f"{', '.join(OUTPUTS)} (else a screen or text)")
    add("--events", metavar="FD", type=descriptor, help="each result as a JSON line to this descriptor")
    add("--plain", action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
    add("--redact", metavar="LIST", type=kinds, default=(), help="of account,user,host,bucket,address,path")
    add("--watch", action="store_true", help="ask again until it is ready, and print changes")
    add("--no-save", action="store_true", help="do not keep what passed, for a later report")
    add("--compare", metavar=("A", "B"), nargs=2, help="what differs between two reports in JSON")
    add("--explain", metavar="ID", help="all about one check, asking nothing; or `all`")
    add("--list", action="store_true", help="print the checks; --schema: the JSON Schema")
    add("--schema", action="store_true", help=argparse.SUPPRESS)
    parser.set_defaults(run=main_doctor)


def seconds(text: str) -> float:
    """A limit of more than no time."""
    value = float(text)
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError("more than 0 seconds are needed")
    return value


def main_doctor(args: argparse.Namespace, *, ports: Ports | None = None) -> int:
    """Opens the screen or prints the results on stdout; the exit code says what came of it."""
    if args.schema or args.compare or args.explain:
        return _from_files(args)
    words = args.only or args.skip or args.accept
    if not args.list and not words and on_screen(args):  # nothing can be wrong with words that are not there: the first frame comes first
        return _screen(args, ports)
    from canvos_tui.core.checks.registry import CHECKS
    from canvos_tui.core.checks.selection import plan, unknown_word

    if problem := _odd_watch(args) or unknown_word(CHECKS, wish_of(args)):
        sys.stderr.write(f"canvos-tui doctor: {problem[0]}\nhint: {problem[1]}\n")
        return ExitCode.USAGE
    if args.list:
        return _listed(plan(CHECKS, wish_of(args)).shown, args.output)
    return _screen(args, ports) if on_screen(args) else _lines(args, ports)


def _odd_watch(args: argparse.Namespace) -> tuple[str, str] | None:
    if args.watch and (args.events is not None or args.redact or args.output not in {None, "text"}):
        return "--watch prints text, line by line, for whoever mends", "leave out --output, --events and --redact"
    return None


def _listed(checks: Sequence[Check], output: str | None) -> int:
    """A line for each check, or all that is known of it as a document."""
    if output == "markdown":
        from canvos_tui.commands.doctor.explain import print_pages

        return print_pages(checks, output)
    from canvos_tui.commands.doctor.lines import print_list

    return print_list(checks, output)


def _from_files(args: argparse.Namespace) -> ExitCode | int:
    """What asks nothing: it is told from what comes with the program, or from reports of other machines."""
    if args.schema:
        from canvos_tui.commands.doctor.lines import print_schema

        asked = {"doctor-comparison": args.compare, "check-explanations": args.explain, "checks": args.list}
        events = "doctor-events" if args.events is not None else "doctor"
        return print_schema(next((name for name, wanted in asked.items() if wanted), events))
    if args.compare:
        from canvos_tui.commands.doctor.compare import main_compare

        return main_compare((args.compare[0], args.compare[1]), args.output)
    from canvos_tui.commands.doctor.explain import main_explain

    return main_explain(args.explain, args.output)


def wish_of(args: argparse.Namespace) -> Wish:
    """The words that say what to check."""
    from canvos_tui.core.checks.selection import Wish

    return Wish(tuple(args.only), tuple(args.skip), tuple(args.accept), args.timeout, args.offline)


def on_screen(args: argparse.Namespace) -> bool:
    """Whether somebody sits there who can see a screen and did not ask for lines."""
    from canvos_tui.commands.wizard import addressable

    return not (args.output or args.plain or args.watch or args.redact or args.events is not None) and addressable()


def _prepared(args: argparse.Namespace, ports: Ports | None, config: Draft | None) -> tuple[Plan, Source]:
    from canvos_tui.commands.doctor.draft import source_of
    from canvos_tui.core.checks.registry import CHECKS
    from canvos_tui.core.checks.selection import plan

    wish = wish_of(args)
    source = replace(source_of(ports or _real(), getattr(args, "checkout", None), config, wish.accepted()), name=args.config or "")
    if args.route is not None:
        from canvos_tui.core.answers.routes import parse_route

        source = replace(source, route=parse_route(args.route))
    return plan(CHECKS, wish), source


def _real() -> Ports:
    from canvos_tui.wiring import real_ports

    return real_ports(dict(os.environ))


def _config(args: argparse.Namespace, ports: Ports | None) -> Draft | None:
    if not args.config:
        return None
    from canvos_tui.commands.doctor.draft import config_of

    return config_of(ports or _real(), args.config)


def _screen(args: argparse.Namespace, ports: Ports | None) -> int:
    from canvos_tui.commands.doctor.screen import open_doctor

    config = _config(args, ports)
    return open_doctor(lambda: _prepared(args, ports, config), args.fail_on, save=not args.no_save)


def _lines(args: argparse.Namespace, ports: Ports | None) -> int:
    import asyncio

    from canvos_tui.commands.doctor.lines import Printer, printed
    from canvos_tui.commands.hidden import Hidden

    made, source = _prepared(args, ports, _config(args, ports))
    printer = Printer(args.output or "text", args.fail_on, args.events, save=not args.no_save, hidden=Hidden(args.redact))
    try:
        if args.watch:
            from canvos_tui.commands.doctor.watch import watched

            return asyncio.run(watched(made, source, args.fail_on))
        return asyncio.run(printed(made, source, printer))
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        return ExitCode.INTERRUPTED
