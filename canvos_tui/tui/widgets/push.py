"""A button on one line, in brackets, so that it reads as a button without colour; the first of a page is what F8 does."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Button


class Push(Button):
    """`[ Label ]`."""

    def __init__(self, label: str, *, id: str, disabled: bool = False, first: bool = False) -> None:
        super().__init__(Content(f"[ {label} ]"), id=id, compact=True, disabled=disabled, classes="-first" if first else None)
        self.styles.line_pad = 0  # Textual's style sheets take no 0 there, and its own pads the label

    def rename(self, label: str) -> None:
        """Another label, as wide as it is."""
        self.label = Content(f"[ {label} ]")
        self.refresh(layout=True)
