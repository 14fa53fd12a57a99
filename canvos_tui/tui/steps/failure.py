"""How a run that did not succeed ended: phase, cause, what AWS said, what is there already, how to go on."""

from __future__ import annotations

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static

from canvos_tui.core.answers.draft import RouteChosen
from canvos_tui.core.answers.routes import Route
from canvos_tui.core.errors import CanvosError
from canvos_tui.core.log.excerpt import excerpt
from canvos_tui.core.questions.result import END, LEAVE, LEFT, RESUME, THROUGH_S3, failure_ways
from canvos_tui.core.run.outcome import Outcome
from canvos_tui.core.run.result import RunResult
from canvos_tui.core.run.stage import BY_ID, StageId
from canvos_tui.core.session import Ended, RunChosen
from canvos_tui.core.stages.ground import Ground
from canvos_tui.core.stages.resume import begin, look, start_of
from canvos_tui.core.stages.through_s3 import begin_through_s3, plan_through_s3
from canvos_tui.core.stages.words import choices_of, lines_of
from canvos_tui.core.text import middle
from canvos_tui.core.verdict.aftermath import final_result
from canvos_tui.core.verdict.import_cancel import end_import, offer, open_import
from canvos_tui.core.verdict.summary import headline
from canvos_tui.tui.dialogs.confirm import Ask, Choice
from canvos_tui.tui.dialogs.left_overs import LeftOvers
from canvos_tui.tui.dialogs.read_text import ReadText
from canvos_tui.tui.painting.blocks import said
from canvos_tui.tui.painting.looks import MUTED, of_outcome
from canvos_tui.tui.painting.outcome import exists, why
from canvos_tui.tui.step_panel import StepPanel
from canvos_tui.tui.widgets.panel import Panel, State
from canvos_tui.tui.widgets.row_list import RowList

NAME = 25  # columns of a way's name
ABOUT_END = "AWS stops the import and makes no snapshot. The object in the bucket stays."
CHOICES = (Choice("", "Let it go on"), Choice("go", "End it"))
GO_ON = (
    Choice("", "Back         what failed may have to be mended first"),
    Choice("go", "Go on        from what is done; nothing is built again"),
)


