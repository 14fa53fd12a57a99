"""The doctor without a screen: one report on stdout, events on a descriptor of their own, all chatter on stderr."""

from __future__ import annotations

import contextlib
import json
import os
import re
import sys
from collections.abc import Sequence
from dataclasses import field
from datetime import datetime
from importlib import resources
from typing import TYPE_CHECKING, Any

from canvos_tui.commands.hidden import Hidden
from canvos_tui.commands.output import clean_text, room, write_json, write_raw
from canvos_tui.core.checks.check import Check, CheckResult, Context
from canvos_tui.core.checks.report import Report
from canvos_tui.core.checks.reports.whole_report import about
from canvos_tui.core.checks.runner import run
from canvos_tui.core.checks.selection import Plan, exit_code, told
from canvos_tui.core.ports import Ports
from canvos_tui.core.terminal.plain_ascii import pastable, to_ascii, wanted
from canvos_tui.core.values import dataclass

if TYPE_CHECKING:
    from canvos_tui.commands.doctor.draft import Source
    from canvos_tui.core.checks.reports.last_passed import Passes
    from canvos_tui.core.checks.reports.report_head import About

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
    save: bool = True  # what passed now is kept, to be told of when it fails one day
    hidden: Hidden = field(default_factory=Hidden)  # what the reader is not to see

    def event(self, name: str, at: datetime, **more: Any) -> None:
        """Writes a JSON line; a reader that went away loses the rest and nothing else."""
        if self.events is not None:
            line = json.dumps(self.hidden.data({"schema": EVENTS_SCHEMA, "event": name, "at": at.isoformat(), **more})) + "\n"
            with contextlib.suppress(OSError):
                os.write(self.events, line.encode())


async def printed(made: Plan, source: Source, printer: Printer) -> int:
    """Asks everything and prints it; the exit code."""
    from canvos_tui.adapters.last_passed import keep_passes, load_passes
    from canvos_tui.core.checks.reports import report_json
    from canvos_tui.core.checks.reports.last_passed import after

    ports = source.ports
    started = ports.clock.now()
    draft, trouble = await source.draft()
    made = made.on(draft.route)
    printer.hidden.know(ports, draft.folder, draft.text("S3_BUCKET"))
    if trouble:
        _chat(printer.hidden.text(trouble))
    if sys.stderr.isatty():
        _chat(f"asking {len(made.asked)} questions ...")
    context = Context(ports, draft, final=source.final)
    printer.event("start", started, checks=[c.id for c in made.asked])

    def came(result: CheckResult) -> None:
        printer.event("result", result.at, check=report_json.check_of(result))

    results = {r.check.id: r for r in await run(made.asked, context, came)}
    report = told(made, Report(made.asked, results))
    code = exit_code(report, printer.fail_on)
    facts = await about(context, started, source.origin(draft))
    passes = load_passes(ports.environ, draft.folder)
    document = report_json.document(report, facts, passes)
    if printer.save:
        keep_passes(ports.environ, draft.folder, after(passes, report, facts))
    ended = {name: document[name] for name in ("verdict", "first_failure", "unanswered", "first_unanswered", "summary", "duration_ms")}
    printer.event("end", ports.clock.now(), **ended, exit_code=code)
    seen = printer.hidden.data(document)  # also where it is told in words: accounts are known by it
    if printer.output == "json":
        write_json(seen)
    else:
        write_raw(sys.stdout, printer.hidden.text(words_of(printer.output, report, ports, facts, passes)))
        sys.stdout.flush()
    return code


def words_of(output: str, report: Report, ports: Ports, facts: About, passes: Passes | None = None) -> str:
    """The report as text, short or markdown, ready for stdout."""
    from canvos_tui.core.checks.reports import report_text as words

    since = {name: last.words(facts) for name, last in (passes or {}).items()}
    if output == "short":
        made = words.short(report, facts.folder, facts)
    elif output == "markdown":
        made = words.markdown(report, facts.folder, facts, since)
    else:
        made = words.text(report, facts.folder, facts, since, room())
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


def print_schema(name: str) -> int:
    """The JSON Schema of a document, `doctor` or another name without its version, as it lies in the package."""
    _write(resources.files("canvos_tui").joinpath("schemas", f"{name}-1.json").read_text(encoding="utf-8"))
    return 0
