"""`doctor`: the prerequisites without a screen, for a terminal, a chat, a ticket or a program."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from canvos_tui.core.aws_facts import AwsKeys
    from canvos_tui.core.checks import Answer, Check, Context, Report
    from canvos_tui.core.draft import Draft
    from canvos_tui.core.ports import Ports

READY, USAGE, NOT_READY, WARNED, UNDETERMINED, INTERRUPTED = 0, 2, 3, 4, 5, 130
EPILOG = "Exit codes: 0 ready, 3 not ready, 4 warnings (--fail-on warn), 5 not known. Example: canvos-tui doctor --output short"
_NEEDS_NETWORK = frozenset({"TOOL-DOCKER-PRIV"})  # it may pull an image


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command."""
    parser = commands.add_parser(
        "doctor", help="check the prerequisites", description="Checks the prerequisites and changes nothing.", epilog=EPILOG
    )
    parser.add_argument("--checkout", metavar="DIR", default=argparse.SUPPRESS, help="the CanvOS folder (default: this one, else ~/CanvOS)")
    parser.add_argument("--only", metavar="ID", action="append", default=[], help="this check or category only; may be repeated")
    parser.add_argument("--skip", metavar="ID", action="append", default=[], help="leave this check or category out; may be repeated")
    parser.add_argument("--accept", metavar="ID", action="append", default=[], help="a failure of this check is only a warning")
    parser.add_argument("--timeout", metavar="S", type=seconds, help="give no check more than S seconds")
    parser.add_argument("--offline", action="store_true", help="ask neither the network nor AWS")
    parser.add_argument("--fail-on", choices=("warn", "fail"), default="fail", help="what gives a bad exit code (default: fail)")
    parser.add_argument("--output", choices=("text", "json", "short", "markdown"), default="text", help="how to print it (default: text)")
    parser.set_defaults(run=main_doctor)


def seconds(text: str) -> float:
    """A limit of more than no time."""
    value = float(text)
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError("more than 0 seconds are needed")
    return value


def main_doctor(args: argparse.Namespace, *, ports: Ports | None = None) -> int:
    """Prints the results on stdout; the exit code says what came of it."""
    import asyncio

    if problem := _wrong_words(args):
        sys.stderr.write(f"canvos-tui doctor: {problem}\n")
        return USAGE
    if ports is None:
        from canvos_tui.wiring import real_ports

        ports = real_ports(dict(os.environ))
    try:
        return asyncio.run(_doctor(args, ports))
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        return INTERRUPTED


def _wrong_words(args: argparse.Namespace) -> str:
    """What is no id, with the near one; empty when all words are known."""
    from difflib import get_close_matches

    from canvos_tui.core.check_table import CHECKS

    ids, categories = [c.id for c in CHECKS], sorted({c.category for c in CHECKS})
    for option, words, known in (
        ("--only", args.only, [*ids, *categories]),
        ("--skip", args.skip, [*ids, *categories]),
        ("--accept", args.accept, ids),
    ):
        for word in words:
            if word not in known:
                near = get_close_matches(word.upper(), ids, 1, 0.8) or get_close_matches(word, known, 1, 0.5)
                hint = f"did you mean `{near[0]}`?" if near else "the ids are in `canvos-tui doctor --output json`"
                return f"{option}: there is no check `{word}`\nhint: {hint}"
    return ""


async def _doctor(args: argparse.Namespace, ports: Ports) -> int:
    from canvos_tui.core.checks import Context, Report, run
    from canvos_tui.core.draft import CheckAccepted
    from canvos_tui.core.result import Status

    started, checkout = ports.clock.now(), getattr(args, "checkout", None)
    draft = await _draft(ports, checkout)
    for name in args.accept:
        draft = draft.after(CheckAccepted(name, "--accept"))
    shown, asked = _chosen(args)
    if sys.stderr.isatty():
        sys.stderr.write(f"asking {len(asked)} questions ...\n")
    context = Context(ports, draft, final=True)
    results = {r.check.id: r for r in await run(asked, context, lambda _: None)}
    # what a shown check waits for must not stay in the dark
    needed = tuple(c for c in asked if c in shown or results[c.id].status not in {Status.PASS, Status.SKIP})
    report = Report(needed, {c.id: results[c.id] for c in needed})
    await _print(args.output, report, context, started)
    return exit_code(report, args.fail_on)


def exit_code(report: Report, fail_on: str) -> int:
    """The same in every output format: failures first, then what is not known, then warnings where they count."""
    from canvos_tui.core.result import Status

    if report.verdict == "not_ready":
        return NOT_READY
    if report.verdict == "undetermined":
        return UNDETERMINED
    return WARNED if fail_on == "warn" and report.count(Status.WARN) else READY


