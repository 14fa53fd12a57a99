"""What `.arg` will hold by the answers so far: for windows that have the room."""

from __future__ import annotations

from collections.abc import Iterator

from textual.app import ComposeResult
from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Static

from canvos_tui.core.answers.draft import Draft
from canvos_tui.core.answers.fields import BY_KEY
from canvos_tui.core.pages import OF_FIELD, Page, words
from canvos_tui.tui.painting.looks import MUTED
from canvos_tui.tui.widgets.panel import Panel


class SoFar(Panel):
    """A line for each value, those of this page standing out; of one that is not there yet, where it is asked for."""

    draft: reactive[Draft] = reactive(Draft, init=False)

    def __init__(self, page: Page, draft: Draft) -> None:
        super().__init__(title=".arg by the answers so far", small="written after Review", id="so-far")
        self._page = page
        self.set_reactive(SoFar.draft, draft)

    def compose(self) -> ComposeResult:
        """One text."""
        yield Static(self._text(), id="so-far-text", markup=False)

    def watch_draft(self) -> None:
        """Another answer, another line."""
        for text in self.query("#so-far-text").results(Static):
            text.update(self._text())

    def _text(self) -> Content:
        return Content("\n").join(self._lines())

    def _lines(self) -> Iterator[Content]:
        from canvos_tui.core.masking.outlet import shown  # its patterns take longer to make than the first page to paint

        for key, value in self.draft.args().items():
            mine = key in self._page.fields
            asked = BY_KEY.get(key)
            open_ = asked is not None and not (value or asked.optional or mine) and self.draft.route.wants(key)
            where = words(OF_FIELD[key]) if open_ else ""
            line = shown(f"{key}={value}")  # a proxy's address may hold a password
            yield Content.styled(f"{line}   {where}".rstrip(), "bold" if mine and value else MUTED)
