"""A text to read and to copy: help, the guide's commands, a file, a whole diff."""

from __future__ import annotations

from collections.abc import Iterable

from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from canvos_tui.tui.dialogs.dialog import Dialog
from canvos_tui.tui.messages import CopyAsked, tell


class ReadText(Dialog[None]):
    """Scrolls with the arrows, `c` copies all of it, Esc closes."""

    KEYS = "c copies, Esc closes"
    SHAPE = "dialog -tall"
    BINDINGS = [
        Binding("escape,q,f1,f2", "dismiss(None)", "Close"),
        Binding("c", "copy", "Copy"),
    ]

    def __init__(self, title: str, text: str | Content, *, copy: str = "") -> None:
        super().__init__(f"{title}   ({self.KEYS})")
        self._called = title
        self._text = text
        self._copy = copy or (text if isinstance(text, str) else text.plain)

    def inside(self) -> Iterable[Widget]:
        """The text."""
        text = self._text if isinstance(self._text, Content) else Content(self._text)
        yield VerticalScroll(Static(text, markup=False), id="reading")

    def on_mount(self) -> None:
        """The text has the focus, so that the arrows scroll."""
        self.query_one("#reading").focus()

    def action_copy(self) -> None:
        """Copies the whole text."""
        tell(self, CopyAsked(self._copy, self._called))
