"""`publish`: an AMI that is ready goes to other regions, to other accounts, or gets its end; nothing of it unasked."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from canvos_tui.commands.argument_types import add_schema
from canvos_tui.commands.output import write_json, write_raw
from canvos_tui.core.exit_codes import ExitCode

if TYPE_CHECKING:
    from canvos_tui.core.aws.facts import AwsKeys
    from canvos_tui.core.ports import Ports
    from canvos_tui.core.publish.copying import Copy
    from canvos_tui.core.publish.wish import Wish
    from canvos_tui.core.publish.work import Report, Target, Work


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command."""
    parser = commands.add_parser(
        "publish",
        help="copy, share or retire an AMI that is ready",
        usage="canvos-tui publish [RUN|AMI] [OPTIONS]",
        description="Hands an AMI on once it is verified; without an option it says what can be done. Asks before each deed.",
        epilog="Exit: 3 a right is missing, 5 not all is there. Example: canvos-tui publish",
    )
    parser.add_argument("target", nargs="?", metavar="RUN|AMI", help="a run or an AMI (default: the newest success)")
    parser.add_argument("--region", metavar="REGION", help="where that AMI is, if no run made it")
    parser.add_argument("--copy-to", metavar="REGION", action="append", default=[], help="copy it there; may be repeated")
    parser.add_argument("--share", metavar="WHOM", action="append", default=[], help="an account or organization ARN; may be repeated")
    parser.add_argument("--deprecate", metavar="DATE", help="from then on others do not find it; UTC, such as 2027-06-30")
    parser.add_argument("--try-launch", action="store_true", help="ask whether an instance would be allowed; starts nothing")
    parser.add_argument("--yes", action="store_true", help="do not ask before it begins")
    parser.add_argument("--output", choices=("text", "json"), default="text", help="lines or one JSON document (default: text)")
    add_schema(parser, "publish")
    parser.set_defaults(run=publish)


def publish(args: argparse.Namespace) -> int:
    """Asks, does it, and prints what AWS shows afterwards. After Ctrl-C what was begun goes on in AWS."""
    import asyncio

    from canvos_tui.core.publish.words import data, lines
    from canvos_tui.wiring import real_ports

    ports = real_ports(dict(os.environ))
    work, wish = asyncio.run(_asked(ports, args))
    try:
        report = asyncio.run(work.do(wish, Bars(wish.regions).changed))
    except KeyboardInterrupt:
        _left(args, work)
        return ExitCode.INTERRUPTED
    if args.output == "json":
        write_json(data(work))
    else:
        sys.stdout.write("".join(f"{line}\n" for line in lines(work, wish)))
    return _code(report)


def _left(args: argparse.Namespace, work: Work) -> None:
    """Says after Ctrl-C what goes on in AWS, and what picks it up."""
    from canvos_tui.commands.follow import say
    from canvos_tui.core.publish.words import data

    say("")
    for copy in work.report.copies.values():
        if copy.goes_on:
            say(f"{copy.image} in {copy.region} goes on in AWS")
    words = ["canvos-tui", "publish", work.run or work.source.image.image_id]
    words += [] if work.run else ["--region", work.source.region]
    for option, values in (("--copy-to", args.copy_to), ("--share", args.share)):
        words += [word for value in values for word in (option, value)]
    words += ["--deprecate", args.deprecate] if args.deprecate else []
    say(f"pick it up: {shlex.join(words)}")
    if args.output == "json":
        write_json(data(work, interrupted=True))


def _code(report: Report) -> int:
    if report.whole:
        return ExitCode.OK
    missing = any(one.right for one in report.problems) or any(copy.right for copy in report.copies.values())
    return ExitCode.NOT_READY if missing else ExitCode.UNDETERMINED


async def _asked(ports: Ports, args: argparse.Namespace) -> tuple[Work, Wish]:
    from canvos_tui.commands.consent import consent
    from canvos_tui.core.publish.wish import Wish, parse_regions, parse_sharers, parse_until
    from canvos_tui.core.publish.words import plan_lines
    from canvos_tui.core.publish.work import opened

    accounts, organizations = parse_sharers(args.share)
    until = parse_until(args.deprecate, ports.clock.now()) if args.deprecate else None
    target, checkout = await _target(ports, args)
    wish = Wish(parse_regions(args.copy_to, target.region), accounts, organizations, until, args.try_launch)
    work = await opened(ports, await _keys(ports, checkout), target)
    if wish.changes:
        consent(args).need("\n".join(plan_lines(work, wish)))
    return work, wish


async def _target(ports: Ports, args: argparse.Namespace) -> tuple[Target, Path | None]:
    """The AMI that is meant and the checkout with its keys. RunError where there is none."""
    from canvos_tui.core.answers.values import parse_region
    from canvos_tui.core.errors import InvalidValueError, RunError
    from canvos_tui.core.publish.work import Target

    given, folder = args.target or "", Path(args.checkout) if args.checkout else None
    made = [info for info in await ports.runs.infos() if info.ami]
    named = [info for info in made if not given or given in {info.run_id, info.ami}]
    if named:
        plan = await ports.runs.plan(named[0].run_id)
        target = Target(plan.baseline.region, named[0].ami, named[0].run_id, plan.baseline.account)
        return target, folder or Path(plan.checkout)
    if not given.startswith("ami-"):
        what = f"`{given}` is no run with an AMI" if given else "no run has made an AMI yet"
        raise RunError(what, remedy="name an AMI with its --region; canvos-tui status lists the runs")
    if not args.region:
        raise InvalidValueError(f"no run of this machine made {given}: its region is not known", allowed="--region REGION")
    return Target(parse_region(args.region), given), folder


async def _keys(ports: Ports, checkout: Path | None) -> AwsKeys:
    from canvos_tui.core.aws.keys import to_use
    from canvos_tui.core.checkout.key_places import look_for_keys
    from canvos_tui.core.errors import CanvosError

    placed = to_use(await look_for_keys(ports, checkout))
    if placed is None:
        raise CanvosError("there are no AWS keys", remedy="set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE")
    return placed.keys


class Bars:
    """A bar for each region on a terminal, drawn over the last ones; elsewhere a line for each step."""

    def __init__(self, regions: tuple[str, ...]) -> None:
        from canvos_tui.core.publish.copying import Copy

        self._copies = {region: Copy(region) for region in regions}
        self._drawn, self._over = False, sys.stderr.isatty() and os.environ.get("TERM", "dumb") != "dumb"
        self._said: dict[str, str] = {}

    def changed(self, copy: Copy) -> None:
        """Shows what was seen of one copy."""
        from canvos_tui.core.publish.words import bar_of

        self._copies[copy.region] = copy
        if self._over:
            self._draw()
        elif self._said.get(copy.region) != bar_of(copy):
            self._said[copy.region] = bar_of(copy)
            sys.stderr.write(f"{bar_of(copy)}\n")
            sys.stderr.flush()

    def _draw(self) -> None:
        from canvos_tui.core.publish.words import bar_of

        if self._drawn:
            write_raw(sys.stderr, f"\x1b[{len(self._copies)}A")
        columns = os.get_terminal_size(sys.stderr.fileno()).columns or 80
        for one in self._copies.values():
            sys.stderr.write(bar_of(one, columns - 1))
            write_raw(sys.stderr, "\x1b[K\n")
        sys.stderr.flush()
        self._drawn = True
