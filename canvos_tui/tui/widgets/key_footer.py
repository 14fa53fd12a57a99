"""The footer: keys that work here, the most useful first. A narrow window shows fewer of them, never half a one."""

from __future__ import annotations

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.widgets import Footer

_GAP = 1  # columns between two keys
_SPACE = 1  # columns between a key and its name


class KeyFooter(Footer):
    """Textual's footer would cut the last key in the middle of its name."""

    def __init__(self) -> None:
        super().__init__(compact=True, show_command_palette=False)
        self._room = 0

    def compose(self) -> ComposeResult:
        """As many whole keys as fit."""
        used, self._room = 0, self.app.size.width
        for key in super().compose():
            used += cell_len(getattr(key, "key_display", "")) + _SPACE + cell_len(getattr(key, "description", ""))
            if used > self._room:
                return
            used += _GAP
            yield key

    async def on_resize(self) -> None:
        """Another width holds another number of keys."""
        if self._room and self._room != self.app.size.width:
            await self.recompose()
