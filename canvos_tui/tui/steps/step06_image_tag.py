"""Guide step 6: the tag of the image."""

from __future__ import annotations

from collections.abc import Iterable

from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from canvos_tui.core.answers import fields
from canvos_tui.core.answers.fields import Field
from canvos_tui.tui.step_panel import FormStep


class ImageTag(FormStep):
    """CUSTOM_TAG, and the name it becomes a part of."""

    GUIDE, TITLE = (6,), "Image tag"
    FIELDS = (fields.CUSTOM_TAG,)
    ABOUT = "The last part of the names of provider images. You choose it."

    def below(self) -> Iterable[Vertical]:
        """The name that provider images would get."""
        yield Vertical(Static("", id="tag-example", markup=False), classes="note-box")

    def watch_draft(self) -> None:
        """The example follows what is typed."""
        super().watch_draft()
        if self.is_mounted:
            tag = self.draft.text("CUSTOM_TAG")
            example = f"provider images become {self.draft.tag or 'v4.9.38'}-{tag}" if tag else ""
            self.query_one("#tag-example", Static).update(Content(example), layout=False)

    def on_mount(self) -> None:
        """Shows the example of the value that was there."""
        self.watch_draft()

    def caution(self, field: Field[str]) -> str:
        """Dots are legal but the vendor's documents ask for letters and digits."""
        return "dots are allowed but the vendor's documents name only letters and digits" if "." in self.draft.text(field.key) else ""
