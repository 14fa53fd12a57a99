"""Guide step 7: the registry for provider images."""

from __future__ import annotations

from canvos_tui.core.questions import groups
from canvos_tui.tui.step_panel import FormStep


class ImageRegistry(FormStep):
    """IMAGE_REGISTRY."""

    GUIDE, TITLE = (7,), "Image registry"
    FIELDS = groups.IMAGE_REGISTRY.fields
    ABOUT = groups.IMAGE_REGISTRY.about
