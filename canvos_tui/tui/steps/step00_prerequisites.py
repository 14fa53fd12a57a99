"""The guide's prerequisites: every check at once, the failing one first."""

from __future__ import annotations

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.widgets import OptionList, Static

from canvos_tui.core.check_table import CHECKS
from canvos_tui.core.checks import Check, CheckResult, Context, Report, run
from canvos_tui.core.draft import CheckAccepted, Draft
from canvos_tui.core.report import markdown
from canvos_tui.core.result import Status
from canvos_tui.tui.dialogs.confirm import Ask, Choice
from canvos_tui.tui.messages import CopyAsked
from canvos_tui.tui.step_panel import StepPanel
from canvos_tui.tui.widgets.check_list import CheckList, heading

FOLLOW_ANSWERS = frozenset({"repo", "files", "aws"})  # asked again each time: an answer may have changed them
ACCEPTABLE = frozenset({"HOST-CPU", "HOST-MEM", "HOST-DISK"})


class Prerequisites(StepPanel):
    """Runs the checks when the page comes to the front for the first time; r and R run them again."""

    TITLE = "Prerequisites"
    ABOUT = (
        "Everything the guide asks for, and what it forgets. A failed check never keeps you from filling in the answers; "
        "it keeps the build from starting."
    )
    BINDINGS = [
        Binding("r", "rerun(False)", "Re-run this"),
        Binding("f5", "rerun(False)", "Re-run", show=False),
        Binding("R", "rerun(True)", "Re-run failed"),
        Binding("c", "copy_fix", "Copy fix"),
        Binding("C", "copy_report", "Copy report"),
        Binding("a", "accept", "Accept", show=False),
        Binding("space", "unfold", "Unfold", show=False),
        Binding("n", "go_on", "Continue", show=False),
    ]

    def compose(self) -> ComposeResult:
        """Verdict, list, detail."""
        yield Static("", id="check-verdict", markup=False)
        yield CheckList()

    def entered(self) -> None:
        """Asks everything the first time, and what waited for answers when there are new ones."""
        self.query_one("#check-rows").focus()
        report = self.known.report
        if report is None:
            self._run(CHECKS, Report(CHECKS))
            return
        stale = tuple(r.check for r in report.results.values() if r.status is Status.SKIP or r.check.category in FOLLOW_ANSWERS)
        if report.done:
            self._run(stale, report)
        else:
            self._show(report)

    @work(exclusive=True, group="checks")
    async def _run(self, checks: tuple[Check, ...], report: Report, draft: Draft | None = None) -> None:
        ids = {c.id for c in checks}
        known = {k: v for k, v in report.results.items() if k not in ids}
        current = Report(report.checks, known)
        self._show(current)

        def came(result: CheckResult) -> None:
            nonlocal current
            current = current.after(result)
            self._show(current)

        await run(checks, Context(self.ports, draft or self.draft), came, known)
        self.learn(report=current, reported_at=self.ports.clock.now())

    def watch_known(self) -> None:
        """A report that was made elsewhere."""
        if self.is_mounted and self.known.report is not None:
            self._show(self.known.report)

    def _show(self, report: Report) -> None:
        self._report = report
        self.query_one("#check-verdict", Static).update(Content(heading(report, self.ports.clock.now(), self.known.reported_at)))
        self.query_one(CheckList).show(report)

    _report = Report(CHECKS)

    @on(OptionList.OptionSelected, "#check-rows")
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        """Enter goes on here as everywhere; what it stands on is open already."""
        event.stop()
        self.leave("next")

    def action_rerun(self, failed: bool) -> None:  # noqa: FBT001  a word of the key table
        """Runs the check under the cursor again, or all that did not pass."""
        picked = self.query_one(CheckList).picked
        if failed or picked is None:
            chosen = tuple(c for c in CHECKS if (r := self._report.results.get(c.id)) is None or r.status is not Status.PASS)
        else:
            chosen = (picked.check,)
        self._run(chosen, self._report)

    def action_copy_fix(self) -> None:
        """Copies the commands of the first fix."""
        picked = self.query_one(CheckList).picked
        if picked is None or not picked.answer.fixes:
            self.hint("there is no fix to copy in this row")
            return
        fix = picked.answer.fixes[0]
        self.post_message(CopyAsked("\n".join(c.run for c in fix.commands) or fix.text, f"fix of {picked.check.id}"))

    def action_copy_report(self) -> None:
        """Copies the whole report as markdown."""
        self.post_message(CopyAsked(markdown(self._report), "report"))

    @work(exclusive=True, group="accept")
    async def action_accept(self) -> None:
        """Takes a failed size of the machine on, with a reason that stays in the report."""
        picked = self.query_one(CheckList).picked
        if picked is None or picked.status is not Status.FAIL:
            self.hint("only a failed check can be accepted")
            return
        if picked.check.id not in ACCEPTABLE:
            self.hint(f"{picked.check.id} cannot be accepted: the build breaks without it")
            return
        text = f"{picked.answer.observed}; needs: {picked.answer.required}\nIt stays in the report as accepted; the build may fail of it."
        choices = (
            Choice("", "Back"),
            Choice("test", "Accept: this is a test machine"),
            Choice("try", "Accept: I want to try it with less"),
        )
        word = await self.app.push_screen_wait(Ask(f"Accept {picked.check.id}?", text, choices))
        if word:
            accepted = CheckAccepted(picked.check.id, {"test": "a test machine", "try": "tried with less"}[word])
            self.answer(accepted)
            # the answer is still on its way back when the check runs again
            self._run((picked.check, *_dependants(picked.check)), self._report, self.draft.after(accepted))

    def action_unfold(self) -> None:
        """Shows the passes."""
        self.query_one(CheckList).toggle(self._report)

    def action_go_on(self) -> None:
        """Continues whatever failed: answers can be prepared on an unready machine."""
        self.leave("next")


def _dependants(check: Check) -> tuple[Check, ...]:
    return tuple(c for c in CHECKS if check.id in c.needs)
