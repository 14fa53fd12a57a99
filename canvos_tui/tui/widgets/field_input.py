"""The text of a field. What is pasted into an empty one is understood before it stands there, and what was taken is said."""

from __future__ import annotations

from textual.events import Paste
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Input

from canvos_tui.core.answers.pasted import HIDDEN, PastedKeys, has_private_key, keys_in, value_in
from canvos_tui.core.text import clip
from canvos_tui.tui.messages import hint

_SHOWN = 40  # characters of the value in the sentence


class StillInput(Input):
    """Textual's, but for its cursor: one that blinks has the terminal written to twice a second, over a slow line too."""

    cursor_blink = reactive(False, init=False)


class FieldInput(StillInput):
    """An Input that knows which field it is of."""

    def __init__(self, key: str, title: str, value: str = "", *, id: str, placeholder: str = "", hidden: bool = False) -> None:  # noqa: PLR0913  an Input has as many
        super().__init__(value, id=id, compact=True, select_on_focus=False, placeholder=placeholder, password=hidden)
        self._key = key
        self._title = title

    def on_paste(self, event: Paste) -> None:
        """Comes before Textual's own handler, which types the text; in the midst of other text it is only what it is."""
        if has_private_key(event.text):
            event.prevent_default()
            event.stop()
            hint(
                self,
                "x nothing was taken: this is a private key, which must not leave its machine; the .pub file beside it is the public one",
            )
            return
        if self.value and self.value != self.selected_text:
            return
        found = value_in(self._key, event.text)
        if found != event.text.strip():
            shown = "" if self._key in HIDDEN else f" {clip(found, _SHOWN)}"
            hint(self, f"taken from what was pasted: {self._title}{shown}")
        event.text = found


class KeyInput(FieldInput):
    """One of the AWS keys; a paste that holds a pair is told to whoever has all fields."""

    class Pair(Message):
        """The keys as they were pasted together."""

        def __init__(self, keys: PastedKeys) -> None:
            super().__init__()
            self.keys = keys

    def on_paste(self, event: Paste) -> None:
        """All at once, wherever they were pasted."""
        keys = keys_in(event.text)
        if keys is None:
            super().on_paste(event)
        else:
            event.stop()
            event.prevent_default()
            self.post_message(self.Pair(keys))
