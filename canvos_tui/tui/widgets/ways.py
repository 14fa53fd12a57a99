"""The ways on from a page, below what it shows: the first is what F8 does; beside it another one, where there is a choice."""

from __future__ import annotations

from collections.abc import Callable

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Button

from canvos_tui.tui.widgets.push import Push


class Ways(Horizontal):
    """One row; a press of the first is the page's affair, that of the other is done here."""

    DEFAULT_CSS = """
    Ways { height: 1; width: 100%; padding: 0 0 0 2; }
    Ways #otherwise { display: none; }
    """

    def compose(self) -> ComposeResult:
        """Both, the other one hidden."""
        yield Push("Next", id="next", first=True)
        yield Push("", id="otherwise")

    def say(self, label: str, other: str = "", act: Callable[[], None] | None = None) -> None:
        """What the first is called from now on, and the other one with what it does; "" where there is none."""
        self.query_one("#next", Push).rename(label)
        beside = self.query_one("#otherwise", Push)
        beside.rename(other)
        beside.display = bool(other)
        self._act = act

    _act: Callable[[], None] | None = None

    @on(Button.Pressed, "#otherwise")
    def _otherwise(self, event: Button.Pressed) -> None:
        event.stop()
        if self._act is not None:
            self._act()
