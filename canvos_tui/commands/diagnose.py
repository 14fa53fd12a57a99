"""`diagnose`: what a log of a build proves, and why it failed. Works offline, on any log of this build, wherever it was made."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from canvos_tui.commands.argument_types import add_schema
from canvos_tui.commands.output import room, write_json, write_lines
from canvos_tui.core.errors import FilesError
from canvos_tui.core.exit_codes import ExitCode
from canvos_tui.core.text import Whole

if TYPE_CHECKING:
    from canvos_tui.core.diagnosis.catalogue import Catalogue
    from canvos_tui.core.diagnosis.diagnosis import Diagnosis
    from canvos_tui.core.errors import Remedy
    from canvos_tui.core.log.wraps.joined import Joined
    from canvos_tui.core.ports import Ports
    from canvos_tui.core.run.result import RunResult

_INDENT = " " * 10
_WIDTH = 100  # characters of what is explained, where no terminal is narrower


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command."""
    parser = commands.add_parser(
        "diagnose",
        help="say what a log proves and why it failed",
        description="Reads the log of a build, also of one that was run by hand. Nothing is asked for, nothing is sent.",
        epilog="Exit code: 0 succeeded, 10 failed, 11 failed with AWS, 12 not proven or still running, 130 cancelled. "
        "Example: canvos-tui diagnose build.log --output json",
    )
    parser.add_argument(
        "file", metavar="FILE", help="a log, also packed (gzip, zip), a run's id, a bundle, a doctor's JSON; - for standard input"
    )
    parser.add_argument("--catalogue", metavar="FILE", help="known errors of your own, in the form of ours; they win over ours")
    parser.add_argument("--output", choices=("text", "json"), help="lines or one JSON document; a bundle's screens open without it")
    parser.add_argument("--plain", action="store_true", default=argparse.SUPPRESS, help="lines of a bundle, too")
    add_schema(parser, "diagnosis")
    parser.set_defaults(run=diagnose)


def diagnose(args: argparse.Namespace) -> int:
    """Prints the diagnosis; FilesError when the file cannot be read."""
    from canvos_tui.adapters.log.packed import opened

    run = _run_of(args.file)
    with opened(str(run[0]) if run is not None else args.file) as given:
        data = given.whole()
        if data is not None and (document := _doctors(data, args.file)) is not None:
            return _tell_doctors(document, args.output)
        if data is not None and is_bundle(data):
            return _tell_bundle(data, args)
        found = diagnosed(given.parts(), _known(args.catalogue))
    if run is None:
        return _tell(args.output, found, found.data(), text_lines(found))
    from canvos_tui.core.bundle.opened import with_result
    from canvos_tui.core.verdict.other_choice import ways_on

    found, ways = with_result(found, run[1]), ways_on(run[1]) if run[1] is not None else ()
    told = [{"text": way.text, "commands": [command.run for command in way.commands]} for way in ways]
    return _tell(
        args.output, found, {**found.data(), "run": {"id": args.file, "go_on": told}}, [*text_lines(found), *_lines_of(ways, "go on")]
    )


def is_bundle(data: bytes) -> bool:
    """Whether these bytes are a bundle; what is no zip file is none."""
    from canvos_tui.core.bundle import archive

    return data.startswith(b"PK") and archive.is_bundle(data)


def _run_of(name: str) -> tuple[Path, RunResult | None] | None:
    """Log and result of a run of this machine that is named by its id; None for what is a file, or no id."""
    from canvos_tui.adapters.runs.folder import time_of

    if time_of(name) is None or Path(name).exists():
        return None
    import asyncio

    from canvos_tui.wiring import real_ports

    ports = real_ports(dict(os.environ))
    return ports.runs.log_path(name), asyncio.run(_result(ports, name))


async def _result(ports: Ports, run_id: str) -> RunResult | None:
    return await ports.runs.result(run_id)


def _tell(output: str | None, found: Diagnosis, data: dict[str, Any], lines: list[str]) -> int:
    if output == "json":
        write_json(data)
    else:
        write_lines(lines)
    return found.exit_code


def _tell_bundle(data: bytes, args: argparse.Namespace) -> int:
    """The run in a bundle, read-only: no Docker, no network and no key is asked for."""
    from canvos_tui.commands.wizard import addressable
    from canvos_tui.core.bundle import opened
    from canvos_tui.core.bundle.archive import unpack
    from canvos_tui.core.bundle.contents import DOCTOR, LOG
    from canvos_tui.core.checks.reports import read_report

    bundle = unpack(data, args.file)
    if not (args.output or args.plain) and addressable():
        from canvos_tui.commands.bundle_screen import open_bundle

        catalogue = _known(args.catalogue)
        return open_bundle(bundle, args.file, lambda log: diagnosed(iter([log]), catalogue))
    if LOG not in bundle.files:
        return _tell_doctors(bundle.document(DOCTOR), args.output, opened.head_lines(bundle))
    found = opened.with_result(diagnosed(iter([bundle.files[LOG]]), _known(args.catalogue)), opened.result_of(bundle))
    document = bundle.document(DOCTOR)
    well = not document or not read_report.rows(document)
    lines = [*opened.head_lines(bundle), *text_lines(found), *([] if well else opened.foot_lines(bundle))]
    return _tell(args.output, found, {**found.data(), "bundle": opened.about(bundle)}, lines)


