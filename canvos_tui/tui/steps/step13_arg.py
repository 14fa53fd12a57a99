"""Guide step 13: review everything, see the diff, write, build. Nothing was written before this screen."""

from __future__ import annotations

from dataclasses import replace

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Button, OptionList, Static

from canvos_tui.core.answers import fields
from canvos_tui.core.answers.draft import RouteChosen
from canvos_tui.core.answers.file_changes import DiffLine
from canvos_tui.core.answers.routes import parse_route
from canvos_tui.core.errors import CanvosError
from canvos_tui.core.questions import review
from canvos_tui.core.readiness import Blocker, blockers
from canvos_tui.core.session import RunChosen
from canvos_tui.core.terminal.marks import Mark
from canvos_tui.core.text import middle
from canvos_tui.tui.checks.titles import titled
from canvos_tui.tui.dialogs.confirm import Ask, Choice
from canvos_tui.tui.dialogs.read_text import ReadText
from canvos_tui.tui.painting.answers import AnswerRow, answer_rows, then, way_on
from canvos_tui.tui.painting.blocks import said
from canvos_tui.tui.step_panel import StepPanel
from canvos_tui.tui.widgets.panel import Panel, State
from canvos_tui.tui.widgets.push import Push
from canvos_tui.tui.widgets.row_list import RowList

STYLES = {"+": "$text-success", "-": "$text-error", "@": "$text-muted", "f": "bold"}


def coloured(lines: tuple[DiffLine, ...]) -> Content:
    """The diff with added and removed lines in colour; the sign at the start says it without."""
    return Content("\n").join([Content.styled(d.text, STYLES.get(d.kind, "")) for d in lines])


