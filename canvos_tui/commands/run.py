"""`run --config FILE`: the wizard's path without a screen, from the clone to the verified AMI."""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING

from canvos_tui.commands.argument_types import add_schema, choice, descriptor
from canvos_tui.commands.follow import say
from canvos_tui.commands.resume import IMAGE, STAGES
from canvos_tui.core.errors import CanvosError
from canvos_tui.core.exit_codes import ExitCode

if TYPE_CHECKING:
    from canvos_tui.core.answers.draft import CheckAccepted, Draft
    from canvos_tui.core.ports import Ports


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command."""
    parser = commands.add_parser(
        "run",
        help="the whole path from an answers file, without a screen",
        usage="canvos-tui run [OPTIONS] --config FILE...",
        description="Builds by answers in YAML: the names of .arg, checkout, repository, tag, route, k8s_versions, user_data, accept; "
        "no key. Lists: canvos-tui help matrix",
        epilog="Example: canvos-tui run --config answers.yaml --yes",
    )
    parser.add_argument("--config", nargs="+", metavar="FILE", help="the answers; several are built one after another")
    parser.add_argument("--only", action="append", default=[], type=choice, metavar="NAME=VALUE", help="of several images those with it")
    parser.add_argument("--keep-going", action="store_true", help="after an image that failed, begin the next")
    parser.add_argument("--yes", action="store_true", help="do not ask before cloning, writing and building")
    parser.add_argument("--dry-run", action="store_true", help="show the diff and the command; changes nothing")
    parser.add_argument("--route", metavar="ROUTE", help="guide, two-stage or direct; wins over the answers")
    parser.add_argument(
        "--from", dest="stage", metavar="STAGE", choices=(IMAGE, *STAGES), help="not image: go on with the run of these answers"
    )
    parser.add_argument("--tag", metavar="TAG", help="the CanvOS tag; wins over the answers")
    parser.add_argument("--accept", action="append", default=[], metavar="ID[=WHY]", help="go on although this check fails")
    parser.add_argument("--detach", action="store_true", help="start the build and return; attach follows it")
    parser.add_argument("--limit", metavar="RATE", help="bytes a second for our own upload, such as 20M")
    parser.add_argument("--events", metavar="FD", type=descriptor, help="what happens as JSON lines to this descriptor")
    parser.add_argument("--plain", action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS)  # it is always so
    add_schema(parser, "run-events", of="--events")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """The exit code says how it ended: 0 verified, 2 usage, 3 not ready, 10 build, 11 import, 12 not proven, 130 interrupted.

    Of several images it is that of the first which is not verified.
    """
    import asyncio

    from canvos_tui.commands.build_events import Events
    from canvos_tui.commands.output import code_of
    from canvos_tui.commands.whole_path import whole_path
    from canvos_tui.wiring import real_ports

    ports = real_ports(dict(os.environ))
    drafts = wanted(ports, args)
    events = Events(args.events)
    started: list[str] = []
    try:
        if args.stage not in {None, IMAGE}:
            from canvos_tui.commands.run_from import run_from

            return asyncio.run(run_from(ports, drafts[0], args, started, events))
        if len(drafts) == 1 and not args.only:
            return asyncio.run(whole_path(ports, drafts[0], args, started, events))
        from canvos_tui.commands.batch import build_all

        return asyncio.run(build_all(ports, drafts, args, started, events))
    except CanvosError as error:
        if not started:
            events.refused(drafts[0] if len(drafts) == 1 else None, code_of(error), [str(error)])
        raise
    except KeyboardInterrupt:
        if started:
            say(f"\nthe run {started[-1]} goes on; canvos-tui attach follows it, canvos-tui cancel stops it")
        return ExitCode.INTERRUPTED


def wanted(ports: Ports, args: argparse.Namespace) -> tuple[Draft, ...]:
    """The drafts of all images that are to be built, with what the command line says; InvalidValueError says what is wrong with any."""
    from canvos_tui.commands.config import images_of, placed
    from canvos_tui.core.answers.ami_fields import LIMIT
    from canvos_tui.core.answers.draft import FieldAnswered, RouteChosen, TagChosen
    from canvos_tui.core.answers.on_route import refuse_idle, refuse_key
    from canvos_tui.core.answers.routes import parse_route
    from canvos_tui.core.errors import InvalidValueError

    if args.config is None:
        raise InvalidValueError(
            "no answers file is named",
            allowed="--config FILE, or several",
            remedy="canvos-tui run --help has an example; canvos-tui answers export --to answers.yaml writes one",
        )
    files = (args.config,) if isinstance(args.config, str) else args.config  # one text, where it stands before the command
    found = [placed(ports, draft, args.checkout, args.repo) for _, draft in images_of(ports, files, args.only)]
    if len(found) > 1:
        _refuse_several(args, len(found))
    if args.route is not None:
        found = [draft.after(RouteChosen(parse_route(args.route))) for draft in found]
    if args.tag is not None:
        found = [draft.after(TagChosen(args.tag)) for draft in found]
    if args.limit is not None:
        found = [draft.after(FieldAnswered(LIMIT.key, LIMIT.parse(args.limit))) for draft in found]
    for name in args.accept:
        found = [draft.after(accepted(name)) for draft in found]
    for draft in found:
        refuse_idle(draft)
        refuse_key(draft)
        known_ids(tuple(draft.accepted))
    return tuple(found)


def _refuse_several(args: argparse.Namespace, count: int) -> None:
    """InvalidValueError for what is meant for one image."""
    from canvos_tui.core.errors import InvalidValueError

    one = {"--detach starts one build": args.detach, "--from goes on with one run": args.stage not in {None, IMAGE}}
    for text in (text for text, given in one.items() if given):
        raise InvalidValueError(
            f"{text}, and these answers describe {count} images",
            remedy="leave it out: they are built one after another; or choose one with --only NAME=VALUE",
        )


def accepted(word: str) -> CheckAccepted:
    """What `--accept ID[=WHY]` says; InvalidValueError for an id that no check has."""
    from canvos_tui.core.checks.acceptance import accept, split
    from canvos_tui.core.checks.registry import CHECKS

    return accept(CHECKS, *split(word, _GIVEN))


_GIVEN = "--accept"  # the reason, where none was given


def known_ids(accepted: tuple[str, ...]) -> None:
    """InvalidValueError for an id that no check has, as accept() says it: an answers file may name one."""
    from canvos_tui.core.checks.acceptance import accept
    from canvos_tui.core.checks.registry import CHECKS

    for name in accepted:
        accept(CHECKS, name, _GIVEN)