def _doctors(data: bytes, name: str) -> dict[str, Any] | None:
    """A doctor's document; None for anything else."""
    from canvos_tui.core.checks.reports.read_report import is_report

    try:
        document = json.loads(data) if data.lstrip().startswith(b"{") else None
    except (ValueError, RecursionError):
        raise FilesError(
            f"{name} is damaged: it is no whole JSON document", remedy="make it again: canvos-tui doctor --output json"
        ) from None
    return document if isinstance(document, dict) and is_report(document, name) else None


def _tell_doctors(document: dict[str, Any], output: str | None, head: list[str] | None = None) -> int:
    """Which checks are not well and why, in the doctor's words; the exit code is the doctor's, too."""
    from canvos_tui.core.checks.reports import read_report
    from canvos_tui.core.diagnosis.diagnosis import Diagnosis

    code = read_report.exit_code(document)
    if output != "json":
        write_lines([*(head or ()), *read_report.lines(document)])
        return code
    failed = code is ExitCode.NOT_READY
    data = Diagnosis("failed" if failed else "inconclusive").data()
    checks = read_report.plain_rows(document)
    first = next((row for row in checks if row["id"] == read_report.told(document, "first_failure")), None)
    if first is not None and failed:
        words = {"id": first["id"], "title": first["title"], "explanation": f"{first['observed']}. {first['why']}"}
        data["cause"] = {**words, "fix": first["fix"], "docs": []}
    write_json({**data, "doctor": {"verdict": read_report.told(document, "verdict") or None, "checks": checks}})
    return code


def diagnosed(parts: Iterator[bytes], catalogue: Catalogue) -> Diagnosis:
    """The answer for these parts of a file; FilesError for what is no text.

    Of a small text it may not be seen whether it is wrapped: it is, if a known cause stands in it that is cut in two, or a secret.
    """
    from canvos_tui.core.log.forms import STAMPS
    from canvos_tui.core.log.wraps.joined import Joined

    joined = Joined(STAMPS)
    found = _read(parts, catalogue, joined)
    for wrap in joined.doubts:
        tried = Joined(STAMPS, wrap)
        again = _read(iter([joined.text]), catalogue, tried)
        if tried.secret or again.known not in {"", found.known}:
            return again
    return found


def _read(parts: Iterator[bytes], catalogue: Catalogue, joined: Joined) -> Diagnosis:
    from canvos_tui.core.diagnosis.diagnosis import Diagnoser
    from canvos_tui.core.diagnosis.story import Warned
    from canvos_tui.core.log.forms import bare
    from canvos_tui.core.log.source_lines import SourceLines

    lines, diagnoser = SourceLines(plain=True), Diagnoser(catalogue)
    empty = True
    for data in bare(parts, joined.parts):
        empty = empty and not data
        diagnoser.read(joined.placed(lines.feed(data)))
    diagnoser.read(joined.placed(lines.flush()))
    found = diagnoser.diagnosis(sum(lines.counts.values()))
    if empty:
        return replace(found, warnings=(Warned("empty", "There is nothing in the file"),))
    if not joined.columns:
        return found
    told = f"The text was wrapped at {joined.columns} columns; its lines were joined again"
    return replace(found, warnings=(Warned("wrapped", told), *found.warnings))


def _known(own: str | None) -> Catalogue:
    """Ours, with the entries of the file that was named, else of the user's own; one of those that is damaged is told and left out."""
    from canvos_tui.adapters.catalogue import load_catalogue, users_file, with_own
    from canvos_tui.core.errors import CanvosError

    if own:
        return with_own(load_catalogue(), Path(own))
    path = users_file(os.environ)
    try:
        return with_own(load_catalogue(), path) if path is not None else load_catalogue()
    except CanvosError as error:
        sys.stderr.write(f"canvos-tui diagnose: {error.message}; it is left out\n")
        return load_catalogue()


def text_lines(found: Diagnosis) -> list[str]:
    """The same for people, the most important first."""
    phase = f" in {found.phase.title}" if found.phase is not None and found.result not in {"succeeded"} else ""
    lines = [f"result    {found.result}{phase}"]
    cause = found.cause
    if cause is not None:
        lines += [f"cause     {cause.id}: {cause.title}", *_wrapped(cause.explanation)]
    elif found.result == "failed":
        lines.append("cause     not known; the last lines of the log are all there is")
    lines += _lines_of(found.remedies, "fix")
    lines += [Whole(f"{'see' if n == 0 else '':<10}{address}") for n, address in enumerate(cause.docs if cause is not None else ())]
    lines += [f"line {e.line:<5}{e.short}" for e in found.evidence]
    lines += [f"then {e.line:<5}{e.short}" for e in found.follow_on]
    lines += [f"{name.replace('_', ' '):<12}{value}" for name in sorted(found.ids) if (value := found.ids[name])]
    lines += [f"left        {left.kind} {left.id}{'' if left.certain else ' (not certain)'}" for left in found.left_behind]
    return lines + [f"warning   {warned.text}" for warned in found.warnings]


def _lines_of(remedies: Iterable[Remedy], label: str) -> list[str]:
    lines: list[str] = []
    for remedy in remedies:
        lines += _wrapped(remedy.text, label)
        lines += [Whole(f"{_INDENT}  $ {command.run}") for command in remedy.commands]
    return lines


def _wrapped(text: str, label: str = "") -> list[str]:
    import textwrap

    rows = textwrap.wrap(text, room() - len(_INDENT) if room() else _WIDTH) or [""]
    return [f"{label if n == 0 else '':<10}{row}" for n, row in enumerate(rows)]
