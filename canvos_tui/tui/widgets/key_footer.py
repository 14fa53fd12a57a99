"""The footer: keys that work here, the most useful first, and at its end help and the way out.

A narrow window shows fewer keys, never half a one, and never without those two.
"""

from __future__ import annotations

from collections.abc import Iterable

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.reactive import reactive
from textual.widgets import Footer, Static

from canvos_tui.tui.textual_inside import FooterKey

_HELP, _OUT = "help", "app.quit"  # what the keys at the end do
_GAP = 1  # columns between two keys
_SPACE = 1  # columns between a key and its name


def _width(key: FooterKey) -> int:
    return cell_len(key.key_display) + _SPACE + cell_len(key.description)


def _that_fit(keys: Iterable[FooterKey], room: int) -> list[FooterKey]:
    """The first ones, whole."""
    kept: list[FooterKey] = []
    for key in keys:
        room -= _width(key)
        if room < 0:
            break
        kept.append(key)
        room -= _GAP
    return kept


class KeyFooter(Footer):
    """Textual's footer would cut the last key in the middle of its name."""

    DEFAULT_CSS = "KeyFooter .footer-gap { width: 1fr; height: 1; }"

    detaches: reactive[bool] = reactive(False, recompose=True)  # whether a build goes on when one leaves

    def __init__(self, *, detaches: bool = False) -> None:
        super().__init__(compact=True, show_command_palette=False)
        self._room = 0
        self.set_reactive(KeyFooter.detaches, detaches)

    def compose(self) -> ComposeResult:
        """As many whole keys as fit, then the one that names the others, and the one that leaves."""
        self._room = self.app.size.width
        keys = [key for key in super().compose() if isinstance(key, FooterKey)]
        for key in keys:
            if key.action == _OUT and self.detaches:
                key.description = "Detach"
        ends = [key for action in (_HELP, _OUT) for key in keys if key.action == action]
        yield from _that_fit((key for key in keys if key not in ends), self._room - _GAP - sum(_width(key) + _GAP for key in ends))
        yield Static("", classes="footer-gap")
        yield from ends

    async def on_resize(self) -> None:
        """Another width holds another number of keys."""
        if self._room and self._room != self.app.size.width:
            await self.recompose()
