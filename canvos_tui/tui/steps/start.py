"""The three doors: go on, watch a build, check only; and a new start."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import OptionList, Static

from canvos_tui.core.answers.draft import TagChosen
from canvos_tui.core.errors import CanvosError
from canvos_tui.core.questions import start as rules
from canvos_tui.core.questions.choice import Choice
from canvos_tui.core.run.outcome import Outcome
from canvos_tui.core.session import BegunAnew, Checked, CheckoutSeen, RunChosen
from canvos_tui.core.terminal.marks import Mark
from canvos_tui.core.text import ago, elapsed
from canvos_tui.tui.doorstep import WELCOME
from canvos_tui.tui.painting.looks import of_outcome
from canvos_tui.tui.step_panel import StepPanel
from canvos_tui.tui.widgets.panel import Panel
from canvos_tui.tui.widgets.row_list import RowList

if TYPE_CHECKING:
    from canvos_tui.core.answers.draft import Draft
    from canvos_tui.core.run.result import RunInfo
    from canvos_tui.core.session import Session

PROMISE = "The guide's 16 steps, from this Linux machine to a verified AMI."
NAME = 11  # columns of a door's name
BREATH = 0.05  # seconds in which what was typed has its effect: looking loads much
_AROUND = 4  # columns that a panel takes for its border and its padding
AGAIN = 5.0  # seconds between two looks at builds that run


class Start(StepPanel):
    """Only the doors that lead somewhere are shown."""

    TITLE = "Start"
    ABOUT = rules.ABOUT

    def compose(self) -> ComposeResult:
        """Title, doors, what to have ready, the last builds."""
        yield Static(Content.assemble((WELCOME, "bold"), "\n", (PROMISE, "$text-muted")), id="welcome", markup=False)
        yield Panel(RowList(id="doors"), title="Start")
        yield Panel(Static(self._have_ready(), id="have-ready", markup=False), title="Have ready", small=rules.NOTHING_WRITTEN)
        path = [Content.assemble((f"{name:<9}", "bold"), f"{what:<66}", (steps, "$text-muted")) for name, what, steps in rules.PATH]
        yield Panel(Static(Content("\n").join(path), markup=False), title="The way", small="F1 explains each page", id="path-box")

    def _have_ready(self) -> Content:
        bullets = [Content.assemble((f"{Mark.BULLET.sign} ", "$text-accent"), thing) for thing in rules.have_ready(self.draft)]
        return Content("\n").join(bullets)

    def on_mount(self) -> None:
        """The doors that are known without looking."""
        self._fill()
        self.set_interval(AGAIN, self._follow)

    def on_resize(self) -> None:
        """Another width, other lines of the last builds."""
        if self._builds is not None:
            self._fill()

    def _follow(self) -> None:
        """A build that runs goes on while one looks at this page."""
        if self.screen.is_current and any(info.live for info in self.known.runs):
            self._look()

    def entered(self) -> None:
        """Looks for runs each time the page comes to the front."""
        self.query_one("#doors").focus()
        self.set_timer(BREATH, self._look)

    @work(exclusive=True)
    async def _look(self) -> None:
        try:
            self.learn(await rules.look_around(self.ports, self.draft))
            if self.draft.folder is not None and self.known.checkout is None:
                from canvos_tui.core.checkout.facts import look

                facts = await look(self.ports, self.draft.folder)
                self.learn(CheckoutSeen(facts.state, facts.versions, facts.tags, facts.systems))
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
        """Whoever continues goes past the check page; what it would find is needed at the review all the same."""
        from canvos_tui.core.checks.check import Context
        from canvos_tui.core.checks.registry import CHECKS
        from canvos_tui.core.checks.report import Report
        from canvos_tui.core.checks.routes import of_route
        from canvos_tui.core.checks.runner import run

        if self.known.report is None:
            checks = of_route(CHECKS, self.draft.route)
            results = await run(checks, Context(self.ports, self.draft), lambda _: None)
            report = Report(checks, {r.check.id: r for r in results})
            self.learn(Checked(report, self.ports.clock.now()))

    def watch_known(self) -> None:
        """A run that ended or began changes the doors."""
        draft, known = self._told
        if self.is_mounted and not (draft is self.draft and known is self.known):  # a data binding begins with what is told already
            self._fill()

    def watch_draft(self) -> None:
        """So does the first answer; another route needs other things."""
        if self.is_mounted and self._told[0] is not self.draft:
            self.query_one("#have-ready", Static).update(self._have_ready())
        self.watch_known()

    def _doors(self) -> tuple[Choice, ...]:
        return tuple(rules.doors(self.draft, self.known, self.ports.environ.get("HOME", ""), self.ports.clock.now()))

    def _fill(self) -> None:
        self._told = self.draft, self.known
        doors = [Content.assemble(door.line[:NAME], (door.line[NAME:], "$text-muted")) for door in self._doors()]
        self.query_one("#doors", RowList).fill(doors, None if len(doors) == self._shown else 0)
        self._shown = len(doors)
        lines = [self._line(info) for info in self.known.runs if not info.live][:3]
        if lines and self._builds is None:
            self._builds = Static("", id="last-runs", markup=False)
            _ = self.mount(Panel(self._builds, title="Last builds", id="last-runs-box"), before="#path-box")
        if self._builds is not None:
            self._builds.update(Content("\n").join(lines))
            self.query_one("#last-runs-box").display = bool(lines)

    _told: tuple[Draft | None, Session | None] = (None, None)  # whose doors and builds stand there
    _builds: Static | None = None  # the last ones, where there are any
    _shown = 0  # doors; a new one takes the cursor, because it comes first

    def _line(self, info: RunInfo) -> Content:
        outcome = info.outcome or Outcome.INTERRUPTED
        mark, style = of_outcome(outcome)
        when = ago(self.ports.clock.now(), info.created)
        line = Content.assemble((f"{mark.sign} ", style), f"{when:<12}{info.tag:<11}")
        took = elapsed(info.took) if info.took is not None else ""
        room = max(22, self.size.width - _AROUND - line.cell_length - len(took) - 2)
        found, style = (info.ami, "bold") if outcome is Outcome.SUCCEEDED and info.ami else (info.why or outcome.value, style)
        first, *below = textwrap.wrap(found, room)  # what became of a build is never cut
        indent = "\n" + " " * line.cell_length
        return Content.assemble(
            line, (first.ljust(room), style), (f"  {took}", "$text-muted"), *((f"{indent}{more}", style) for more in below)
        )

    def way_on(self) -> str:
        """The line under the cursor."""
        return "Open"

    def go_on(self) -> None:
        """As Enter does."""
        self.query_one("#doors", RowList).action_select()

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
