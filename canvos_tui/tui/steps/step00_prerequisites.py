"""The guide's prerequisites: every check at once, the failing one first."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import Input, OptionList

from canvos_tui.core.answers.draft import Draft
from canvos_tui.core.checks.acceptance import accept, acceptable
from canvos_tui.core.checks.check import Check, CheckResult, Context
from canvos_tui.core.checks.registry import CHECKS
from canvos_tui.core.checks.report import Report, with_dependants
from canvos_tui.core.checks.reports.report_text import markdown
from canvos_tui.core.checks.reports.whole_report import about
from canvos_tui.core.checks.routes import of_route, on_route, unasked
from canvos_tui.core.checks.runner import run
from canvos_tui.core.session import Checked
from canvos_tui.core.status import Status
from canvos_tui.tui.checks.detail import commands_of, raw_output
from canvos_tui.tui.checks.rows import Took, quiet, span, stale
from canvos_tui.tui.dialogs.read_text import ReadText
from canvos_tui.tui.step_panel import StepPanel
from canvos_tui.tui.widgets.check_list import CheckList
from canvos_tui.tui.widgets.filter_line import FilterLine
from canvos_tui.tui.widgets.push import Push

FOLLOW_ANSWERS = frozenset({"repo", "files", "aws"})  # asked again each time: an answer may have changed them
PATIENCE = 0.1  # seconds for first answers that somebody waits for, before the rows are painted without one
TOGETHER = 0.05  # seconds in which answers that come are painted as one


class Prerequisites(StepPanel):
    """Runs the checks when the page comes to the front for the first time; r, R and F5 run them again."""

    TITLE = "Prerequisites"
    ABOUT = (
        "Everything the guide asks for, and what it forgets. A failed check never keeps you from filling in the answers; "
        "it keeps the build from starting.\n\n"
        "Space unfolds what passed and what waits, / filters the list. f shows another fix, v the raw output; a accepts a failure, "
        "with a reason; F5 asks everything again; b puts it all into one masked file, for support. "
        "Answers get old: after ten minutes a ~ marks them."
    )
    HAS_NEXT = True
    BINDINGS = [
        Binding("r", "rerun('this')", "Re-run"),
        Binding("R", "rerun('failed')", "Re-run failed", show=False),
        Binding("f5", "rerun('all')", "Re-run all", show=False),
        Binding("c", "copy_fix", "Copy fix"),
        Binding("C", "copy_report", "Report"),
        Binding("a", "accept", "Accept"),
        Binding("b", "bundle", "Bundle", show=False),
        Binding("n", "go_on", "Continue", show=False),
        Binding("f", "next_fix", "Other fix", show=False),
        Binding("v", "raw", "Raw output", show=False),
        Binding("slash", "filter", "Filter", show=False),
        Binding("space", "unfold", "Unfold", show=False),
    ]

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # as StepPanel has them
        self.report = Report(())
        self._took: Took | None = None
        self._due = False  # whether it is to be painted in a moment
        self._asking = False
        self._painted = asyncio.Event()  # with the first answers in the list
        self._first: Callable[[], None] | None = None

    def compose(self) -> ComposeResult:
        """List, detail, the way on."""
        yield CheckList(self.ports.environ.get("HOME", ""))
        yield Push("Next", id="next", first=True)

    def when_told(self, hear: Callable[[], None]) -> None:
        """Calls it once, with the first answers in the list."""
        self._first = hear

    def on_mount(self) -> None:
        """What was observed gets older while nobody does anything."""
        self.set_interval(1.0, self._tick)

    def entered(self) -> None:
        """Asks everything the first time, and what waited for answers when there are new ones."""
        self.query_one("#check-rows").focus()
        checks = of_route(CHECKS, self.draft.route)
        report = self.known.report or Report(checks)
        if self._asking:
            return
        known, route = report.results, self.draft.route
        if unasked(known, route) or not all(on_route(check, route) for check in report.checks):  # another route was chosen since
            report = Report(checks, {c.id: report.results[c.id] for c in checks if c.id in report.results}, report.left_out)
        if report.done and report.results:
            self._run(
                tuple(r.check for r in report.results.values() if r.status is Status.SKIP or r.check.category in FOLLOW_ANSWERS), report
            )
        else:
            self._run(report.checks, Report(report.checks))

    @work(exclusive=True, group="checks")
    async def _run(self, checks: tuple[Check, ...], report: Report, draft: Draft | None = None, *, again: bool = False) -> None:
        """Asks these and whatever has no answer yet; an earlier run that was cut short leaves nothing unasked."""
        ids = {c.id for c in checks} | {c.id for c in report.checks if c.id not in report.results}
        asked = tuple(c for c in report.checks if c.id in ids)
        known = {name: result for name, result in report.results.items() if name not in ids}
        clock, context = self.ports.clock, Context(self.ports, draft or self.draft, final=self.known.final)
        self._asking, self._took = True, Took(clock.now())
        self.report = Report(report.checks, known)
        if self._first is None:
            self._paint()
        else:
            self.set_timer(PATIENCE, self._paint_unanswered)

        def came(result: CheckResult) -> None:
            self.report = self.report.after(result)
            if not self._due:
                self._due = True
                if self._painted.is_set():
                    self.set_timer(TOGETHER, self._paint)
                else:
                    self.call_later(self._paint)

        try:
            await run(asked, context, came, known, self._painted)
        finally:
            self._asking = False
        self._took = Took(self._took.began, (clock.now() - self._took.began).total_seconds())
        self.query_one(CheckList).since = await self._since(context)
        self.learn(Checked(self.report, clock.now()))
        self._paint()
        if again:  # mostly the answers are the same
            self.hint(f"asked again: {asked[0].title if len(asked) == 1 else f'{len(asked)} checks'}")

    async def _since(self, context: Context) -> Mapping[str, str]:
        """By a check's id, of those that do not pass: when it passed last on this machine, and what has changed since."""
        known = self.ports.passes(context.draft.folder)
        told = [r.check.id for r in self.report.results.values() if r.status is not Status.PASS and r.check.id in known]
        if not told:
            return {}
        now = await about(context, self.ports.clock.now(), "")
        return {name: known[name].words(now) for name in told}

    def watch_known(self) -> None:
        """A report that was made elsewhere."""
        if self.is_mounted and not self._asking and self.known.report is not None and self.known.report.results:
            self._show(self.known.report)

    def _show(self, report: Report) -> None:
        self.report = report
        self._paint()

    def _paint_unanswered(self) -> None:
        if not self.report.results:
            self._paint()

    def _paint(self) -> None:
        self._due = False
        if not self._asking and self._took is None:
            self._took = span(self.report.results)
        listed = self.query_one(CheckList)
        listed.show(self.report, self._now(), self._took)
        if self._first is not None and self.report.results:
            first, self._first = self._first, None
            first()
        if self.report.results:
            self.call_after_refresh(self._painted.set)
        if quiet(self.report) and not self._asking and not listed.moved and listed.query_one("#check-rows").has_focus:
            self._nothing_to_look_at()

    def _nothing_to_look_at(self) -> None:
        """The way on is what comes next."""
        self.query_one("#next").focus()

    def _tick(self) -> None:
        if self.screen.is_current and self.report.checks:
            self.query_one(CheckList).tick(self._now())

    def _now(self) -> datetime:
        return self.ports.clock.now()

    def idle(self) -> frozenset[str]:
        """What the row under the cursor has nothing for."""
        picked = self._picked
        does = {"copy_fix": picked and commands_of(picked, self.query_one(CheckList).fix), "accept": picked and acceptable(picked)}
        return frozenset(action for action, able in does.items() if not able)

    @on(OptionList.OptionSelected, "#check-rows")
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        """Enter goes on here as everywhere; what it stands on is open already."""
        event.stop()
        self._open_row()

    def _open_row(self) -> None:
        self.leave("next")

    @property
    def _picked(self) -> CheckResult | None:
        row = self.query_one(CheckList).picked
        return row.result if row is not None else None

    def action_rerun(self, which: str) -> None:
        """Runs again: the row under the cursor with what depends on it, all that did not pass or are old, or everything."""
        row, report = self.query_one(CheckList).picked, self.report
        old = stale(report, self.ports.clock.now())
        if which == "this" and row is not None:
            chosen = with_dependants(report, row.checks())
        elif which == "all":
            chosen = report.checks
        else:
            chosen = tuple(
                c for c in report.checks if c.id in old or (r := report.results.get(c.id)) is None or r.status is not Status.PASS
            )
        if not chosen:
            self.decline("everything passed; F5 asks it all again")
            return
        self._run(chosen, report, again=True)

    def action_copy_fix(self) -> None:
        """Copies the commands of the fix that is shown, and nothing else."""
        picked, listed = self._picked, self.query_one(CheckList)
        commands = commands_of(picked, listed.fix) if picked else ""
        if picked is None or not commands:
            self.decline("this row has no command to copy; C copies the report")
            return
        self.copy(commands, f"fix of {picked.check.id}")

    def action_copy_report(self) -> None:
        """Copies the whole report as markdown."""
        self.copy(markdown(self.report, self.draft.folder, since=self.query_one(CheckList).since), "report")

    @work(exclusive=True, group="bundle")
    async def action_bundle(self) -> None:
        """One masked file of this report for whoever helps from a distance."""
        from canvos_tui.tui.dialogs.support_bundle import About, offer_bundle

        if self._asking:
            self.decline("the checks are still being asked; b makes a bundle of them when they have answered")
            return
        self.hint("putting the bundle together ...")
        await offer_bundle(self.app, About(self.ports, self.draft, report=self.report, final=self.known.final))
        self.hint("")

    def action_next_fix(self) -> None:
        """Shows the next fix of this row."""
        picked = self._picked
        if picked is None or len(picked.answer.remedies) < 2:
            self.decline("this row has no other fix")
        else:
            self.query_one(CheckList).next_fix()

    async def action_raw(self) -> None:
        """Shows the evidence of this row in full, masked."""
        picked = self._picked
        if picked is None:
            self.decline("this row has no output of its own")
        else:
            await self.app.push_screen(ReadText(f"Raw output of {picked.check.id}", raw_output(picked)))

    @work(exclusive=True, group="accept")
    async def action_accept(self) -> None:
        """Takes a failure on, with a reason that stays in the report."""
        picked = self._picked
        if picked is None or not acceptable(picked):
            self.decline("only a failed check can be accepted")
            return
        from canvos_tui.tui.dialogs.accept_failure import ask_reason

        if reason := await ask_reason(self.app, picked):
            accepted = accept(CHECKS, picked.check.id, reason)
            self.answer(accepted)
            # the answer is still on its way back when the check runs again
            self._run(with_dependants(self.report, (picked.check,)), self.report, self.draft.after(accepted))

    def action_unfold(self) -> None:
        """Shows or folds what passed and what waits."""
        self.query_one(CheckList).toggle()

    def action_filter(self) -> None:
        """Opens the line that filters the rows."""
        self.query_one(FilterLine).open()

    @on(Input.Changed, "#check-filter")
    def _filtered(self, event: Input.Changed) -> None:
        event.stop()
        self.query_one(CheckList).filter(event.value)

    @on(Input.Submitted, "#check-filter")
    def _kept(self, event: Input.Submitted) -> None:
        event.stop()
        self.query_one(FilterLine).close()
        self.query_one("#check-rows").focus()

    def action_go_on(self) -> None:
        """Continues whatever failed: answers can be prepared on an unready machine."""
        self.leave("next")
