"""Guide steps 1 and 2: the folder, and the clone into it."""

from __future__ import annotations

from pathlib import Path

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Button, Input, Static
from textual.worker import get_current_worker

from canvos_tui.core.answers.draft import ArgFound, FolderChosen, TagChosen
from canvos_tui.core.checkout.facts import CheckoutFacts, look
from canvos_tui.core.checkout.state import Place, parse_folder, parse_repository
from canvos_tui.core.errors import CanvosError, InvalidValueError
from canvos_tui.core.session import CheckoutSeen, TagWanted
from canvos_tui.tui.step_panel import StepPanel
from canvos_tui.tui.widgets.push import Push

PLACES = {
    Place.ABSENT: "nothing there yet: it can be cloned",
    Place.OTHER_GIT: "x a git repository, but not CanvOS (no earthly.sh and Earthfile): choose another folder",
    Place.FOLDER: "x a folder with other files in it: choose another one",
    Place.FILE: "x a file stands there: choose another folder",
}


class Clone(StepPanel):
    """Asks for the folder, looks at it, clones when it is empty and the user says so."""

    GUIDE, TITLE = (1, 2), "Clone CanvOS"
    ABOUT = "Use an existing checkout, or an empty place to clone into. The repository may be a URL or a local path."

    def compose(self) -> ComposeResult:
        """Folder, repository, what is there."""
        with Horizontal(classes="field-line"):
            yield Static("Folder", classes="short-label", markup=False)
            yield Input(id="folder", compact=True)
            yield Static("steps 1, 2", classes="field-origin", markup=False)
        with Horizontal(classes="field-line", id="clone-line"):
            yield Static("From", classes="short-label", markup=False)
            yield Input(id="repository", compact=True)
            yield Push("Clone", id="clone")
        yield Static("looking ...", id="folder-state", markup=False)

    def _home(self) -> Path:
        return Path(self.ports.environ.get("HOME") or "/")

    def _start(self) -> str:
        return str(self.draft.folder or self._home() / "CanvOS")

    def entered(self) -> None:
        """Takes over the answers, which may have changed on another page, and looks at the folder."""
        self.query_one("#clone-line").display = False
        with self.prevent(Input.Changed):
            self.query_one("#folder", Input).value = self._start()
            self.query_one("#repository", Input).value = self.draft.repository
        self._chosen()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        if self.is_mounted:
            self._chosen()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if self.query_one("#clone-line").display:
            self.query_one("#clone", Button).focus()
        else:
            self.screen.query_one("#tag-list").focus()

    def _chosen(self) -> None:
        try:
            folder = parse_folder(self.query_one("#folder", Input).value, self._home())
            repository = parse_repository(self.query_one("#repository", Input).value)
        except InvalidValueError as error:
            self._tell(f"x {error.sentence()}")
            return
        if (folder, repository) != (self.draft.folder, self.draft.repository):
            self.answer(FolderChosen(folder, repository))
        self._look(folder)

    def _tell(self, text: str) -> None:
        self.query_one("#folder-state", Static).update(Content(text), layout=False)

    @work(exclusive=True, group="look")
    async def _look(self, folder: Path) -> None:
        try:
            self._read(await look(self.ports, folder))
        except CanvosError as error:
            self._tell(f"x {error}. {error.remedy}")

    def watch_known(self) -> None:
        """A checkout changes what is in the folder."""
        state = self.known.checkout
        if self.is_mounted and state is not None and state.place is Place.CANVOS and state.path == self.draft.folder:
            changes = f"{len(state.changes)} local changes" if state.changes else "clean"
            on_tag = f"on {state.tag}" if state.tag else f"at {state.commit}, on no tag"
            self._tell(f"git repository, {changes}, {on_tag}{', shallow clone' if state.shallow else ''}")

    def _read(self, facts: CheckoutFacts) -> None:
        state = facts.state
        self.query_one("#clone-line").display = state.place is Place.ABSENT
        if state.place is not Place.CANVOS:
            self._tell(PLACES[state.place])
            self.learn(CheckoutSeen(state, tags=()))
            self.learn(TagWanted(""))
            return
        if self.draft.tag and self.draft.tag != state.tag:
            self.answer(TagChosen(""))  # somebody checked out another tag meanwhile
        self.learn(CheckoutSeen(state, facts.versions, facts.tags))
        if facts.args is not None:
            self.answer(ArgFound(facts.args))
        if facts.problem:
            self.hint(f"! {facts.problem}")

    @on(Button.Pressed, "#clone")
    def _pressed(self, event: Button.Pressed) -> None:
        event.stop()
        if self.draft.folder is not None:
            self._clone(self.draft.folder, self.draft.repository)

    @work(exclusive=True, group="look")
    async def _clone(self, folder: Path, repository: str) -> None:
        worker = get_current_worker()
        self.query_one("#clone", Button).disabled = True

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
            self.query_one("#clone", Button).disabled = False
