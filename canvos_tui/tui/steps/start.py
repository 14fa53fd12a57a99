"""The three doors: go on, watch a build, check only; and a new start."""

from __future__ import annotations

from textual import on, work
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from canvos_tui.core.answers.draft import TagChosen
from canvos_tui.core.checkout.facts import look
from canvos_tui.core.errors import CanvosError
from canvos_tui.core.questions import start as rules
from canvos_tui.core.questions.choice import Choice
from canvos_tui.core.run.result import RunInfo
from canvos_tui.core.session import BegunAnew, Checked, CheckoutSeen, RunChosen, RunsSeen
from canvos_tui.core.text import ago
from canvos_tui.tui.doorstep import WELCOME
from canvos_tui.tui.step_panel import StepPanel

HAVE_READY = f"{rules.HAVE_READY}\n\nAny screen: F1 explains. F2 shows the guide's commands. Esc goes back."


class Start(StepPanel):
    """Only the doors that lead somewhere are shown."""

    TITLE = "Start"
    WAY_ON = "choose a line: Enter opens it"
    ABOUT = rules.ABOUT

    def compose(self) -> ComposeResult:
        """Title, doors, what to have ready, the last runs."""
        yield Static(f"{WELCOME}\n", markup=False)
        yield OptionList(id="doors", compact=True, markup=False)
        yield Static("\n" + HAVE_READY, markup=False)
        yield Static("", id="last-runs", markup=False)

    def on_mount(self) -> None:
        """The doors that are known without looking."""
        self._fill()

    def entered(self) -> None:
        """Looks for runs each time the page comes to the front."""
        self.query_one("#doors").focus()
        self._look()

    @work(exclusive=True)
    async def _look(self) -> None:
        try:
            self.learn(RunsSeen(await self.ports.runs.infos()))
            if self.draft.folder is not None and self.known.checkout is None:
                facts = await look(self.ports, self.draft.folder)
                self.learn(CheckoutSeen(facts.state, facts.versions, facts.tags))
                if self.draft.tag and self.draft.tag != facts.state.tag:
                    self.answer(TagChosen(""))  # another tag was checked out since
        except CanvosError as error:
            self.hint(f"! {error}")

    def _go_on(self) -> None:
        """To where one was; a run that this window has not shown yet is read from its first event, as `attach` does."""
        page, run = rules.left_at(self.draft, self.known)
        if run:
            self.learn(RunChosen(run))
        self.leave(page)

    @work(exclusive=True, group="checks")
    async def _check(self) -> None:
        """Whoever continues goes past the check page; what it would find is needed on screen 8 all the same."""
        from canvos_tui.core.checks.check import Context
        from canvos_tui.core.checks.registry import CHECKS
        from canvos_tui.core.checks.report import Report
        from canvos_tui.core.checks.runner import run

        if self.known.report is None:
            results = await run(CHECKS, Context(self.ports, self.draft), lambda _: None)
            report = Report(CHECKS, {r.check.id: r for r in results})
            self.learn(Checked(report, self.ports.clock.now()))

    def watch_known(self) -> None:
        """A run that ended or began changes the doors."""
        if self.is_mounted:
            self._fill()

    def watch_draft(self) -> None:
        """So does the first answer."""
        self.watch_known()

    def _doors(self) -> tuple[Choice, ...]:
        return tuple(rules.doors(self.draft, self.known))

    def _fill(self) -> None:
        doors = self.query_one("#doors", OptionList)
        wanted = [Option(door.line, id=door.word.replace(" ", "_")) for door in self._doors()]
        now = [str(doors.get_option_at_index(n).prompt) for n in range(doors.option_count)]
        if now != [str(o.prompt) for o in wanted]:
            doors.clear_options()
            doors.add_options(wanted)
            doors.highlighted = 0
        self.query_one("#last-runs", Static).update(Content(self._last()))

    def _last(self) -> str:
        ended = [info for info in self.known.runs if not info.live][:3]
        return "\nLast runs\n" + "\n".join(f"  {self._line(info)}" for info in ended) if ended else ""

    def _line(self, info: RunInfo) -> str:
        outcome = info.outcome.value if info.outcome else "interrupted"
        return f"{info.run_id}  {info.tag:<9} {outcome:<12} {info.ami or '-':<22} {ago(self.ports.clock.now(), info.created)}"

    @on(OptionList.OptionSelected, "#doors")
    def _opened(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        word = self._doors()[event.option_index].word
        if word.startswith(rules.WATCH):
            self.learn(RunChosen(word.removeprefix(rules.WATCH)))
            self.leave("build")
        elif word == "new":
            self.answer(rules.anew(self.ports.environ, self.draft, self.known))
            self.learn(BegunAnew())
            self.leave("check")
        elif word == "continue":
            self._check()
            self._go_on()
        else:
            self.leave(word)
