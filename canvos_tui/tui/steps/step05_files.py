"""Guide step 5: the files to look at before anything is built."""

from __future__ import annotations

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Button

from canvos_tui.core.checkout.state import GUIDE_FILES, Place
from canvos_tui.core.errors import CanvosError
from canvos_tui.core.terminal.marks import Mark
from canvos_tui.tui.dialogs.read_text import ReadText
from canvos_tui.tui.step_panel import StepPanel
from canvos_tui.tui.widgets.push import Push

_SHOWN = 400_000  # bytes of a file


class ReviewFiles(StepPanel):
    """A button for each file; Enter shows it read-only."""

    GUIDE, TITLE = (5,), "Review the files"
    ABOUT = "The template of .arg, the build's recipe, the script that runs it, and the list of Kubernetes versions."

    _told = False  # whether the buttons tell of a checkout

    def on_mount(self) -> None:
        """Nothing is there as long as nobody has looked."""
        self.watch_known()

    def compose(self) -> ComposeResult:
        """One line of buttons."""
        with Horizontal(classes="field-line"):
            for number, name in enumerate(GUIDE_FILES):
                yield Push(name, id=f"file-{number}", disabled=True)

    def watch_known(self) -> None:
        """Without a checkout there is none; files that are missing cannot be opened, and say so by more than their colour."""
        if not self.is_mounted:
            return
        state = self.known.checkout
        self.query_one(".field-line").display = here = state is not None and state.place is Place.CANVOS
        there = state.files if state is not None else ()
        for number, name in enumerate(GUIDE_FILES if here else ()):
            button, missing = self.query_one(f"#file-{number}", Push), name not in there
            if missing is not button.disabled or not self._told:
                button.disabled = missing
                button.rename(f"{Mark.FAILED.sign} {name}" if missing else name)
        self._told = here

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        event.stop()
        self._open(GUIDE_FILES[int(str(event.button.id).rpartition("-")[2])])

    @work(exclusive=True)
    async def _open(self, name: str) -> None:
        if self.known.checkout is None:
            return
        try:
            data = await self.ports.files.read_own(self.known.checkout.path, name)
        except CanvosError as error:
            self.hint(f"x {error}. {error.remedy}")
            return
        await self.app.push_screen(ReadText(name, data[:_SHOWN].decode("utf-8", "replace") if data is not None else "the file is gone"))
