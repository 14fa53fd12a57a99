"""`doctor --watch`: asks again and again, and prints what has changed, until the machine is ready."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from canvos_tui.commands.doctor.lines import may_paint, painted, words_of
from canvos_tui.commands.output import clean_text, write_raw
from canvos_tui.core.checks.check import CheckResult, Context
from canvos_tui.core.checks.report import Report
from canvos_tui.core.checks.reports.report_text import headline, row
from canvos_tui.core.checks.reports.whole_report import about
from canvos_tui.core.checks.runner import run
from canvos_tui.core.checks.selection import Plan, exit_code, told
from canvos_tui.core.terminal.plain_ascii import pastable, to_ascii, wanted

if TYPE_CHECKING:
    from canvos_tui.commands.doctor.draft import Source

EVERY = 10.0  # seconds between the end of a look and the next


async def watched(made: Plan, source: Source, fail_on: str, every: float = EVERY) -> int:
    """The whole report once, then a line for each answer that changed; the exit code once nothing is left to mend."""
    before: Report | None = None
    while True:
        report, text = await _look(made, source, whole=before is None)
        now = source.ports.clock.now()
        if before is not None:
            text = "".join(f"{line}\n" for line in changed(before, report, now))
        _say(text, source)
        if report.verdict == "ready":
            return exit_code(report, fail_on)
        if before is None:
            _say(f"\nasked again every {every:.0f} s until it is ready; Ctrl+C ends it\n", source)
        before = report
        await asyncio.sleep(every)


async def _look(made: Plan, source: Source, *, whole: bool) -> tuple[Report, str]:
    """One round over all checks, with what the files of the checkout say now."""
    started = source.ports.clock.now()
    draft, _ = await source.draft()
    plan = made.on(draft.route)
    context = Context(source.ports, draft, final=source.final)
    results = {r.check.id: r for r in await run(plan.asked, context, lambda _: None)}
    report = told(plan, Report(plan.asked, results))
    return report, words_of("text", report, source.ports, await about(context, started, source.origin(draft))) if whole else ""


def changed(before: Report, now: Report, at: datetime) -> Iterator[str]:
    """A line for each answer that is another one than before, failures first, and the verdict under them."""
    moved = [r for r in now.ordered() if _differs(before.results.get(r.check.id), r)]
    gone = [name for name in before.results if name not in now.results]
    stamp = f"{at.astimezone():%H:%M:%S}"
    for result in moved:
        was = before.results.get(result.check.id)
        yield f"{stamp}  {row(result)}" + (f"  (was {was.status.label})" if was is not None and was.status is not result.status else "")
    yield from (f"{stamp}  {name} is not asked any more" for name in gone)
    if moved or gone:
        yield f"{stamp}  {headline(now)}"


def _differs(before: CheckResult | None, now: CheckResult) -> bool:
    """A number of bytes that moves while a check passes is no news; another verdict is, and what a failure says."""
    if before is None or before.status is not now.status:
        return True
    return now.blocks and before.answer.observed != now.answer.observed


def _say(text: str, source: Source) -> None:
    made = clean_text(text)
    made = to_ascii(pastable(made)) if wanted(source.ports.environ) else made
    write_raw(sys.stdout, painted(made) if may_paint() else made)
    sys.stdout.flush()
