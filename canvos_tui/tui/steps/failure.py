"""How a run that did not succeed ended: phase, cause, what AWS said, what is there already, how to go on."""

from __future__ import annotations

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from canvos_tui.core.errors import CanvosError
from canvos_tui.core.run.result import Outcome, RunResult
from canvos_tui.core.session import Ended
from canvos_tui.core.text import middle
from canvos_tui.core.verdict.aftermath import final_result
from canvos_tui.core.verdict.import_cancel import end_import, offer, open_import
from canvos_tui.core.verdict.summary import NOT_ASKED, cause_lines, finding_lines, headline, left_lines
from canvos_tui.tui.dialogs.confirm import Ask, Choice
from canvos_tui.tui.step_panel import StepPanel

WAYS = (
    ("build", "Look at the log and the phases"),
    ("aws", "Check the AWS rights again (screen 7)"),
    ("review", "Run step 16 again: the whole build, from the review (screen 8)"),
)
LEAVE = ("start", "Leave it as it is")
END = "end-import"
ABOUT_END = "AWS stops the import and makes no snapshot. The object in the bucket stays."
CHOICES = (Choice("", "Let it go on"), Choice("go", "End it"))


class Failure(StepPanel):
    """Shown for every outcome but success."""

    TITLE = "Failure"
    WAY_ON = "choose how to go on: Enter takes the line"
    ABOUT = (
        "The first cause is named, not the last error line. A repeated run builds everything again: the build's cache is gone "
        "when its container ends. What is left behind costs money until it is removed. An import that began goes on in AWS; "
        "whether your keys may end it (ec2:CancelImportTask, which the guide does not ask for) is found out without ending it."
    )

    BINDINGS = [Binding("c", "copy", "Copy commands")]

    def compose(self) -> ComposeResult:
        """Text and ways on."""
        yield VerticalScroll(Static("", id="failure-text", markup=False), id="failure-box")
        yield Static("", id="failure-import", markup=False)
        yield Static("-- go on " + "-" * 60, markup=False)
        yield OptionList(id="ways", compact=True, markup=False)

    def on_mount(self) -> None:
        """Nothing to show before there is a result."""
        self._about = ("", False)  # the import that AWS was asked about, and whether the run is another checkout's
        self._show_ways("")
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
            headline, *rest = failure_lines(result)
            colour = "$text-error" if result.outcome is Outcome.FAILED else "$text-warning"
            self.query_one("#failure-text", Static).update(
                Content("\n").join([Content.styled(headline, f"bold {colour}"), *map(Content, rest)])
            )
            task = result.import_left.id if result.import_left is not None else ""
            about = (task, self.known.of_another(self.draft.folder))
            if about != self._about:
                self._about = about
                self._show_ways("")
                if task:
                    self._offer(task)

    def _show_ways(self, task: str) -> None:
        """The ways on; among them to end that import, where it is given. The steps are those of this window's checkout."""
        ways = (*(WAYS[:1] if self._about[1] else WAYS), *([(END, f"End {task} in AWS")] if task else []), LEAVE)
        listed = self.query_one("#ways", OptionList)
        at = listed.highlighted or 0
        listed.clear_options()
        listed.add_options([Option(line, id=word) for word, line in ways])
        listed.highlighted = min(at, len(ways) - 1)

    def action_copy(self) -> None:
        """Copies what removes the left-overs, a command a line."""
        result = self.known.result
        commands = [left.removal for left in result.left_behind if left.removal] if result is not None else []
        if commands:
            self.copy("\n".join(commands), "commands for what is left")
        else:
            self.decline("nothing is left that a command removes")

    def _say(self, text: str) -> None:
        self.set_class(bool(text), "-noted")
        self.query_one("#failure-import", Static).update(Content(text))

    @work(exclusive=True, group="offer")
    async def _offer(self, task: str) -> None:
        """An import goes on: whoever may end it is offered that, everybody else gets the command."""
        try:
            found = await offer(self.ports, self.known.run_id, task)
        except CanvosError as error:
            self._say(f"! {error}. {error.remedy}")
            return
        self._show_ways(task if found.allowed else "")
        self._say("" if found.allowed else f"! {found.text}")

    @work(exclusive=True, group="end-import")
    async def _end(self, task: str) -> None:
        """Asks once more, ends it, and shows what AWS shows afterwards."""
        if not await self.app.push_screen_wait(Ask(f"End {task}?", ABOUT_END, CHOICES)):
            return
        self._say("asking AWS ...")
        try:
            ending = await end_import(await open_import(self.ports, self.known.run_id))
            text = f"{'' if ending.proven else '! '}{ending.text}"
        except CanvosError as error:
            text = f"x {error}. {error.remedy}"
        self.learn(Ended(await final_result(self.ports, self.known.run_id)))  # first, so that whoever reads the end may leave
        self._say(text)

    @on(OptionList.OptionSelected, "#ways")
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if event.option_id == END:
            self._end(self._about[0])
        else:
            self.leave(event.option_id or "start")


def failure_lines(result: RunResult) -> list[str]:
    """The failure in the order a reader needs it."""
    code = f"   exit {result.exit_code} of earthly.sh" if result.exit_code is not None else ""
    lines = [f"{headline(result)}{code}", f"run {result.run_id}   log {middle(result.log, 48)}"]
    if result.cause is not None:
        lines.append(f"-- {result.cause.id} " + "-" * max(0, 66 - len(result.cause.id)))
    lines += cause_lines(result)
    lines.append("-- seen in AWS " + "-" * 56)
    lines += finding_lines(result.findings) or [NOT_ASKED]
    if result.left_behind:
        lines.append("-- left behind " + "-" * 56)
        lines += [line for left in result.left_behind for line in left_lines(left)]
    return lines
