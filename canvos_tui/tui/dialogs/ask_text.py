"""One line to type, with a value to start from; gives the text, or None for Esc."""

from __future__ import annotations

from collections.abc import Iterable

from textual import on
from textual.binding import Binding
from textual.widget import Widget
from textual.widgets import Input, Static

from canvos_tui.tui.dialogs.dialog import Dialog
from canvos_tui.tui.messages import Until, hint
from canvos_tui.tui.widgets.field_input import StillInput

NEEDED = "x nothing was typed; Esc closes"


class AskText(Dialog[str | None]):
    """Enter takes it, Esc leaves everything as it was."""

    KEYS = "Enter confirms, Esc closes"
    BINDINGS = [Binding("escape", "dismiss(None)", "Close")]

    def __init__(self, title: str, text: str, value: str) -> None:
        super().__init__(f"{title}   ({self.KEYS})")
        self._text, self._value = text, value

    def inside(self) -> Iterable[Widget]:
        """Text and line."""
        yield Static(self._text, classes="dialog-text", markup=False)
        yield StillInput(self._value, id="ask-text", compact=True)

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
            hint(self, NEEDED, Until.MENDED)