class Failure(StepPanel):
    """Shown for every outcome but success."""

    TITLE = "Failure"
    ABOUT = (
        "The first cause is named, not the last error line. What AWS has of the run is used by Go on: an object that was uploaded is "
        "imported, a snapshot registered. Build again builds everything: the build's cache is gone when its container ends. "
        "What is left behind costs money until it is removed. An import that began goes on in AWS; "
        "whether your keys may end it (ec2:CancelImportTask, which the guide does not ask for) is found out without ending it."
    )

    BINDINGS = [
        Binding("c", "copy", "Copy commands"),
        Binding("b", "bundle", "Bundle"),
        Binding("pagedown", "scroll_text(1)", show=False, priority=True),  # the list of ways never needs a second page
        Binding("pageup", "scroll_text(-1)", show=False, priority=True),
    ]

    def compose(self) -> ComposeResult:
        """Text and ways on."""
        with VerticalScroll(id="failure-box", can_focus=False):
            yield Panel(Static("", id="failure-text", markup=False), id="failure-why")
            yield Panel(Static("", id="failure-left", markup=False), title="What exists", small="asked from AWS", id="failure-exists")
            yield Panel(Static("", id="failure-excerpt", markup=False), title="The log there", id="failure-log")
        yield Static("", id="failure-import", markup=False)
        yield Panel(RowList(id="ways"), title=self.WAYS)

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
            self._show(result)
            self._excerpt(result)
            task = result.import_left.id if result.import_left is not None else ""
            about = (task, self.known.of_another(self.draft.folder))
            if about != self._about:
                self._about = about
                self._show_ways("")
                if task:
                    self._offer(task)

    def on_resize(self) -> None:
        """Another width, other lines."""
        if self.known.result is not None and self.display:
            self.call_after_refresh(self._show, self.known.result)

    def _show(self, result: RunResult) -> None:
        width = max(40, self.size.width - 5)
        whose = f" of {self.known.plan.program(result.phase)}" if self.known.plan is not None else ""
        small = (result.cause.id if result.cause else "", f"exit {result.exit_code}{whose}" if result.exit_code is not None else "")
        box = self.query_one("#failure-why", Panel)
        box.entitle(f"{of_outcome(result.outcome)[0].sign} {headline(result)}", " · ".join(filter(None, small)))
        box.say(State.ERROR if result.outcome is Outcome.FAILED else State.WARNING)
        self.query_one("#failure-text", Static).update(why(result, width))
        self.query_one("#failure-exists", Panel).entitle("What exists", f"asked from AWS · log {middle(result.log, 40)}")
        self.query_one("#failure-left", Static).update(exists(result, width))

    @work(exclusive=True, group="excerpt")
    async def _excerpt(self, result: RunResult) -> None:
        """The lines around the first error, or the last ones; for windows that have the room."""
        try:
            first, lines, at = await excerpt(self.ports.runs, self.known.run_id, result.cause.line if result.cause is not None else 0)
        except CanvosError:
            first, lines, at = 1, [], 0  # its folder is gone
        shown = [Content.styled(said, "$text-error" if first + n == at else MUTED) for n, said in enumerate(lines)]
        self.query_one("#failure-excerpt", Static).update(Content("\n").join(shown))
        small = f"lines {first} to {first + len(lines) - 1}" if lines else "there is none"
        self.query_one("#failure-log", Panel).entitle("The log there" if at else "The end of the log", small)

    def action_scroll_text(self, way: int) -> None:
        """A page of what is said, whatever has the focus."""
        box = self.query_one("#failure-box", VerticalScroll)
        box.scroll_relative(y=way * max(1, box.size.height - 1), animate=False)

    def _show_ways(self, task: str) -> None:
        """The ways on; among them to end that import, where it is given. The steps are those of this window's checkout."""
        result = self.known.result
        found = failure_ways(result, another=self._about[1], task=task) if result is not None else ()
        self._words = [way.word for way in found]
        lines = [Content.assemble(way.line[:NAME], (way.line[NAME:], MUTED)) for way in found]
        self.query_one("#ways", RowList).fill(lines)

    _words: list[str] = []  # what each of the ways on leads to

    def action_copy(self) -> None:
        """Copies what mends the cause and what removes the left-overs, a command a line."""
        result = self.known.result
        fixes = result.cause.remedies if result is not None and result.cause is not None else ()
        commands = [command.run for fix in fixes for command in fix.commands]
        commands += [left.removal for left in result.left_behind if left.removal] if result is not None else []
        if commands:
            self.copy("\n".join(commands), "the commands")
        else:
            self.decline("nothing here is mended or removed by a command")

    @work(exclusive=True, group="bundle")
    async def action_bundle(self) -> None:
        """One masked file of the run for whoever helps from a distance."""
        from canvos_tui.tui.dialogs.support_bundle import About, offer_bundle

        self.hint("putting the bundle together ...")
        about = About(self.ports, self.draft, self.known.run_id, self.known.report, self.known.final)
        await offer_bundle(self.app, about)
        self.hint("")

    def _say(self, text: str) -> None:
        self.set_class(bool(text), "-noted")
        self.query_one("#failure-import", Static).update(said(text))

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

    def way_on(self) -> str:
        """The way under the cursor."""
        return "Do it"

    def go_on(self) -> None:
        """As Enter does."""
        self.query_one("#ways", RowList).action_select()

    @on(OptionList.OptionSelected, "#ways")
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        word = self._words[event.option_index]
        if word == END:
            self._end(self._about[0])
        elif word == RESUME:
            self._resume()
        elif word == THROUGH_S3:
            self._through_s3()
        elif word == LEFT:
            self._left_over()
        else:
            self.leave(word, jump=word != LEAVE)

    @work(exclusive=True, group="left-over")
    async def _left_over(self) -> None:
        """What all runs of this machine left; whatever is removed there is asked for anew here."""
        await self.app.push_screen_wait(LeftOvers(self.ports, self.draft.keys))
        self.learn(Ended(await final_result(self.ports, self.known.run_id)))

    _busy = False  # somebody asked to go on, and it is being looked at, or begun

    @work(group="resume")
    async def _resume(self) -> None:
        """Asks AWS how far each stage is, shows it, and goes on when that is wished for; the page of the build follows it.

        Whoever leaves the page meanwhile wants it no more; whoever asks again has asked already.
        """
        if self._busy:
            return
        self._busy, run_id = True, self.known.run_id
        self.hint("asking AWS how far the run came ...")
        try:
            mine = not self.known.of_another(self.draft.folder)
            ground = await look(self.ports, run_id, self.draft.keys if mine else None)
            self.hint("")
            start = await self._agreed(ground) if self._here(run_id) else None
            if start is not None:
                self.hint("beginning ...")
                self.learn(RunChosen(await begin(self.ports, ground, start)))
                self.leave("build")
        except CanvosError as error:
            self.hint("")
            if self._here(run_id):
                await self.app.push_screen_wait(ReadText("It does not go on", f"{error}\n\n{error.remedy}"))
        finally:
            self._busy = False

    @work(group="resume")
    async def _through_s3(self) -> None:
        """The raw image to a bucket instead of into a snapshot; without a bucket one is asked for, and Esc comes back here."""
        bucket, run_id = self.draft.text("S3_BUCKET"), self.known.run_id
        if not bucket:
            self.answer(RouteChosen(Route.TWO_STAGE))
            self.leave("s3", "S3_BUCKET", "name the bucket; Esc comes back to the failure, whose way goes on then", jump=True)
            return
        if self._busy:
            return
        self._busy = True
        self.hint("asking AWS how far the run came ...")
        try:
            ground = await look(self.ports, run_id, self.draft.keys)
            plan = await plan_through_s3(self.ports, ground, bucket)
            self.hint("")
            what = f"{ground.raw} goes to s3://{bucket}/{plan.baseline.key}, is imported by the role vmimport, and registered."
            if not self._here(run_id):
                return
            agreed = await self.app.push_screen_wait(Ask("Through S3 instead?", what, GO_ON))
            if agreed:
                self.answer(RouteChosen(Route.TWO_STAGE))
                self.learn(RunChosen(await begin_through_s3(self.ports, ground, plan)))
                self.leave("build")
        except CanvosError as error:
            self.hint("")
            await self.app.push_screen_wait(ReadText("It does not go through S3", f"{error}\n\n{error.remedy}"))
        finally:
            self._busy = False

    def _here(self, run_id: str) -> bool:
        """Whether this page is still looked at, and that run on it."""
        return self.screen.is_current and self.display and self.known.run_id == run_id

    async def _agreed(self, ground: Ground) -> StageId | None:
        """The stage to go on with, when somebody wants it who has seen how far each is."""
        seen = "\n".join(lines_of(ground.proofs))
        try:
            start = start_of(ground)
        except CanvosError as error:
            await self.app.push_screen_wait(ReadText("How far the run came", f"{error}\n\n{error.remedy}\n\n{seen}"))
            return None
        if start is None:
            self.hint("every stage is done: the AMI is there")
            self.learn(Ended(await final_result(self.ports, ground.run)))
            return None
        ask = Ask(f"Go on with {BY_ID[start].title}? (run {ground.run})", "\n".join((seen, *choices_of(ground, start))), GO_ON)
        return start if await self.app.push_screen_wait(ask) else None
