"""Guide step 7: the registry for provider images."""

from __future__ import annotations

from collections.abc import Iterable

from textual.containers import Vertical

from canvos_tui.core.answers import fields
from canvos_tui.tui.step_panel import FormStep
from canvos_tui.tui.widgets.note import Note

GOOD_TO_KNOW = "This AMI build pushes nothing to the registry. The value is kept in .arg for provider images; no registry login needed."


class ImageRegistry(FormStep):
    """IMAGE_REGISTRY."""

    GUIDE, TITLE = (7,), "Image registry"
    FIELDS = (fields.IMAGE_REGISTRY,)
    ABOUT = "Where provider images would be pushed: your Docker ID, or a registry's host."

    def below(self) -> Iterable[Vertical]:
        """What the value is good for."""
        yield Vertical(Note("Good to know", GOOD_TO_KNOW), classes="note-box")
