"""What all overlays have in common: a title, what they ask, and a row at their foot that answers every key."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Key
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Input, Static

from canvos_tui.tui.key_order import KeyCame
from canvos_tui.tui.messages import Hinted, Until, decline
from canvos_tui.tui.widgets.hint_row import HintRow, does_nothing

Result = TypeVar("Result")


class Dialog(ModalScreen[Result]):
    """`KEYS` says what can be pressed instead of a key that does nothing."""

    KEYS: ClassVar[str] = "Esc closes"
    SHAPE: ClassVar[str] = "dialog"

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = title

    def compose(self) -> ComposeResult:
        """Title, what it asks, the row that answers."""
        with Vertical(classes=self.SHAPE):
            yield Static(self._title, classes="dialog-title", markup=False)
            yield from self.inside()
            yield HintRow()

    def inside(self) -> Iterable[Widget]:
        """What stands between the title and that row."""
        return ()

    def leaving(self) -> str:
        """What whoever quits the program here has to know first; "" for nothing."""
        return ""

    @on(Hinted)
    def _hinted(self, event: Hinted) -> None:
        event.stop()
        row = self.query_one(HintRow)
        row.say(event)
        row.refresh(layout=True)  # a long sentence takes as many rows as it needs: a dialog has no help that would say it in full

    @on(KeyCame)
    def _key_came(self, event: KeyCame) -> None:
        event.stop()
        self.query_one(HintRow).over(Until.NEXT_KEY)

    @on(Input.Changed)
    def _mended(self) -> None:
        self.query_one(HintRow).over(Until.MENDED)

    def on_key(self, event: Key) -> None:
        """A key that nothing took says so, as it does on a page."""
        if event.key not in self.active_bindings:
            decline(self, does_nothing(event, self.KEYS))

    def on_paste(self) -> None:
        """What no field took."""
        decline(self, "there is no field here for what was pasted")
