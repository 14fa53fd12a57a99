"""A button on one line, in brackets, so that it reads as a button without colour."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Button


class Push(Button):
    """`[ Label ]`."""

    def __init__(self, label: str, *, id: str, disabled: bool = False) -> None:
        super().__init__(Content(f"[ {label} ]"), id=id, compact=True, disabled=disabled)

    def rename(self, label: str) -> None:
        """Another label."""
        self.label = Content(f"[ {label} ]")
