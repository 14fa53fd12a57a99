"""The field below a log into which one types what to look for."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Input, Static

from canvos_tui.tui.widgets.field_input import StillInput

PAUSE = 0.03  # seconds from a key to the search for what it makes: the key is painted first, and keys that follow at once share one


class LogSearch(Horizontal):
    """Hidden until it is opened. Tells what is typed, and how it is left: with Enter or an arrow, or with Esc."""

    BINDINGS = [Binding("escape", "leave", "End search"), Binding("down,up", "take", "To the hits", show=False)]

    class Typed(Message):
        """The text is another one."""

        def __init__(self, text: str) -> None:
            self.text = text
            super().__init__()

    class Left(Message):
        """The field was closed; `given_up` when the search should leave no trace."""

        def __init__(self, *, given_up: bool) -> None:
            self.given_up = given_up
            super().__init__()

    def __init__(self) -> None:
        super().__init__(id="log-search")
        self._soon: Timer | None = None

    def compose(self) -> ComposeResult:
        """A slash and the field."""
        yield Static("/", markup=False)
        yield StillInput(id="log-query", compact=True, placeholder="text, or re:EXPRESSION; Enter, then n and N for next and previous")

    def open(self) -> None:
        """Shows the field, empty and with the focus."""
        self.display = True
        field = self.query_one("#log-query", Input)
        field.value = ""
        field.focus()

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self._wait_no_more()
        if self.display:
            self._soon = self.set_timer(PAUSE, self._tell)

    def _tell(self) -> None:
        if self._wait_no_more():
            self.post_message(self.Typed(self.query_one("#log-query", Input).value))

    def _wait_no_more(self) -> bool:
        """Whether there was something to tell."""
        waiting, self._soon = self._soon, None
        if waiting is not None:
            waiting.stop()
        return waiting is not None

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_take()

    def action_take(self) -> None:
        """Back to the log with what was found."""
        self._tell()
        self.display = False
        self.post_message(self.Left(given_up=False))

    def action_leave(self) -> None:
        """Back to where one was."""
        self._wait_no_more()
        self.display = False
        self.post_message(self.Left(given_up=True))