def _chosen(args: argparse.Namespace) -> tuple[tuple[Check, ...], tuple[Check, ...]]:
    """The checks to show, and those to ask: what a shown one needs is asked as well."""
    from dataclasses import replace

    from canvos_tui.core.check_table import CHECKS

    def named(check: Check, words: list[str]) -> bool:
        return check.id in words or check.category in words

    left = tuple(c for c in CHECKS if not named(c, args.skip))
    shown = tuple(c for c in left if not args.only or named(c, args.only))
    wanted = {c.id for c in shown}
    for check in reversed(left * 3):  # needs of needs
        if check.id in wanted:
            wanted.update(check.needs)

    def ready(check: Check) -> Check:
        limit = min(check.limit, args.timeout) if args.timeout else check.limit
        outside = check.category in {"network", "aws"} or check.id in _NEEDS_NETWORK
        return replace(check, limit=limit, ask=_not_asked, needs=()) if args.offline and outside else replace(check, limit=limit)

    made = {c.id: ready(c) for c in left if c.id in wanted}
    return tuple(made[c.id] for c in shown), tuple(made.values())


async def _not_asked(_: Context) -> Answer:
    from canvos_tui.core.checks import Answer
    from canvos_tui.core.result import Status

    return Answer(Status.SKIP, "not asked: --offline", "")


async def _draft(ports: Ports, checkout: str | None) -> Draft:
    """What the files of the checkout say, read and never sourced; the keys else from the environment."""
    from canvos_tui.core import arg_file, secret_file
    from canvos_tui.core.draft import ArgFound, FolderChosen, KeysGiven, Origin, TagChosen, fresh
    from canvos_tui.core.errors import CanvosError

    folder = await _folder(ports, checkout)
    draft = fresh(ports.environ, folder)
    keys, origin = _keys_of_environment(ports.environ), Origin.ENVIRONMENT
    if folder is not None:
        draft = draft.after(FolderChosen(folder, draft.repository))
        try:
            draft = draft.after(TagChosen((await ports.git.state(folder)).tag))
            draft = draft.after(ArgFound(arg_file.parse(await ports.files.read_bytes(folder / ".arg") or b"").values))
            found = secret_file.keys_of(await ports.files.read_bytes(folder / ".secret") or b"")
            keys, origin = (found, Origin.SECRET) if found else (keys, origin)
        except CanvosError as error:  # the checks of these files say it in full
            sys.stderr.write(f"{error}\n")
    return draft.after(KeysGiven(keys, origin)) if keys else draft


async def _folder(ports: Ports, checkout: str | None) -> Path | None:
    """The folder that was named; else this one or ~/CanvOS, whichever is a checkout."""
    from canvos_tui.core.checkout import Place, parse_folder
    from canvos_tui.core.errors import CanvosError

    home = Path(ports.environ.get("HOME") or Path.home())
    here = Path.cwd()
    if checkout:
        return parse_folder(str(here / checkout) if not checkout.startswith(("/", "~")) else checkout, home)
    for folder in (here, home / "CanvOS"):
        try:
            if (await ports.git.state(folder)).place is Place.CANVOS:
                return folder
        except CanvosError:
            continue
    return None


def _keys_of_environment(environ: dict[str, str]) -> AwsKeys | None:
    from canvos_tui.core.aws_facts import AwsKeys
    from canvos_tui.core.secret import Secret

    key_id, secret, token = (environ.get(n, "") for n in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"))
    return AwsKeys(key_id, Secret(secret), Secret(token) if token else None) if key_id and secret else None


async def _print(output: str, report: Report, context: Context, started: datetime) -> None:
    from canvos_tui.core import report as words

    if output == "json":
        import json

        sys.stdout.write(json.dumps(await _document(report, context, started), indent=2) + "\n")
        return
    sys.stdout.write({"text": words.text, "short": words.short, "markdown": words.markdown}[output](report))


async def _document(report: Report, context: Context, started: datetime) -> dict[str, object]:
    import contextlib
    import platform

    from canvos_tui import __version__
    from canvos_tui.core.doctor_json import About, document
    from canvos_tui.core.errors import CanvosError
    from canvos_tui.core.questions import canvos, machine

    host = checkout = None
    with contextlib.suppress(CanvosError, OSError):
        host = await machine(context)
    with contextlib.suppress(CanvosError):
        checkout = await canvos(context)
    seconds = (context.ports.clock.now() - started).total_seconds()
    return document(report, About(__version__, platform.python_version(), started, seconds, host, checkout))
