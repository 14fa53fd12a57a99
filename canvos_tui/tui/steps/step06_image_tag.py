"""Guide step 6: the tag of the image."""

from __future__ import annotations

from canvos_tui.core.questions import groups
from canvos_tui.tui.step_panel import FormStep


class ImageTag(FormStep):
    """CUSTOM_TAG."""

    GUIDE, TITLE = (6,), "Image tag"
    FIELDS = groups.IMAGE_TAG.fields
    ABOUT = groups.IMAGE_TAG.about
