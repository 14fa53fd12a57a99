"""`bundle`: a run in one file for whoever helps from a distance, masked, with a preview before it is written."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from canvos_tui.commands.argument_types import add_schema
from canvos_tui.commands.hidden import kinds
from canvos_tui.commands.output import write_json

if TYPE_CHECKING:
    from canvos_tui.core.bundle.contents import Bundle
    from canvos_tui.core.ports import Ports


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command."""
    parser = commands.add_parser(
        "bundle",
        help="a run in one masked file, for support",
        usage="canvos-tui bundle [OPTIONS] [RUN]",
        description="Doctor report, plan, events, result, masked log, what AWS showed, versions. Shows what is in it, then writes it, "
        "never over another file. `canvos-tui diagnose FILE` opens it anywhere.",
        epilog="Example: canvos-tui bundle --mask account,user,host",
    )
    add = parser.add_argument
    add("run_id", nargs="?", metavar="RUN", help="the run (default: the running one, else the newest)")
    add("--to", metavar="FILE", type=place, help="default: ~/canvos-support-RUN.zip")
    add("--mask", metavar="LIST", type=kinds, default=(), help="of account,user,host,bucket,address,path")
    add(
        "--doctor",
        choices=("kept", "now", "none"),
        metavar="WHICH",
        default="kept",
        help="its report: kept (with the run, once made), now, none",
    )
    add("--summary", action="store_true", help="only print the summary for a ticket, as markdown")
    add("--dry-run", action="store_true", help="show what would be in it, and write nothing")
    add("--yes", action="store_true", help="do not ask before writing")
    add("--output", choices=("text", "json"), default="text", help="lines or one JSON document (default: text)")
    add_schema(parser, "bundle")
    parser.set_defaults(run=bundle)


def place(text: str) -> str:
    """The absolute path of a file that is named as in a shell."""
    return str(Path(text).expanduser().absolute())


def bundle(args: argparse.Namespace) -> int:
    """Shows what is in it and writes it; CanvosError says why not."""
    import asyncio

    from canvos_tui.wiring import real_ports

    ports = real_ports(dict(os.environ))
    made, data = asyncio.run(_made(ports, args))
    if args.summary:
        sys.stdout.write(made.summary)
        return 0
    return asyncio.run(_told(ports, args, made, data))


async def _made(ports: Ports, args: argparse.Namespace) -> tuple[Bundle, bytes]:
    from canvos_tui import __version__
    from canvos_tui.commands.attach import choose
    from canvos_tui.commands.config import folder_of
    from canvos_tui.core.bundle.collect import Wanted, collect

    folder = folder_of(ports, args.checkout)
    run_id = (await choose(ports, args.run_id, folder)).run_id if args.run_id or await ports.runs.infos() else ""
    about = dict(ports.about())
    host = about.pop("host", "")
    checkout = str(folder) if folder is not None else (await ports.runs.plan(run_id)).checkout if run_id else None
    doctor, place = await _doctor(ports, args.doctor, run_id, checkout)
    wanted = Wanted(__version__, run_id, place, doctor, args.mask, about, host)
    return await collect(ports, wanted)


async def _doctor(ports: Ports, which: str, run_id: str, checkout: str | None) -> tuple[dict[str, Any] | None, Path | None]:
    """The doctor's document, and the checkout that was judged."""
    from canvos_tui.core.bundle.saving import keep_doctor, kept_doctor

    place = Path(checkout) if checkout else None
    if which == "none":
        return None, place
    if which == "kept" and run_id and (kept := await kept_doctor(ports, run_id)) is not None:
        return kept, place
    sys.stderr.write("asking the machine what the doctor asks ...\n")
    document, judged = await asked_now(ports, checkout)
    if run_id:
        await keep_doctor(ports, run_id, document)
        document = await kept_doctor(ports, run_id) or document
    return document, place or judged


async def asked_now(ports: Ports, checkout: str | None) -> tuple[dict[str, Any], Path | None]:
    """The document of a doctor's report that is made now, and the checkout that it judged."""
    from canvos_tui.commands.doctor.draft import source_of
    from canvos_tui.core.checks.check import Context
    from canvos_tui.core.checks.registry import CHECKS
    from canvos_tui.core.checks.report import Report
    from canvos_tui.core.checks.reports.whole_report import whole_report
    from canvos_tui.core.checks.runner import run
    from canvos_tui.core.checks.selection import Wish, plan

    source, started = source_of(ports, checkout, None, {}), ports.clock.now()
    draft, _ = await source.draft()
    checks = plan(CHECKS, Wish()).on(draft.route).asked
    context = Context(ports, draft, final=source.final)
    results = {result.check.id: result for result in await run(checks, context, lambda _: None)}
    return await whole_report(Report(checks, results), context, started, source.origin(draft)), draft.folder


async def _told(ports: Ports, args: argparse.Namespace, made: Bundle, data: bytes) -> int:
    from canvos_tui.commands.consent import Consent
    from canvos_tui.core.bundle.preview import preview_data, preview_lines
    from canvos_tui.core.bundle.saving import proposed, save

    path = Path(args.to) if args.to else proposed(ports, made.run)
    if args.output == "text":
        sys.stdout.write("".join(f"{line}\n" for line in preview_lines(made, data, ports.clock.now())))
        sys.stdout.flush()
    saved = None
    if not args.dry_run:
        if sys.stdin.isatty() and sys.stdout.isatty():
            Consent(yes=args.yes, terminal=True).need(f"write {path}")
        saved = await save(ports, data, path, exactly=bool(args.to))
    if args.output == "json":
        write_json(preview_data(made, data, str(saved) if saved else None))
    else:
        sys.stdout.write(f"written   {saved}\n" if saved else "dry run   nothing was written\n")
    return 0
