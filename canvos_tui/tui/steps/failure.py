"""How a run that did not succeed ended: phase, cause, what AWS said, what is there already, how to go on."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from canvos_tui.core.result import Outcome, RunResult
from canvos_tui.core.summary import finding_lines, headline
from canvos_tui.core.text import middle
from canvos_tui.tui.step_panel import StepPanel

WAYS = (
    ("build", "Look at the log and the phases"),
    ("aws", "Check the AWS rights again (screen 7)"),
    ("review", "Run step 16 again: the whole build, from the review (screen 8)"),
    ("start", "Leave it as it is"),
)


class Failure(StepPanel):
    """Shown for every outcome but success."""

    TITLE = "Failure"
    ABOUT = (
        "The first cause is named, not the last error line. A repeated run builds everything again: the build's cache is gone "
        "when its container ends. What is left behind costs money until it is removed."
    )

    def compose(self) -> ComposeResult:
        """Text and ways on."""
        yield VerticalScroll(Static("", id="failure-text", markup=False), id="failure-box")
        yield Static("-- go on " + "-" * 60, markup=False)
        yield OptionList(*[Option(line, id=f"way-{word}") for word, line in WAYS], id="ways", compact=True, markup=False)

    def on_mount(self) -> None:
        """Nothing to show before there is a result."""
        self.watch_known()

    def entered(self) -> None:
        """The ways on have the focus."""
        if self.display:
            self.query_one("#ways").focus()

    def watch_known(self) -> None:
        """A result arrived."""
        if not self.is_mounted:
            return
        result = self.known.result
        self.display = result is not None and result.outcome is not Outcome.SUCCEEDED
        if result is not None and self.display:
            self.query_one("#failure-text", Static).update(Content("\n".join(failure_lines(result))))

    @on(OptionList.OptionSelected, "#ways")
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.leave(WAYS[event.option_index][0])


def failure_lines(result: RunResult) -> list[str]:
    """The failure in the order a reader needs it."""
    code = f"   exit {result.exit_code} of earthly.sh" if result.exit_code is not None else ""
    lines = [f"{headline(result)}{code}", f"run {result.run_id}   log {middle(result.log, 48)}"]
    cause = result.cause
    if cause is not None:
        lines.append(f"-- {cause.id} " + "-" * max(0, 66 - len(cause.id)))
        lines += [f"Cause  {cause.title}", f"       {cause.explanation}"]
        lines += [f"Fix    {fix}" for fix in cause.fix]
        lines += [f"       | {line}" for line in cause.evidence[:4]]
        lines += [f"Doc    {url}" for url in cause.docs[:2]]
        lines += [f"       log line {cause.line}"] if cause.line else []
    elif result.outcome is Outcome.FAILED:
        lines.append("No known cause. The log's first error line tells most; it is on the next line here if there was one.")
    lines.append("-- seen in AWS " + "-" * 56)
    lines += finding_lines(result.findings) or ["nothing was asked"]
    if result.left_behind:
        lines.append("-- left behind " + "-" * 56)
        for left in result.left_behind:
            lines.append(f"{left.kind:<12}{left.id}{'' if left.certain else '  (not certain)'}  {left.note}")
            lines += [f"            {left.remove}"] if left.remove else []
    return lines
