"""Validate 1 to 4 of the guide, through the API, for the run that ended or for an image built earlier."""

from __future__ import annotations

from pathlib import Path

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Static

from canvos_tui.core.answers import fields
from canvos_tui.core.errors import CanvosError
from canvos_tui.core.pages import OF_FIELD, words
from canvos_tui.core.questions.result import NEXT, links
from canvos_tui.core.run.result import Outcome, RunResult
from canvos_tui.core.status import Status
from canvos_tui.core.verdict.summary import finding_lines, headline
from canvos_tui.core.verdict.validate import validate
from canvos_tui.tui.dialogs.confirm import Ask, Choice
from canvos_tui.tui.dialogs.read_text import ReadText
from canvos_tui.tui.step_panel import StepPanel
from canvos_tui.tui.widgets.push import Push

LOOKED_FOR = ("REGION", "S3_BUCKET", "S3_KEY")
NO_RESULT = "no build has ended here"


class Validate(StepPanel):
    """The AMI id alone on its line, the findings, the links, what is left over."""

    TITLE = "Result and validation"
    WAY_ON = "this is the last screen; Ctrl+Q leaves"
    ABOUT = "The proof is a chain of facts from AWS: the new import task, its snapshot, and an AMI of yours on that snapshot."
    BINDINGS = [
        Binding("c", "copy", "Copy AMI id"),
        Binding("l", "links", "Links"),
        Binding("d", "delete", "Delete .secret"),
        Binding("j", "json", "result.json"),
    ]

    def compose(self) -> ComposeResult:
        """Text, and for an image built earlier the button that asks AWS."""
        yield VerticalScroll(Static("", id="result-text", markup=False), id="result-box")
        with Horizontal(classes="field-line", id="validate-line"):
            yield Push("Look now", id="look")
            yield Static("", id="validate-state", markup=False)

    def on_mount(self) -> None:
        """Draws what is known."""
        self.watch_known()

    def entered(self) -> None:
        """The text scrolls with the arrows; without a run there is a button to press."""
        if self.display:
            self.query_one("#look" if self.known.result is None else "#result-box").focus()

    def watch_known(self) -> None:
        """A result arrived."""
        if not self.is_mounted:
            return
        result = self.known.result
        self.display = result is None or result.outcome is Outcome.SUCCEEDED
        self.query_one("#validate-line").display = result is None
        self.query_one("#result-text", Static).update(Content("\n".join(self._lines(result))))

    def watch_draft(self) -> None:
        """The names to look for come from the answers."""
        self.watch_known()

    def _lines(self, result: RunResult | None) -> list[str]:
        if result is None:
            draft = self.draft
            missing = self._missing()
            about = f"s3://{draft.text('S3_BUCKET')}/{draft.text('S3_KEY')} and the AMI of that name in {draft.text('REGION')}"
            return ["Look at an image already built", "", f"first needed: {self._named(missing)}" if missing else f"asks for {about}", ""]
        lines = [headline(result), "", f"  AMI   {result.ami}", ""]
        lines.append(f"Name {result.ami_name}   Region {result.region}   Snapshot {result.snapshot}")
        lines.append("-- Validate ------------------------------------------- guide, Validate 1-4")
        lines += finding_lines(result.findings)
        lines += [f"Console  {url}" for url in links(result, self.known)[:2]]
        if result.left_behind:
            lines.append("-- Left over " + "-" * 60)
            lines += [f"{left.kind} {left.id}  {left.note}" for left in result.left_behind]
        return [*lines, "", NEXT]

    def _missing(self) -> tuple[str, ...]:
        """Keys of the fields without which nothing can be looked for, in the order of the pages."""
        names = tuple(name for name in LOOKED_FOR if not self.draft.text(name))
        return names if self.draft.keys is not None else (*names, fields.AWS_ACCESS_KEY_ID.key)

    @staticmethod
    def _named(missing: tuple[str, ...]) -> str:
        return ", ".join(name if name in LOOKED_FOR else f"AWS keys ({words('keys')})" for name in missing)

    def action_copy(self) -> None:
        """Copies the AMI id."""
        if self.known.result is not None and self.known.result.ami:
            self.copy(self.known.result.ami, "AMI id")
        else:
            self.decline(f"there is no AMI id to copy: {NO_RESULT}")

    async def action_links(self) -> None:
        """All console links, bare, to copy."""
        if self.known.result is not None:
            await self.app.push_screen(ReadText("Console", "\n".join(links(self.known.result, self.known))))
        else:
            self.decline(f"there is nothing to link to: {NO_RESULT}")

    def action_json(self) -> None:
        """Where result.json lies."""
        if self.known.run_id:
            path = self.ports.runs.log_path(self.known.run_id).with_name("result.json")
            self.copy(str(path), f"path of result.json: {path}")
        else:
            self.decline(f"there is no result.json: {NO_RESULT}")

    @work(exclusive=True, group="delete")
    async def action_delete(self) -> None:
        """Deletes the .secret of the run's checkout after a question."""
        folder = Path(self.known.plan.checkout) if self.known.plan is not None else self.draft.folder
        path = folder / ".secret" if folder is not None else None
        try:
            if path is None or await self.ports.files.mode(path) is None:
                self.decline("there is no .secret to delete" + (f" in {path.parent}" if path else ": no checkout is chosen"))
                return
        except CanvosError as error:
            self.hint(f"x {error}. {error.remedy}")
            return
        choices = (Choice("", "Keep it"), Choice("go", f"Delete {path}"))
        if await self.app.push_screen_wait(
            Ask("Delete .secret?", "The keys stay valid in AWS; another build needs the file again.", choices)
        ):
            try:
                await self.ports.files.remove(path)
                self.hint(f"deleted {path}")
            except CanvosError as error:
                self.hint(f"x {error}. {error.remedy}")

    @on(Button.Pressed, "#look")
    def _pressed(self, event: Button.Pressed) -> None:
        event.stop()
        missing = self._missing()
        if missing:
            self.leave(OF_FIELD[missing[0]], missing[0], f"x needed to look for an image: {self._named(missing)}")
        else:
            self._look()

    @work(exclusive=True, group="look")
    async def _look(self) -> None:
        state = self.query_one("#validate-state", Static)
        state.update("asking AWS ...")
        draft = self.draft
        assert draft.keys is not None
        try:
            aws = await self.ports.aws.open(draft.keys, draft.text("REGION"))
            findings = await validate(aws, draft.text("S3_BUCKET"), draft.text("S3_KEY"), self.ports.clock.now())
        except CanvosError as error:
            state.update(Content(f"x {error}. {error.remedy}"))
            return
        state.update("")
        good = all(f.status is not Status.FAIL for f in findings)
        lines = [f"{'FOUND' if good else 'NOT COMPLETE'}: {draft.text('S3_KEY')} in {draft.text('REGION')}", ""]
        lines += finding_lines(findings)
        self.query_one("#result-text", Static).update(Content("\n".join(lines) + "\n"))
