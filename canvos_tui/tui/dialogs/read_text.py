"""A text to read and to copy: help, the guide's commands, a file, a whole diff."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from canvos_tui.tui.messages import CopyAsked, tell


class ReadText(ModalScreen[None]):
    """Scrolls with the arrows, `c` copies all of it, Esc closes."""

    BINDINGS = [
        Binding("escape,q,f1,f2", "dismiss(None)", "Close"),
        Binding("c", "copy", "Copy"),
    ]

    def __init__(self, title: str, text: str | Content, *, copy: str = "") -> None:
        super().__init__()
        self._title = title
        self._text = text
        self._copy = copy or (text if isinstance(text, str) else text.plain)

    def compose(self) -> ComposeResult:
        """Title and text."""
        with Vertical(classes="dialog -tall"):
            yield Static(f"{self._title}   (c copies, Esc closes)", classes="dialog-title", markup=False)
            with VerticalScroll(id="reading"):
                yield Static(self._text if isinstance(self._text, Content) else Content(self._text), markup=False)

    def on_mount(self) -> None:
        """The text has the focus, so that the arrows scroll."""
        self.query_one("#reading").focus()

    def action_copy(self) -> None:
        """Copies the whole text."""
        tell(self, CopyAsked(self._copy, self._title))
