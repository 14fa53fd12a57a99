"""The doctor without a screen: one report on stdout, events on a descriptor of their own, all chatter on stderr."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from canvos_tui.commands.output import clean_text, write_json, write_raw
from canvos_tui.core.checks.check import Check, CheckResult, Context
from canvos_tui.core.checks.report import Report
from canvos_tui.core.checks.runner import run
from canvos_tui.core.checks.selection import Plan, exit_code, told
from canvos_tui.core.ports import Ports
from canvos_tui.core.terminal.plain_ascii import pastable, to_ascii, wanted

if TYPE_CHECKING:
    from canvos_tui.commands.doctor.draft import Source

EVENTS_SCHEMA = "canvos-tui.doctor-events/1"
LIST_SCHEMA = "canvos-tui.checks/1"
_COLOURS = {"FAIL": 31, "NOT READY": 31, "????": 33, "WARN": 33, "UNDETERMINED": 33, "READY SO FAR": 33, "PASS": 32, "READY": 32, "SKIP": 2}
_LABEL = re.compile(rf"^({'|'.join(re.escape(word) for word in _COLOURS)})\b|^(\?{{4}})", re.MULTILINE)


@dataclass(frozen=True)
class Printer:
    """How the results are told: the form, what gives a bad exit code, and the descriptor of the events."""

    output: str
    fail_on: str = "fail"
    events: int | None = None

    def event(self, name: str, at: datetime, **more: Any) -> None:
        """Writes a JSON line; a reader that went away loses the rest and nothing else."""
        if self.events is not None:
            line = json.dumps({"event": name, "at": at.isoformat(), **more}) + "\n"
            with contextlib.suppress(OSError):
                os.write(self.events, line.encode())


async def printed(made: Plan, source: Source, printer: Printer) -> int:
    """Asks everything and prints it; the exit code."""
    from canvos_tui.core.checks.report_json import check_of

    ports = source.ports
    started = ports.clock.now()
    draft, trouble = await source.draft()
    made = made.on(draft.route)
    if trouble:
        _chat(trouble)
    if sys.stderr.isatty():
        _chat(f"asking {len(made.asked)} questions ...")
    context = Context(ports, draft, final=source.final)
    printer.event("start", started, schema=EVENTS_SCHEMA, checks=[c.id for c in made.asked])

    def came(result: CheckResult) -> None:
        printer.event("result", result.at, check=check_of(result))

    results = {r.check.id: r for r in await run(made.asked, context, came)}
    report = told(made, Report(made.asked, results))
    code = exit_code(report, printer.fail_on)
    document = await _document(report, context, started)
    ended = {name: document[name] for name in ("verdict", "first_failure", "unanswered", "first_unanswered", "summary", "duration_ms")}
    printer.event("end", ports.clock.now(), **ended, exit_code=code)
    if printer.output == "json":
        write_json(document)
    else:
        write_raw(sys.stdout, _words(printer.output, report, ports, draft.folder))
        sys.stdout.flush()
    return code


def _words(output: str, report: Report, ports: Ports, folder: Path | None) -> str:
    from canvos_tui.core.checks import report_text as words

    made = {"text": words.text, "short": words.short, "markdown": words.markdown}[output](report, folder)
    made = clean_text(made)
    made = to_ascii(pastable(made)) if wanted(ports.environ) else made
    return painted(made) if output == "text" and may_paint() else made


def may_paint() -> bool:
    """Colours go to a terminal that can show them, and to nobody who said no."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM", "dumb") != "dumb"


def painted(text: str) -> str:
    """The text with its status words in colour."""
    return _LABEL.sub(lambda found: f"\x1b[1;{_COLOURS[found[0]]}m{found[0]}\x1b[0m", text)


def _write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def _chat(text: str) -> None:
    sys.stderr.write((to_ascii(text) if wanted(os.environ) else text) + "\n")


async def _document(report: Report, context: Context, started: datetime) -> dict[str, Any]:
    import platform

    from canvos_tui import __version__
    from canvos_tui.commands.doctor.draft import GIT_PATIENCE
    from canvos_tui.core.checks.questions import canvos, machine
    from canvos_tui.core.checks.report_json import About, document
    from canvos_tui.core.errors import CanvosError

    host = checkout = None
    with contextlib.suppress(CanvosError, OSError):
        host = await machine(context)
    asked = report.results.get("REPO-CLONE")
    if asked is None or not asked.timed_out:
        with contextlib.suppress(CanvosError, TimeoutError):
            async with asyncio.timeout(GIT_PATIENCE):
                checkout = await canvos(context)
    seconds = (context.ports.clock.now() - started).total_seconds()
    return document(report, About(__version__, platform.python_version(), started, seconds, host, checkout, context.draft.folder))


def print_list(checks: Sequence[Check], output: str | None) -> int:
    """The checks by category: id and title, or as one JSON document."""
    if output == "json":
        rows = [
            {"id": c.id, "title": c.title, "category": c.category, "severity": c.severity.value, "guide_ref": c.source.replace(" ", "/", 1)}
            for c in checks
        ]
        write_json({"schema": LIST_SCHEMA, "checks": rows})
        return 0
    width = max((len(c.id) for c in checks), default=0)
    _write("".join(f"{c.category:<8} {c.id:<{width}}  {c.title}\n" for c in checks))
    return 0


def print_schema() -> int:
    """The JSON Schema of the document, as it lies in the package."""
    _write(resources.files("canvos_tui").joinpath("schemas", "doctor-1.json").read_text(encoding="utf-8"))
    return 0
