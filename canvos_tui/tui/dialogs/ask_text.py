"""One line to type, with a value to start from; gives the text, or None for Esc."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

NEEDED = "x nothing was typed; Esc closes"


class AskText(ModalScreen[str | None]):
    """Enter takes it, Esc leaves everything as it was."""

    BINDINGS = [Binding("escape", "dismiss(None)", "Close")]

    def __init__(self, title: str, text: str, value: str) -> None:
        super().__init__()
        self._title, self._text, self._value = title, text, value

    def compose(self) -> ComposeResult:
        """Title, text, the line."""
        with Vertical(classes="dialog"):
            yield Static(f"{self._title}   (Enter confirms, Esc closes)", classes="dialog-title", markup=False)
            yield Static(self._text, classes="dialog-text", markup=False)
            yield Input(self._value, id="ask-text", compact=True)
            yield Static("", id="ask-refused", markup=False)

    def on_mount(self) -> None:
        """The line has the focus."""
        self.query_one("#ask-text").focus()

    @on(Input.Submitted)
    def _done(self, event: Input.Submitted) -> None:
        event.stop()
        text = event.value.strip()
        if text:
            _ = self.dismiss(text)
        else:
            self.query_one("#ask-refused", Static).update(NEEDED)
