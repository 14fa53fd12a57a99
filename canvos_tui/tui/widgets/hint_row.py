"""The row in which a screen says what a key did, or why it did nothing."""

from __future__ import annotations

from textual.events import Key
from textual.widgets import Static

from canvos_tui.tui.messages import Hinted, Until
from canvos_tui.tui.painting.blocks import said

_LIKE_MARKS = {"x", "!", "?"}  # at the start of a sentence they stand for marks


class HintRow(Static):
    """One sentence at a time; it goes when it does not hold any more."""

    def __init__(self) -> None:
        super().__init__("", id="hint", markup=False)
        self._until = Until.REPLACED

    def say(self, hinted: Hinted) -> None:
        """Shows another sentence; the words may be git's, with an address in them."""
        self._until = hinted.until if hinted.text else Until.REPLACED
        self.update(said(hinted.text if hinted.ours else _masked(hinted.text)), layout=False)

    def over(self, what: Until) -> None:
        """That has come: whatever was said until then goes."""
        if self._until is what:
            self.say(Hinted(""))

    def holds_until(self, what: Until) -> bool:
        """Whether the sentence that stands there goes then."""
        return self._until is what


def _masked(text: str) -> str:
    """Loaded with the first sentence that may hold somebody else's words: the first key on the first page does not wait for it."""
    from canvos_tui.core.masking.outlet import shown

    return shown(text)


def does_nothing(event: Key, instead: str) -> str:
    """What is said of a key that nobody takes."""
    name = event.character if event.is_printable and event.key != "space" else event.key
    return f"{'the key ' if name in _LIKE_MARKS else ''}{name} does nothing here; {instead}"
