"""Asks for the path of a file; gives it, or None for Esc."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from textual import on
from textual.binding import Binding
from textual.widget import Widget
from textual.widgets import Input

from canvos_tui.tui.dialogs.ask_text import NEEDED
from canvos_tui.tui.dialogs.dialog import Dialog
from canvos_tui.tui.messages import Until, hint
from canvos_tui.tui.widgets.field_input import StillInput


class AskPath(Dialog[Path | None]):
    """One field with a path in it. A relative path is one in the folder of the path that is proposed."""

    KEYS = "Enter saves, Esc closes"
    BINDINGS = [Binding("escape", "dismiss(None)", "Close")]

    def __init__(self, title: str, proposed: str) -> None:
        super().__init__(f"{title}: {self.KEYS}")
        self._proposed = Path(proposed)

    def inside(self) -> Iterable[Widget]:
        """The field."""
        yield StillInput(str(self._proposed), id="ask-path", compact=True, select_on_focus=False)

    @on(Input.Submitted)
    def _taken(self, event: Input.Submitted) -> None:
        event.stop()
        text = event.value.strip()
        if text:
            _ = self.dismiss(self._proposed.parent / Path(text).expanduser())
        else:
            hint(self, NEEDED, Until.MENDED)
