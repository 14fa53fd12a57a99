"""Asks for the path of a file; gives it, or None for Esc."""

from __future__ import annotations

from pathlib import Path

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from canvos_tui.tui.dialogs.ask_text import NEEDED


class AskPath(ModalScreen[Path | None]):
    """One field with a path in it. A relative path is one in the folder of the path that is proposed."""

    BINDINGS = [Binding("escape", "dismiss(None)", "Close")]

    def __init__(self, title: str, proposed: str) -> None:
        super().__init__()
        self._title, self._proposed = title, Path(proposed)

    def compose(self) -> ComposeResult:
        """Title and field."""
        with Vertical(classes="dialog"):
            yield Static(f"{self._title}: Enter saves, Esc closes", classes="dialog-title", markup=False)
            yield Input(str(self._proposed), id="ask-path", compact=True, select_on_focus=False)
            yield Static("", id="ask-refused", markup=False)

    @on(Input.Submitted)
    def _taken(self, event: Input.Submitted) -> None:
        event.stop()
        text = event.value.strip()
        if text:
            _ = self.dismiss(self._proposed.parent / Path(text).expanduser())
        else:
            self.query_one("#ask-refused", Static).update(NEEDED)
