"""The footer: keys that work here, the most useful first. A narrow window shows fewer of them, never half a one."""

from __future__ import annotations

from collections.abc import Iterable

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.widget import Widget
from textual.widgets import Footer

_GAP = 1  # columns between two keys
_SPACE = 1  # columns between a key and its name


def _width(key: Widget) -> int:
    return cell_len(getattr(key, "key_display", "")) + _SPACE + cell_len(getattr(key, "description", ""))


def _that_fit(keys: Iterable[Widget], room: int) -> list[Widget]:
    """The first ones, whole."""
    kept: list[Widget] = []
    for key in keys:
        room -= _width(key)
        if room < 0:
            break
        kept.append(key)
        room -= _GAP
    return kept


class KeyFooter(Footer):
    """Textual's footer would cut the last key in the middle of its name."""

    def __init__(self) -> None:
        super().__init__(compact=True, show_command_palette=False)
        self._room = 0

    def compose(self) -> ComposeResult:
        """As many whole keys as fit, and always the one that names the others."""
        self._room = self.app.size.width
        keys = list(super().compose())
        kept = _that_fit(keys, self._room)
        helps = [key for key in keys if getattr(key, "description", "") == "Help"]
        if helps and helps[0] not in kept:
            kept = [*_that_fit([key for key in keys if key is not helps[0]], self._room - _width(helps[0]) - _GAP), helps[0]]
        yield from kept

    async def on_resize(self) -> None:
        """Another width holds another number of keys."""
        if self._room and self._room != self.app.size.width:
            await self.recompose()
