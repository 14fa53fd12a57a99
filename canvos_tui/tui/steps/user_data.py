"""user-data, which the guide takes for granted: the way that it comes by, what that way needs, and what is in it."""

from __future__ import annotations

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Button, Input, OptionList, Static

from canvos_tui.core.answers import fields
from canvos_tui.core.answers.draft import UserData, UserDataChosen
from canvos_tui.core.errors import CanvosError, InvalidValueError
from canvos_tui.core.ports import Ports
from canvos_tui.core.questions import user_data as rules
from canvos_tui.core.questions.rules import rule
from canvos_tui.core.secret import Secret
from canvos_tui.core.terminal.marks import Mark
from canvos_tui.core.text import at_home
from canvos_tui.tui.checks.titles import titled
from canvos_tui.tui.messages import Until, hint
from canvos_tui.tui.painting.blocks import said
from canvos_tui.tui.painting.looks import COLOURS, MUTED
from canvos_tui.tui.step_panel import StepPanel, WayChanged
from canvos_tui.tui.widgets.field_input import FieldInput
from canvos_tui.tui.widgets.field_row import FieldRow
from canvos_tui.tui.widgets.panel import Panel, State
from canvos_tui.tui.widgets.push import Push
from canvos_tui.tui.widgets.row_list import RowList

TOKEN = fields.EDGE_HOST_TOKEN
WORDS = tuple(rules.WAYS)
NAMES = {"checkout": "The checkout's", "file": "A file", "make": "Make one", "none": "None"}
SAYS = {
    "file": "copy one from elsewhere",
    "make": "from Palette's host name and a registration token",
    "none": "instances will not join Palette by themselves",
}
WITHOUT = "The AMI gets no Palette endpoint and no registration token: an instance from it does not register by itself."
TAKEN_AWAY = "The checkout's user-data is taken away before the build, and a copy kept: CanvOS builds in whatever lies there."


