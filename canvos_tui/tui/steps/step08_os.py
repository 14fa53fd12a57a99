"""Guide step 8: the operating system."""

from __future__ import annotations

from canvos_tui.core.questions import groups
from canvos_tui.tui.step_panel import FormStep


class OperatingSystem(FormStep):
    """OS_DISTRIBUTION, OS_VERSION and, where it is needed, BASE_IMAGE."""

    GUIDE, TITLE, GROUP = (8,), "Operating system", "In this AMI"
    FIELDS = groups.OPERATING_SYSTEM.fields
    ABOUT = groups.OPERATING_SYSTEM.about
