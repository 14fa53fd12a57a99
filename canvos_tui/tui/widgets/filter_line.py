"""A line above a list that keeps the rows which hold its words; it takes no room until it is opened."""

from __future__ import annotations

from textual.binding import Binding

from canvos_tui.tui.widgets.field_input import StillInput


class FilterLine(StillInput):
    """Opens with focus; Enter keeps the words, Esc takes them back. Either posts Input.Submitted."""

    BINDINGS = [Binding("escape", "drop", "Show all", show=False)]

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id, placeholder="show rows with ...   Enter keeps it, Esc shows all", compact=True)
        self._show(on=False)

    def _show(self, *, on: bool) -> None:
        """What is hidden takes no focus: Textual would give it the first of a page, and make its styles three times for nothing."""
        self.display = self.can_focus = on

    def open(self) -> None:
        """Shows the line and stands in it."""
        self._show(on=True)
        self.screen.set_focus(self)  # at once: the next key belongs to it

    async def action_drop(self) -> None:
        """No words any more."""
        self.value = ""
        await self.action_submit()

    def close(self) -> None:
        """Hides the line, unless words in it still filter."""
        self._show(on=bool(self.value))