class UserDataWays(StepPanel):
    """The way under the cursor is the one that Enter, F8 and the first button take; below it stands what it needs."""

    TITLE, ABOUT = rules.TITLE, rules.ABOUT

    def __init__(self, ports: Ports) -> None:
        super().__init__(ports)
        self._there: rules.Found | None = None  # the checkout's own
        self._missing = ""  # why it is not there
        self._other: tuple[str, rules.Found] | None = None  # a path, and the file that was found there

    def compose(self) -> ComposeResult:
        """The ways; a panel for the path, one for the values of a new file, one for what was found."""
        yield Panel(RowList(id="user-data-ways"), title="How instances join Palette", small="user-data", id="ways-box")
        with Panel(title="A file from elsewhere", id="file-box"), Horizontal(classes="field-line"):
            yield Static("Path", classes="key-label", markup=False)
            yield FieldInput("user_data", "Path", self.draft.user_data_path, id="user-data-path")
        with Panel(title="A new user-data", small="written with the other files, mode 0600", id="made-box"):
            endpoint, user, ssh_key = (FieldRow(field).begin(self.draft).data_bind(draft=StepPanel.draft) for field in fields.USER_DATA)
            yield endpoint
            with Horizontal(classes="field-line"):
                yield Static(TOKEN.title, classes="key-label", markup=False)
                yield FieldInput(TOKEN.key, TOKEN.title, id=TOKEN.anchor, placeholder=self._kept(), hidden=True)
                yield Push("Show", id="show-token")
            yield Static("", id="token-note", classes="field-note", markup=False)
            yield user
            yield ssh_key
        yield Panel(Static("", id="user-data-found", markup=False), title="What is in it", id="found-box")

    def on_mount(self) -> None:
        """The ways stand there before anything was read."""
        self._fill(WORDS.index(rules.usual(self.draft, there=False)))

    def entered(self) -> None:
        """The checkout's file is read each time: it may have changed."""
        waits = self.draft.user_data is UserData.TEMPLATE and self.draft.token is None
        self.query_one(f"#{TOKEN.anchor}" if waits else "#user-data-ways").focus()
        self._look()

    @work(exclusive=True, group="look")
    async def _look(self) -> None:
        if self.draft.folder is None:
            return
        undecided = self.draft.user_data is UserData.UNDECIDED and self._there is None and not self._missing
        try:
            self._there, self._missing = await rules.read_checkout(self.ports, self.draft), ""
        except CanvosError as error:
            self._there, self._missing = None, str(error)
        self._fill(WORDS.index(rules.usual(self.draft, there=self._there is not None)) if undecided else None)

    def watch_draft(self) -> None:
        """The mark stands before what was chosen; what is to be known of a value follows it."""
        if self.is_mounted:
            for row in self.query(FieldRow):
                row.caution = rule(row.field).caution(self.draft, self.known)
            self._fill()

    # -- the way under the cursor ---------------------------------------------------------------------------------

    @property
    def _way(self) -> str:
        return WORDS[self.query_one("#user-data-ways", RowList).highlighted or 0]

    def _fill(self, at: int | None = None) -> None:
        self.query_one("#user-data-ways", RowList).fill([self._row(word) for word in WORDS], at)
        self._show()

    def _row(self, word: str) -> Content:
        chosen = self.draft.user_data is rules.WAYS[word]
        mark = Mark.DONE if chosen else Mark.TO_COME
        says = SAYS.get(word) or (self._own() if self._there is not None else "none there" if self._missing else "...")
        return Content.assemble((f"{mark.sign} ", COLOURS[mark]), f"{NAMES[word]:<16}", (says, "" if chosen else MUTED))

    def _own(self) -> str:
        return at_home(f"{self.draft.folder}/user-data", self.ports.environ.get("HOME", ""))

    @on(OptionList.OptionHighlighted, "#user-data-ways")
    def _moved(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self._show()

    def _show(self) -> None:
        """What this way needs, and what was found."""
        way = self._way
        self.query_one("#file-box").display = way == "file"
        self.query_one("#made-box").display = way == "make"
        text, state = self._found_text(way)
        box = self.query_one("#found-box", Panel)
        box.display = bool(text)
        box.entitle("What is in it" if self._found(way) is not None else NAMES[way])
        box.say(state)
        self.query_one("#user-data-found", Static).update(text)
        self.post_message(WayChanged())

    def _found(self, way: str) -> rules.Found | None:
        if way == "checkout":
            return self._there
        return self._other[1] if way == "file" and self._other is not None and self._other[0] == self._path else None

    def _found_text(self, way: str) -> tuple[Content, State]:
        found = self._found(way)
        if found is None:
            gone = f" {TAKEN_AWAY}" if self._there is not None else ""
            return Content(f"{WITHOUT}{gone}" if way == "none" else self._missing if way == "checkout" else ""), State.REST
        lines = [said(f"! {problem}") for problem in found.problems] or [said(f"{Mark.DONE.sign} endpoint and token are there")]
        lines += [Content.styled(line, MUTED) for line in found.text.splitlines()]
        return Content("\n").join(lines), State.WARNING if found.problems else State.SUCCESS

    # -- on -------------------------------------------------------------------------------------------------------

    def way_on(self) -> str:
        """What is taken, in the words of the button."""
        found = self._found(self._way)
        as_it_is = " as it is" if found is not None and found.problems else ""
        return {"checkout": f"Use it{as_it_is}", "file": f"Use this file{as_it_is}", "make": "Use these", "none": "Go on without"}[
            self._way
        ]

    def go_on(self) -> None:
        """Takes the way under the cursor, once it has all that it needs."""
        self._take(self._way)

    @on(OptionList.OptionSelected, "#user-data-ways")
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        """Enter on a way that needs something leads into its first field."""
        event.stop()
        into = {"file": "#user-data-path", "make": f"#{fields.PALETTE_ENDPOINT.anchor}"}.get(self._way)
        if into is None:
            self.go_on()
        else:
            self.query_one(into).focus()

    @work(exclusive=True, group="take")
    async def _take(self, way: str) -> None:
        if way == "make":
            self._take_made()
            return
        try:
            answer = await self._answer(way)
        except CanvosError as error:
            said_so = error.sentence() if isinstance(error, InvalidValueError) else f"{error}. {error.remedy}"
            hint(self, f"x {said_so}", Until.MENDED)
            self.query_one("#user-data-path" if way == "file" else "#user-data-ways").focus()
            return
        if answer is not None:
            self.answer(answer)
            self.leave("next")

    async def _answer(self, way: str) -> UserDataChosen | None:
        """None for a file that has to be looked at first: something is wrong with it that nobody has seen yet."""
        if way == "none":
            return rules.without()
        if way == "checkout":
            self._there = await rules.read_checkout(self.ports, self.draft)
            return UserDataChosen(UserData.CHECKOUT)
        path, seen = rules.parse_path(self.ports, self._path), self._found(way)
        found = await rules.read_file(self.ports, path)
        if found.problems and found != seen:
            self._other = (self._path, found)
            self._show()
            self.hint("! something is wrong with this file: look above, or use it as it is")
            return None
        return UserDataChosen(UserData.FILE, str(path))

    def _take_made(self) -> None:
        token = self._token
        missing = rules.missing(self.draft, token)
        if missing:
            first = missing[0]
            self.query_one(f"#{fields.BY_KEY[first.key].anchor}").focus()
            hint(self, f"x {self._why_no_token() if first.key == TOKEN.key else titled(first.text)}", Until.MENDED)
        elif token is not None:
            self.answer(rules.made(token))
            self.leave("next")

    # -- fields ---------------------------------------------------------------------------------------------------

    @property
    def _path(self) -> str:
        return self.query_one("#user-data-path", Input).value.strip()

    @property
    def _token(self) -> Secret | None:
        """What the field holds, else what was given before."""
        text = self.query_one(f"#{TOKEN.anchor}", Input).value
        if not text.strip():
            return self.draft.token
        try:
            return Secret(str(TOKEN.parse(text)))
        except InvalidValueError:
            return None

    def _kept(self) -> str:
        return "typed before; empty keeps it" if self.draft.token is not None else ""

    def _token_error(self) -> InvalidValueError | None:
        text = self.query_one(f"#{TOKEN.anchor}", Input).value
        try:
            TOKEN.parse(text)
        except InvalidValueError as error:
            return error if text.strip() else None
        return None

    def _why_no_token(self) -> str:
        """In short: the note below the field says what is allowed."""
        return str(self._token_error() or "the registration token is needed: it is never stored")

    @on(Input.Changed, f"#{TOKEN.anchor}")
    def _token_typed(self, event: Input.Changed) -> None:
        """It is an answer as soon as it can be one; a person who types it makes a user-data."""
        event.stop()
        error = self._token_error()
        self.query_one("#token-note", Static).update(said(f"x {error.sentence()}") if error is not None else "")
        self.query_one("#token-note").display = error is not None
        token = self._token
        if token is not None and token != self.draft.token:
            self.answer(rules.made(token))

    @on(Input.Changed, "#user-data-path")
    def _path_typed(self, event: Input.Changed) -> None:
        event.stop()
        self._show()

    @on(Input.Submitted, f"#{TOKEN.anchor}")
    def _token_done(self, event: Input.Submitted) -> None:
        event.stop()
        if self._token is None:
            self.decline(f"x {self._why_no_token()}")
        else:
            self.query_one(f"#{fields.EDGE_HOST_USER.anchor}").focus()

    @on(Input.Submitted, "#user-data-path")
    def _path_done(self, event: Input.Submitted) -> None:
        event.stop()
        self.go_on()

    @on(Button.Pressed, "#show-token")
    def _shown(self, event: Button.Pressed) -> None:
        event.stop()
        field = self.query_one(f"#{TOKEN.anchor}", Input)
        field.password = not field.password
        field.focus()

    def on_descendant_blur(self) -> None:
        """A token that is shown is so until the focus leaves the field and its button."""
        self.call_later(self._hide)

    def _hide(self) -> None:
        field = self.query_one(f"#{TOKEN.anchor}", Input)
        if self.app.focused not in {field, self.query_one("#show-token")}:
            field.password = True

    def unkept(self) -> str:
        """A part of a token is no answer."""
        typed = self.query_one(f"#{TOKEN.anchor}", Input).value.strip()
        return "the registration token" if typed and self._token is None else ""
