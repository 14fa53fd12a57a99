"""A remark beside its label: the text wraps to whatever room there is, never by hand."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Static


class Note(Horizontal):
    """`Label   text`; an empty label for a text that stands alone."""

    def __init__(self, label: str, text: str) -> None:
        super().__init__()
        self._label = label
        self._text = text

    def compose(self) -> ComposeResult:
        """Two columns."""
        if self._label:
            yield Static(self._label, classes="note-label", markup=False)
        yield Static(self._text, classes="note-text", markup=False)
