"""`diagnose`: what a log of a build proves, and why it failed. Works offline, on any log of this build, wherever it was made."""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from canvos_tui.commands.output import write_json

if TYPE_CHECKING:
    from canvos_tui.core.diagnosis.catalogue import Catalogue
    from canvos_tui.core.diagnosis.diagnosis import Diagnosis

_INDENT = " " * 10


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command."""
    parser = commands.add_parser(
        "diagnose",
        help="say what a log proves and why it failed",
        description="Reads the log of a build, also of one that was run by hand. Nothing is asked for, nothing is sent.",
        epilog="Exit code: 0 succeeded, 10 failed, 11 failed with AWS, 12 not proven or still running, 130 cancelled. "
        "Example: canvos-tui diagnose build.log --output json",
    )
    parser.add_argument("file", metavar="FILE", help="the log, also packed with gzip or zip; - for standard input")
    parser.add_argument("--catalogue", metavar="FILE", help="known errors of your own, in the form of ours; they win over ours")
    parser.add_argument("--output", choices=("text", "json"), default="text", help="lines or one JSON document (default: text)")
    parser.set_defaults(run=diagnose)


def diagnose(args: argparse.Namespace) -> int:
    """Prints the diagnosis; FilesError when the log cannot be read."""
    found = _diagnosis(args.file, args.catalogue)
    if args.output == "json":
        write_json(found.data())
    else:
        sys.stdout.write("".join(f"{line}\n" for line in text_lines(found)))
    return found.exit_code


def _diagnosis(name: str, own: str | None) -> Diagnosis:
    from canvos_tui.adapters.log.packed import log_parts
    from canvos_tui.core.diagnosis.diagnosis import Diagnoser
    from canvos_tui.core.diagnosis.story import Warned
    from canvos_tui.core.log.forms import bare
    from canvos_tui.core.log.source_lines import SourceLines

    lines, diagnoser = SourceLines(), Diagnoser(_known(own))
    empty = True
    for data in bare(log_parts(name)):
        empty = empty and not data
        diagnoser.read(lines.feed(data))
    diagnoser.read(lines.flush())
    found = diagnoser.diagnosis(sum(lines.counts.values()))
    return replace(found, warnings=(Warned("empty", "There is nothing in the file"),)) if empty else found


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
    for remedy in found.remedies:
        lines += _wrapped(remedy.text, "fix")
        lines += [f"{_INDENT}  $ {command.run}" for command in remedy.commands]
    lines += [f"{'see' if n == 0 else '':<10}{address}" for n, address in enumerate(cause.docs if cause is not None else ())]
    lines += [f"line {e.line:<5}{e.short}" for e in found.evidence]
    lines += [f"then {e.line:<5}{e.short}" for e in found.follow_on]
    lines += [f"{name.replace('_', ' '):<12}{value}" for name in sorted(found.ids) if (value := found.ids[name])]
    lines += [f"left        {left.kind} {left.id}{'' if left.certain else ' (not certain)'}" for left in found.left_behind]
    return lines + [f"warning   {warned.text}" for warned in found.warnings]


def _wrapped(text: str, label: str = "") -> list[str]:
    import textwrap

    rows = textwrap.wrap(text, 100) or [""]
    return [f"{label if n == 0 else '':<10}{row}" for n, row in enumerate(rows)]
