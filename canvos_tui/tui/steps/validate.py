"""Validate 1 to 4 of the guide, through the API, for the run that ended or for an image built earlier."""

from __future__ import annotations

from pathlib import Path

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Button, OptionList, Static

from canvos_tui.core.answers import fields
from canvos_tui.core.errors import CanvosError, Command
from canvos_tui.core.pages import OF_FIELD, words
from canvos_tui.core.questions.result import (
    about_launch,
    bucket_of,
    launch_command,
    links,
    looked_for,
    removal_commands,
    target_of,
    ways,
)
from canvos_tui.core.run.outcome import Outcome
from canvos_tui.core.run.result import RunResult
from canvos_tui.core.stages.elsewhere import NAMES, names_of
from canvos_tui.core.status import Status
from canvos_tui.core.terminal.marks import Mark
from canvos_tui.core.text import elapsed
from canvos_tui.core.verdict.validate import validate
from canvos_tui.tui.dialogs.confirm import Ask, Choice
from canvos_tui.tui.dialogs.left_overs import LeftOvers
from canvos_tui.tui.dialogs.publish import Publish
from canvos_tui.tui.dialogs.read_text import ReadText
from canvos_tui.tui.painting.blocks import KEY, code, linked, said
from canvos_tui.tui.painting.looks import MUTED
from canvos_tui.tui.painting.outcome import findings, left_line
from canvos_tui.tui.step_panel import StepPanel
from canvos_tui.tui.widgets.panel import Panel, State
from canvos_tui.tui.widgets.push import Push
from canvos_tui.tui.widgets.row_list import RowList

REMOVE = "An image that works needs neither the object in the bucket nor the keys in .secret; another build from here needs both."
_OF_A_RESULT = {"copy", "links", "json"}  # what cannot be done without one