class WriteFiles(StepPanel):
    """The answers with their sources, what is written and run then, and three buttons."""

    GUIDE, TITLE = (13,), "Review and write"
    ABOUT = (
        "Enter on a value goes to its screen. d shows the whole diff. Existing files are kept as copies with a time stamp. " + review.ABOUT
    )
    BINDINGS = [
        Binding("d", "diff", "Diff"),
        Binding("t", "user_data", "user-data"),
        Binding("w", "write", "Write only", show=False),
        Binding("r", "route", "Route", show=False),
    ]

    def compose(self) -> ComposeResult:
        """Values, diff, what is left, buttons."""
        yield Panel(RowList(id="review"), title="Your answers", id="review-box")
        yield Panel(Static("", id="left", markup=False), title="Then", small="steps 13, 15, 16")
        with Panel(title="Changes", id="diff-panel"):
            yield VerticalScroll(Static("", id="diff", markup=False), id="diff-box")
        with Horizontal(classes="field-line", id="review-ways"):
            yield Push("Write and build", id="write-build", first=True)
            yield Push("Write only", id="write-only")
            yield Push("Dry run", id="dry-run")

    def on_mount(self) -> None:
        """No changes known yet."""
        self._pending = review.Pending()
        self._problem = ""

    def entered(self) -> None:
        """Reads the files each time: they may have changed."""
        self.query_one("#review").focus()
        self._read()

    def watch_draft(self) -> None:
        """Another answer, another diff."""
        if self.is_mounted:
            self._read()

    def watch_known(self) -> None:
        """Checks change what is left to do."""
        if self.is_mounted:
            self._left()

    @work(exclusive=True, group="read")
    async def _read(self) -> None:
        await self._load()

    async def _load(self) -> None:
        """What would be written, from the files as they are now."""
        if self.draft.folder is None:
            return
        try:
            self._pending, self._problem = await review.look(self.ports, self.draft), ""
        except CanvosError as error:
            self._pending, self._problem = replace(self._pending, changes=()), f"{error}. {error.remedy}"
        self._show()

    def _show(self) -> None:
        self.query_one("#diff", Static).update(self._diff())
        self._left()

    def _diff(self) -> Content:
        parts: list[Content] = []
        if self._problem:
            parts.append(Content(f"x {self._problem}"))
        for change in self._pending.changes:
            parts.append(Content.styled(f"-- {review.heading(change)} " + "-" * 20, "bold"))
            parts.append(coloured(tuple(d for d in change.diff if d.kind != "f")))
        parts += [Content(f"! {line}") for line in self._pending.warnings()]
        return Content("\n").join(parts)

    def _left(self) -> None:
        """The rows, what is going to be done, and what the first button does."""
        found = self._against(blockers(self.draft, self.known))
        width = max(40, self.size.width - 6)
        listed = self.query_one("#review", RowList)
        stood = [row.row.name for row in self._rows[listed.highlighted or 0 :]][:1]
        self._rows = answer_rows(self.draft, self.known, found, user_data=self._pending.has_user_data)
        failed = [n for n, row in enumerate(self._rows) if row.mark is Mark.FAILED]
        at = next((n for n, row in enumerate(self._rows) if [row.row.name] == stood), None)  # another route has other rows before it
        listed.fill([row.drawn(width - 2) for row in self._rows], at, errors=failed)
        box = self.query_one("#review-box", Panel)
        box.entitle("Your answers", f"{len(found)} missing" if found else "")
        box.say(State.ERROR if found else State.REST)
        warned = (*self._pending.warnings(), *review.warnings(self.draft, self.known))
        lines = [said(f"x {self._problem}")] if self._problem else list(then(self.draft, self._pending.changes, warned, width))
        self.query_one("#left", Static).update(Content("\n").join(lines))
        self.query_one("#write-build", Push).rename(self.way_on())

    _rows: tuple[AnswerRow, ...] = ()

    def _against(self, found: tuple[Blocker, ...]) -> tuple[Blocker, ...]:
        """The same in the words of the screens."""
        checks = self.known.report.checks if self.known.report is not None else ()
        return tuple(replace(blocker, text=titled(blocker.text, checks)) for blocker in found)

    def on_resize(self) -> None:
        """Another width, other rows."""
        self.call_after_refresh(self._left)

    @on(OptionList.OptionSelected, "#review")
    async def _change(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        row = self._rows[event.option_index]
        if row.row.key == review.ROUTE:
            await self.action_route()
            return
        self.leave(row.row.page, row.key if row.key in fields.BY_KEY else "", jump=True)

    async def action_route(self) -> None:
        """Asks which way from here to the AMI."""
        await self.app.push_screen(Ask("The route to the AMI", review.about_routes(), review.route_choices(self.draft)), self._routed)

    def _routed(self, word: str | None) -> None:
        if word:
            self.answer(RouteChosen(parse_route(word)))

    async def action_diff(self) -> None:
        """The whole diff on a page of its own."""
        await self.app.push_screen(ReadText(f"Changes in {middle(str(self.draft.folder), 40)}", self._diff()))

    def action_user_data(self) -> None:
        """To the page that asks what becomes of it, and back with Esc."""
        self.leave("user-data", jump=True)

    @on(Button.Pressed)
    async def _pressed(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button.id == "dry-run":
            text = f"{self._diff().plain}\n\nThen, in {self.draft.folder}:\n{review.command(self.draft)}\n\nNothing was written."
            await self.app.push_screen(ReadText("Dry run", text))
        elif event.button.id == "write-only":
            self._write(build=False)
        else:
            self.go_on()

    @property
    def _building(self) -> bool:
        """Whether a build out of this checkout runs: there can be no second one."""
        return self.known.building and not self.known.of_another(self.draft.folder)

    def way_on(self) -> str:
        """The first button's words."""
        return way_on(blockers(self.draft, self.known), building=self._building)

    def go_on(self) -> None:
        """What the first button does."""
        if self._building:
            self.leave("build")
        else:
            self._write(build=True)

    def action_write(self) -> None:
        """Writes without building."""
        self._write(build=False)

    @work(exclusive=True, group="write")
    async def _write(self, *, build: bool) -> None:
        found = self._against(review.against(self.draft, self.known, build=build))
        if found:
            self.leave(found[0].page, found[0].key, f"x {found[0].text}", jump=True)
            return
        await self._load()  # the files may have changed since, and a quick key comes before the first look at them
        if self._problem or self.draft.folder is None:
            self.hint(f"x {self._problem or 'there is no checkout to write into'}")
            return
        if build and self._pending.fatal:
            self.hint(f"x {self._pending.fatal}")
            return
        if build and not await self._confirmed():
            return
        try:
            written = await review.write(self.ports, self.draft, self._pending)
            names = ", ".join(w.name for w in written) or "nothing, all was as wanted"
            self.hint(f"written: {names}")
            for answer in review.follows(self.draft):
                self.answer(answer)
            if build:
                await self._start()
        except CanvosError as error:
            self.notify(f"{error}. {error.remedy}", severity="error", timeout=20, markup=False)
            self.hint(f"x {error}")
        self._read()

    async def _confirmed(self) -> bool:
        if review.joins(self.draft, self._pending):
            return True
        choices = (
            Choice("choose", "Choose one  the page user-data shows the ways"),
            Choice("go", "Go on       build without it: instances will not register with Palette"),
        )
        word = await self.app.push_screen_wait(Ask("There is no user-data file", "", choices))
        if word == "choose":
            self.action_user_data()
        elif word != "go":
            self.hint("nothing was written")
        return word == "go"

    async def _start(self) -> None:
        self.hint("taking the baseline from AWS ...")
        run_id = await review.start(self.ports, self.draft, self._pending)
        self.learn(RunChosen(run_id))
        self.leave("build")
