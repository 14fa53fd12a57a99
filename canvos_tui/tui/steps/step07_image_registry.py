"""Guide step 7: the registry for provider images."""

from __future__ import annotations

from collections.abc import Iterable

from textual.containers import Vertical

from canvos_tui.core.questions import groups
from canvos_tui.tui.step_panel import FormStep
from canvos_tui.tui.widgets.note import Note


class ImageRegistry(FormStep):
    """IMAGE_REGISTRY."""

    GUIDE, TITLE = (7,), "Image registry"
    FIELDS = groups.IMAGE_REGISTRY.fields
    ABOUT = groups.IMAGE_REGISTRY.about

    def below(self) -> Iterable[Vertical]:
        """What the value is good for."""
        yield Vertical(Note("Good to know", groups.IMAGE_REGISTRY.note), classes="note-box")
