"""The footer: keys that work here, the most useful first, and at its end help and the way out.

A narrow window shows fewer keys, never half a one, and never without those two and the ways on and back.
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.reactive import reactive
from textual.widgets import Footer, Static

from canvos_tui.tui.textual_inside import FooterKey

_HELP, _OUT = "help", "app.quit"  # what the keys at the end do
_ALWAYS = {"next", "back"}  # the way on and the way back: no key of a page drives them out
_GAP = 2  # columns between two keys
_SPACE = 1  # columns between a key and its name


def _width(key: FooterKey) -> int:
    return cell_len(key.key_display) + _SPACE + cell_len(key.description)


def _that_fit(keys: Sequence[FooterKey], room: int) -> list[FooterKey]:
    """The ways on and back and the first of the others, whole and in their order."""
    kept: list[FooterKey] = []
    for key in sorted(keys, key=lambda key: key.action not in _ALWAYS):
        room -= _width(key)
        if room < 0:
            break
        kept.append(key)
        room -= _GAP
    return [key for key in keys if key in kept]


class KeyFooter(Footer):
    """Textual's footer would cut the last key in the middle of its name."""

    DEFAULT_CSS = """
    KeyFooter { padding: 0 1; }
    KeyFooter .footer-gap { width: 1fr; height: 1; }
    KeyFooter.-compact FooterKey { margin-right: 2; }
    KeyFooter.-compact FooterKey.-last { margin-right: 0; }
    """

    detaches: reactive[bool] = reactive(False, recompose=True)  # whether a build goes on when one leaves

    labels: reactive[dict[str, str]] = reactive(dict, recompose=True)  # what a key is called here, by its action

    def __init__(self, *, detaches: bool = False) -> None:
        super().__init__(compact=True, show_command_palette=False)
        self._room = 0
        self.set_reactive(KeyFooter.detaches, detaches)

    def compose(self) -> ComposeResult:
        """As many whole keys as fit, then the one that names the others, and the one that leaves."""
        self._room = self.app.size.width
        keys = [key for key in super().compose() if isinstance(key, FooterKey)]
        for key in keys:
            key.add_class("-compact", update=False)  # or its style would be looked up before it is anywhere, and again when it is
            key.description = self.labels.get(key.action, key.description)
            if key.action == _OUT and self.detaches:
                key.description = "Detach"
        ends = [key for action in (_HELP, _OUT) for key in keys if key.action == action]
        yield from _that_fit([key for key in keys if key not in ends], self._room - 3 - sum(_width(key) + _GAP for key in ends))
        yield Static("", classes="footer-gap")
        for key in ends:
            key.set_class(key is ends[-1], "-last", update=False)
            yield key

    async def on_resize(self) -> None:
        """Another width holds another number of keys."""
        if self._room and self._room != self.app.size.width:
            await self.recompose()
