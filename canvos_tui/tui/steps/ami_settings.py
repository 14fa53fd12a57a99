"""How the AMI is registered, beyond the script's parameters (ours; the guide's script has no such choices)."""

from __future__ import annotations

from collections.abc import Iterable

from textual.containers import Vertical
from textual.widgets import Static

from canvos_tui.core.questions import groups
from canvos_tui.tui.step_panel import FormStep


class AmiSettings(FormStep):
    """IMDS, type, end and size of the root volume; they count where the registration is ours."""

    TITLE = groups.AMI.title
    FIELDS = groups.AMI.fields
    ABOUT = f"{groups.AMI.about} {groups.AMI.note}"

    def steps(self) -> str:
        """No step of the guide asks for them."""
        return "not in the guide"

    def below(self) -> Iterable[Vertical]:
        """Where they count."""
        yield Vertical(Static(groups.AMI.note, markup=False), classes="note-box")