class Validate(StepPanel):
    """The AMI id alone on its line, the findings, what is left over, and how to go on."""

    TITLE = "Result and validation"
    ABOUT = "The proof is a chain of facts from AWS: the new import task, its snapshot, and an AMI of yours on that snapshot."
    BINDINGS = [
        Binding("c", "copy", "Copy id"),
        Binding("l", "links", "Links", show=False),
        Binding("d", "delete", "Delete .secret"),
        Binding("j", "json", "JSON"),
        Binding("pagedown", "scroll_text(1)", show=False, priority=True),  # the list of ways never needs a second page
        Binding("pageup", "scroll_text(-1)", show=False, priority=True),
    ]

    def compose(self) -> ComposeResult:
        """Text, and for an image built earlier the button that asks AWS."""
        with VerticalScroll(id="result-box", can_focus=False):
            with Panel(id="result-head"):
                yield Static("", id="result-text", markup=False)
                with Horizontal(classes="field-line", id="validate-line"):
                    yield Push("Look now", id="look", first=True)
                    yield Static("", id="validate-state", markup=False)
            yield Panel(Static("", id="result-proof", markup=False), title="Proven by AWS", small="guide, Validate 1-4", id="proof-box")
            yield Panel(Static("", id="result-launch", markup=False), title="To launch an instance", id="launch-box")
        yield Panel(RowList(id="result-ways"), title=self.WAYS, id="next-box")  # below what scrolls: the id stays in sight

    _secret: Path | None = None  # the file with the keys, where there is one
    _ways: tuple[Choice, ...] = ()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002  Textual's signature
        """What does nothing here is not offered."""
        if action in _OF_A_RESULT:
            return self.known.result is not None
        return action != "delete" or self._secret is not None

    def on_mount(self) -> None:
        """Draws what is known."""
        self.watch_known()

    def entered(self) -> None:
        """The text scrolls with the arrows; without a run there is a button to press."""
        self._find_secret()
        if self.display:
            self.query_one("#look" if self.known.result is None else "#result-ways").focus()

    def watch_known(self) -> None:
        """A result arrived."""
        if not self.is_mounted:
            return
        result = self.known.result
        self.display = result is None or result.outcome is Outcome.SUCCEEDED
        self.query_one("#validate-line").display = result is None
        self.set_class(result is not None, "-proven")
        self.refresh_bindings()
        for name in ("#proof-box", "#next-box"):
            self.query_one(name).display = result is not None
        if result is None:
            self._invite()
        else:
            self._show(result)
        if self.screen.is_current:
            self._find_secret()

    def watch_draft(self) -> None:
        """The names to look for come from the answers."""
        self.watch_known()

    def _invite(self) -> None:
        """Without a run there is an image built earlier to look for."""
        draft, missing = self.draft, self._missing()
        self.query_one("#result-head", Panel).entitle("Look at an image already built", "guide, Validate 1-4")
        text = f"first needed: {self._named(missing)}" if missing else f"asks for {looked_for(draft)}"
        self.query_one("#result-text", Static).update(Content(text))

    def _show(self, result: RunResult) -> None:
        took = ""
        if result.started_at and result.ended_at:
            took = elapsed((result.ended_at - result.started_at).total_seconds())
        head = self.query_one("#result-head", Panel)
        head.entitle(f"{Mark.DONE.sign} Your image is ready", took)
        head.say(State.SUCCESS)
        lines = [
            Content.assemble((result.ami, "bold $text-success"), ("   c", KEY), (" copies", MUTED)),
            Content.styled(f"{result.ami_name} · {result.region} · {result.snapshot}", MUTED),
        ]
        self.query_one("#result-text", Static).update(Content("\n").join(lines))
        proof = [*findings(result.findings, self._width), *(row for left in result.left_behind for row in left_line(left, self._width))]
        self.query_one("#result-proof", Static).update(Content("\n").join(proof))
        rows = code([Command(launch_command(result))], self._width, columns=0)
        self.query_one("#result-launch", Static).update(Content("\n").join([Content(about_launch(result)), Content(""), *rows]))
        self._show_ways(result)

    @property
    def _width(self) -> int:
        return max(40, self.query_one("#result-proof").size.width or self.size.width - 5)

    def on_resize(self) -> None:
        """Another width, other lines."""
        self.call_after_refresh(self.watch_known)

    def _show_ways(self, result: RunResult) -> None:
        self._ways = ways(result, self._secret)
        self.query_one("#result-ways", RowList).fill([Content(way.line) for way in self._ways])

    @on(OptionList.OptionSelected, "#result-ways")
    async def _chosen(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        result = self.known.result
        assert result is not None
        match self._ways[event.option_index].word:
            case "launch":
                await self._read("Launch an instance", about_launch(result), (launch_command(result),))
            case "publish":
                await self.app.push_screen(Publish(self.ports, self.draft.keys, target_of(result, self.known.plan), self._folder))
            case "remove":
                self._remove(result)
            case "console":
                await self.action_links()
            case word:
                self.leave(word)

    @property
    def _folder(self) -> Path | None:
        return Path(self.known.plan.checkout) if self.known.plan is not None else self.draft.folder

    async def _read(self, title: str, about: str, commands: tuple[str, ...]) -> None:
        """Commands to type, and what is to be known of them; `c` copies the commands."""
        rows = code([Command(command) for command in commands], min(92, self.app.size.width * 9 // 10 - 6), columns=0)
        text = Content("\n").join([Content(about), Content(""), *rows])
        await self.app.push_screen(ReadText(title, text, copy="\n".join(commands)))

    @work(exclusive=True, group="delete")
    async def _remove(self, result: RunResult) -> None:
        """The .secret of this machine by a key; what lies in AWS by commands, for it may be wanted for another try."""
        commands = removal_commands(result)
        offers = (
            *((Choice("show", "Show the commands that remove what lies in AWS"),) if commands else ()),
            *((Choice("secret", f"Delete {self._secret}"),) if self._secret is not None else ()),
            Choice("list", "Look at all that is left of every run, and remove it one by one"),
        )
        word = await self.app.push_screen_wait(Ask("Remove what is left", REMOVE, (*offers, Choice("", "Keep it all"))))
        if word == "list":
            await self.app.push_screen_wait(LeftOvers(self.ports, self.draft.keys))
        elif word == "show":
            left = "\n".join(f"{left.kind} {left.id}  {left.note}" for left in result.left_behind if left.removal)
            await self._read("Remove from AWS", left, commands)
        elif word == "secret":
            self.action_delete()

    def _missing(self) -> tuple[str, ...]:
        """Keys of the fields without which nothing can be looked for, in the order of the pages."""
        names = tuple(name for name in names_of(self.draft) if not self.draft.text(name))
        return names if self.draft.keys is not None else (*names, fields.AWS_ACCESS_KEY_ID.key)

    @staticmethod
    def _named(missing: tuple[str, ...]) -> str:
        return ", ".join(fields.BY_KEY[name].title if name in NAMES else f"AWS keys ({words('keys')})" for name in missing)

    def action_scroll_text(self, way: int) -> None:
        """A page of what is said, whatever has the focus."""
        box = self.query_one("#result-box", VerticalScroll)
        box.scroll_relative(y=way * max(1, box.size.height - 1), animate=False)

    def action_copy(self) -> None:
        """Copies the AMI id."""
        if self.known.result is not None:
            self.copy(self.known.result.ami, "AMI id")

    async def action_links(self) -> None:
        """All console links, bare, to copy."""
        if self.known.result is not None:
            await self.app.push_screen(ReadText("Console", linked("\n".join(links(self.known.result, self.known)))))

    def action_json(self) -> None:
        """Where result.json lies."""
        path = self.ports.runs.log_path(self.known.run_id).with_name("result.json")
        self.copy(str(path), f"path of result.json: {path}")

    @work(exclusive=True, group="secret")
    async def _find_secret(self) -> None:
        """Looks for the .secret of the run's checkout."""
        path = self._folder / ".secret" if self._folder is not None else None
        try:
            found = path if path is not None and await self.ports.files.mode(path) is not None else None
        except CanvosError:
            found = None  # what cannot be seen cannot be deleted
        if found != self._secret:
            self._secret = found
            self.refresh_bindings()
            if self.known.result is not None:
                self._show(self.known.result)

    @work(exclusive=True, group="delete")
    async def action_delete(self) -> None:
        """Deletes the .secret of the run's checkout after a question."""
        path = self._secret
        if path is None:
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
            self._find_secret()

    def way_on(self) -> str:
        """Asking AWS where there is no run to show, else the way under the cursor."""
        return "Look now" if self.known.result is None else "Do it"

    @on(Button.Pressed, "#look")
    def _pressed(self, event: Button.Pressed) -> None:
        event.stop()
        self.go_on()

    def go_on(self) -> None:
        """Asks AWS, or goes to what is needed for it; with a result, as Enter does."""
        if self.known.result is not None:
            self.query_one("#result-ways", RowList).action_select()
            return
        missing = self._missing()
        if missing:
            self.leave(OF_FIELD[missing[0]], missing[0], f"x needed to look for an image: {self._named(missing)}", jump=True)
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
            findings_ = await validate(aws, bucket_of(draft), draft.text("S3_KEY"), self.ports.clock.now())
        except CanvosError as error:
            state.update(said(f"x {error}. {error.remedy}"))
            return
        state.update("")
        good = all(f.status is not Status.FAIL for f in findings_)
        head = self.query_one("#result-head", Panel)
        head.entitle(
            f"{Mark.DONE.sign if good else Mark.FAILED.sign} {draft.text('S3_KEY')} {'found' if good else 'is not complete'}",
            draft.text("REGION"),
        )
        head.say(State.SUCCESS if good else State.ERROR)
        self.query_one("#result-proof", Static).update(Content("\n").join(findings(findings_, self._width)))
        self.query_one("#proof-box").display = True
