"""Guide step 6: the tag of the image."""

from __future__ import annotations

from canvos_tui.core.answers import fields
from canvos_tui.core.answers.fields import Field
from canvos_tui.tui.step_panel import FormStep


class ImageTag(FormStep):
    """CUSTOM_TAG."""

    GUIDE, TITLE = (6,), "Image tag"
    FIELDS = (fields.CUSTOM_TAG,)
    ABOUT = "The last part of the names of provider images. You choose it."

    def caution(self, field: Field[str]) -> str:
        """Dots are legal but the vendor's documents ask for letters and digits."""
        return "dots are allowed but the vendor's documents name only letters and digits" if "." in self.draft.text(field.key) else ""
