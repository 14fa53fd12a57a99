"""Guide steps 1 and 2: the folder, and the clone into it."""

from __future__ import annotations

from pathlib import Path

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Button, Input, Static
from textual.worker import get_current_worker

from canvos_tui.core.answers.draft import FolderChosen
from canvos_tui.core.checkout.facts import CheckoutFacts, look
from canvos_tui.core.checkout.state import Place, parse_folder, parse_repository
from canvos_tui.core.errors import CanvosError, InvalidValueError
from canvos_tui.core.ports import Ports
from canvos_tui.core.questions import checkout as rules
from canvos_tui.core.session import CheckoutSeen, TagWanted
from canvos_tui.tui.painting.blocks import said
from canvos_tui.tui.step_panel import StepPanel, WayChanged
from canvos_tui.tui.widgets.field_input import StillInput
from canvos_tui.tui.widgets.on_its_way import OnItsWay
from canvos_tui.tui.widgets.panel import Panel
from canvos_tui.tui.widgets.push import Push

Chosen = tuple[Path | None, str]  # folder and repository


class Clone(StepPanel):
    """Asks for the folder, looks at it, clones when it is empty and the user says so."""

    GUIDE, TITLE = (1, 2), "Clone CanvOS"
    ABOUT = rules.ABOUT_CLONE

    def __init__(self, ports: Ports) -> None:
        super().__init__(ports)
        self._sent = OnItsWay[Chosen]()
        self._cloning = False

    def compose(self) -> ComposeResult:
        """Folder, repository, what is there."""
        with Panel(title="CanvOS", small="steps 1, 2"):
            with Horizontal(classes="field-line"):
                yield Static("Folder", classes="short-label", markup=False)
                yield StillInput(id="folder", compact=True)
            with Horizontal(classes="field-line", id="clone-line"):
                yield Static("From", classes="short-label", markup=False)
                yield StillInput(id="repository", compact=True)
                yield Push("Clone", id="clone")
            yield Static("looking ...", id="folder-state", markup=False)

    def way_on(self) -> str:
        """To clone, where there is nothing yet."""
        state = self.known.checkout
        absent = state is not None and state.place is Place.ABSENT and state.path == self.draft.folder
        return "Clone CanvOS" if absent and self._meant and not self._cloning else ""

    def go_on(self) -> None:
        """As the button beside the address does."""
        self.query_one("#clone", Button).press()

    def _home(self) -> Path:
        return Path(self.ports.environ.get("HOME") or "/")

    def _start(self) -> str:
        return str(self.draft.folder or self._home() / "CanvOS")

    def on_mount(self) -> None:
        """Nothing can be cloned before somebody has looked."""
        self.query_one("#clone-line").display = False

    def entered(self) -> None:
        """Takes over the answers if they changed on another page, and looks at the folder unless something is being done to it."""
        if self._mine != self._shown:
            with self.prevent(Input.Changed):
                self.query_one("#folder", Input).value = self._start()
                self.query_one("#repository", Input).value = self.draft.repository
        if not self._cloning and not self.known.wanted:
            self._chosen()

    _shown: Chosen | None = None  # what the fields held when they last made an answer, or were filled with one

    @property
    def _mine(self) -> Chosen:
        return self._sent.latest((self.draft.folder, self.draft.repository))

    def unkept(self) -> str:
        """An address that cannot be meant is no answer."""
        return "" if self._meant else "the folder and the address"

    def watch_draft(self) -> None:
        """An answer came back."""
        self._sent.came((self.draft.folder, self.draft.repository))

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        if self.is_mounted:
            self._chosen()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        found = self._given()
        if found is not None:
            self._look(found[0], go_on=True)

    def _given(self) -> tuple[Path, str] | None:
        """What stands in the fields; None, and why is said, when that cannot be meant."""
        self._meant = False
        try:
            self._wrong = "folder"
            folder = parse_folder(self.query_one("#folder", Input).value, self._home())
            self._wrong = "repository"
            repository = parse_repository(self.query_one("#repository", Input).value)
        except InvalidValueError as error:
            self.workers.cancel_group(self, "look")  # what it finds is the answer to an older text
            self._tell(f"x {error.sentence()}")
            self.post_message(WayChanged())
            return None
        self._meant = True
        self.post_message(WayChanged())
        return folder, repository

    _meant = True  # whether that what stands in the fields can be an answer
    _wrong = "folder"  # the field that was looked at last: the refused one, if one was

    def _chosen(self) -> None:
        found = self._given()
        if found is None:
            return
        if found != self._mine:
            self._sent.sent(found)
            self.answer(FolderChosen(*found))
        self._shown = found
        self._look(found[0])

    def _tell(self, text: str) -> None:
        self.query_one("#folder-state", Static).update(said(text))  # a long reason takes as many rows as it needs

    @work(exclusive=True, group="look")
    async def _look(self, folder: Path, *, go_on: bool = False) -> None:
        try:
            facts = await look(self.ports, folder)
            self._read(facts)
        except CanvosError as error:
            self._tell(f"x {error}. {error.remedy}")
            return
        if not go_on:
            return
        if facts.state.place is Place.ABSENT:
            self.query_one("#clone", Button).focus()
        elif facts.state.place is Place.CANVOS:
            self.screen.query_one("#tag-list").focus()
        else:
            self.hint(rules.told(facts.state))

    def watch_known(self) -> None:
        """A checkout changes what is in the folder."""
        state = self.known.checkout
        if self.is_mounted and state is not None and state.place is Place.CANVOS and state.path == self.draft.folder:
            self._tell(rules.told(state))

    def _read(self, facts: CheckoutFacts) -> None:
        state = facts.state
        if self.known.wanted and self.known.checkout is not None and self.known.checkout.path == state.path:
            return  # it was looked at while another tag was being checked out, which tells by itself what came of it
        self.query_one("#clone-line").display = state.place is Place.ABSENT
        if state.place is not Place.CANVOS:
            self._tell(rules.told(state))
            self.learn(CheckoutSeen(state, tags=(), systems={}))
            self.learn(TagWanted(""))
            return
        for answer in rules.follows(facts, self.draft):
            self.answer(answer)
        self.learn(CheckoutSeen(state, facts.versions, facts.tags, facts.systems))
        if facts.problem:
            self.hint(f"! {facts.problem}")

    @on(Button.Pressed, "#clone")
    def _pressed(self, event: Button.Pressed) -> None:
        event.stop()
        found = self._given()
        if found is None:
            self.query_one(f"#{self._wrong}").focus()
        else:
            self._clone(*found)

    @work(exclusive=True, group="look")
    async def _clone(self, folder: Path, repository: str) -> None:
        worker = get_current_worker()
        self._busy(clones=True)

        def progress(text: str, percent: int | None) -> None:
            if not worker.is_cancelled:
                self._tell(f"git clone: {text}" + (f" {percent} %" if percent is not None else ""))

        try:
            await self.ports.git.clone(repository, folder, progress)
            self._read(await look(self.ports, folder))
            self.screen.query_one("#tag-list").focus()  # the button is hidden now: another Enter must not push it again
        except CanvosError as error:
            self._tell(f"x {error}. {error.remedy}")
        finally:
            self._busy(clones=False)

    def _busy(self, *, clones: bool) -> None:
        """What is typed meanwhile would be about another folder."""
        self._cloning = clones
        self.post_message(WayChanged())
        for widget in self.query("Input, Button"):
            widget.disabled = clones
