"""A question with a few named answers; gives the answer's word, or "" for Esc."""

from __future__ import annotations

from collections.abc import Iterable

from textual import on
from textual.binding import Binding
from textual.widget import Widget
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from canvos_tui.core.questions.choice import Choice as Choice
from canvos_tui.tui.dialogs.dialog import Dialog


class Ask(Dialog[str]):
    """Shows a question, what it is about, and the answers as a list; the first one is the safe one."""

    KEYS = "up and down choose, Enter takes the line, Esc closes"
    BINDINGS = [Binding("escape", "dismiss('')", "Close")]

    def __init__(self, title: str, text: str, choices: tuple[Choice, ...]) -> None:
        super().__init__(title)
        self._text = text
        self._choices = choices

    def inside(self) -> Iterable[Widget]:
        """Text and answers."""
        if self._text:
            yield Static(self._text, classes="dialog-text", markup=False)
        options = [Option(c.line, id=f"answer-{n}") for n, c in enumerate(self._choices)]
        yield OptionList(*options, id="answers", compact=True, markup=False)

    def on_mount(self) -> None:
        """The list has the focus, the first answer the highlight."""
        answers = self.query_one("#answers", OptionList)
        answers.highlighted = 0
        answers.focus()

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        _ = self.dismiss(self._choices[event.option_index].word)
