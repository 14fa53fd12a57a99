"""The list of check results: failures first, passes folded, the detail of the row under the cursor below or beside it."""

from __future__ import annotations

import textwrap
from datetime import datetime

from textual.app import ComposeResult
from textual.containers import Container, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from canvos_tui.core.checks import CheckResult, Report
from canvos_tui.core.result import Status
from canvos_tui.core.text import ago, clip

STYLES = {
    Status.FAIL: "bold $text-error",
    Status.WARN: "$text-warning",
    Status.UNKNOWN: "$text-warning",
    Status.PASS: "$text-success",
    Status.SKIP: "$text-muted",
}
TEXT = 66  # columns of a text beside its label, so that 80 are enough


def heading(report: Report, now: datetime, at: datetime | None) -> str:
    """The verdict and the first failure: what a support engineer reads first."""
    word = {"ready": "READY", "not_ready": "NOT READY", "undetermined": "UNDETERMINED"}[report.verdict]
    counts = "  ".join(
        f"{report.count(s)} {s.value}" for s in (Status.FAIL, Status.UNKNOWN, Status.WARN, Status.PASS, Status.SKIP) if report.count(s)
    )
    left = len(report.checks) - len(report.results)
    running = f"   {left} running" if left else (f"   {ago(now, at)}" if at else "")
    if not report.done and report.first_failure is None:
        word = "CHECKING"
    first = report.first_failure
    if word == "READY" and report.count(Status.SKIP):
        word = "READY SO FAR"
    line = f"{word}   {counts}{running}"
    return f"{line}\nfirst: {first.check.id}  {first.answer.observed}" if first else line


def detail(result: CheckResult) -> Content:
    """Everything about one check: observed, why, fixes with commands, evidence."""
    check, answer = result.check, result.answer
    head = f"-- {check.id} - {check.title} "
    lines = [f"{head.ljust(46, '-')} {check.severity.value} - {check.guide}"]
    lines += labelled("Observed", answer.observed + (f" (accepted: {result.accepted})" if result.accepted else ""))
    lines += labelled("Needs", answer.required) if answer.required else []
    lines += labelled("Why", check.why)
    for number, fix in enumerate(answer.fixes):
        lines += labelled("Or" if number else "Fix", fix.text)
        lines += [f"          {c.run}{'    [root]' if c.root else ''}" for c in fix.commands]
    lines += [f"Doc       {url}" for url in check.docs]
    how = answer.method.value.replace("_", " ")
    lines += labelled("How", f"{how}, {result.seconds:.1f} s" + (", timed out" if result.timed_out else ""))
    for piece in answer.evidence:
        code = f"   exit {piece.exit_code}" if piece.exit_code is not None else ""
        lines.append(f"Evidence  $ {piece.command}{code}\n{piece.output.strip()[:2000]}")
    return Content("\n".join(lines))


def labelled(label: str, text: str) -> list[str]:
    """A label and its text, wrapped so that it stays beside the label. Commands are never wrapped: they are copied."""
    rows = textwrap.wrap(text, TEXT, break_long_words=False) or [""]
    return [f"{label:<10}{rows[0]}", *(f"{'':<10}{row}" for row in rows[1:])]


class CheckList(Container):
    """Rows and detail; posts Picked for the row under the cursor."""

    class Picked(Message):
        """Another row is under the cursor."""

        def __init__(self, result: CheckResult | None) -> None:
            self.result = result
            super().__init__()

    def __init__(self) -> None:
        super().__init__(id="check-list")
        self._rows: list[CheckResult | None] = []
        self._unfolded = False
        self._moved = False

    def compose(self) -> ComposeResult:
        """List and detail."""
        yield OptionList(id="check-rows", compact=True, markup=False)
        yield VerticalScroll(Static("", id="check-detail", markup=False), id="check-detail-box", can_focus=False)

    def show(self, report: Report) -> None:
        """Fills the rows; the cursor stays on its check once the user has moved it, else it stands on the first."""
        rows = self.query_one("#check-rows", OptionList)
        standing = self.picked
        self._rows = []
        options = []
        for result in report.ordered():
            if result.status in {Status.PASS, Status.SKIP} and not self._unfolded:
                continue
            self._rows.append(result)
            options.append(Option(self._line(result)))
        for check in report.checks:
            if check.id not in report.results and (not report.done):
                self._rows.append(None)
                options.append(Option(Content(f".... {check.id:<22} {check.title}")))
        if not self._unfolded:
            for line in self._folded(report):
                self._rows.append(None)
                options.append(Option(Content(line)))
        rows.clear_options()
        rows.add_options(options)
        ids = [r.check.id if r else "" for r in self._rows]
        if options:
            keep = self._moved and standing is not None and standing.check.id in ids
            rows.highlighted = ids.index(standing.check.id) if keep and standing is not None else 0

    @staticmethod
    def _folded(report: Report) -> list[str]:
        lines = []
        for status in (Status.SKIP, Status.PASS):
            counted: dict[str, int] = {}
            for result in report.results.values():
                if result.status is status:
                    counted[result.check.category] = counted.get(result.check.category, 0) + 1
            if counted:
                lines.append(f"{status.label} " + "   ".join(f"{name} {n}" for name, n in counted.items()) + "     Space: unfold")
        return lines

    @staticmethod
    def _line(result: CheckResult) -> Content:
        observed = clip(result.answer.observed, 34)
        wanted = f"accepted: {result.accepted}" if result.accepted else f"needs: {result.answer.required}"
        required = wanted if result.answer.required and result.status is not Status.SKIP else ""
        return Content.assemble((result.status.label, STYLES[result.status]), f" {result.check.id:<19} {observed:<35}{clip(required, 40)}")

    @property
    def picked(self) -> CheckResult | None:
        """The result under the cursor."""
        at = self.query_one("#check-rows", OptionList).highlighted
        return self._rows[at] if at is not None and at < len(self._rows) else None

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Opens the detail of the row."""
        event.stop()
        picked = self.picked
        self.query_one("#check-detail", Static).update(detail(picked) if picked else "")
        self.post_message(self.Picked(picked))

    def on_key(self) -> None:
        """From the first key on the cursor belongs to the user."""
        self._moved = True

    def toggle(self, report: Report) -> None:
        """Shows or folds the passes."""
        self._unfolded = not self._unfolded
        self.show(report)
