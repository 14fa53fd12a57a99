"""How snapshot and AMI are made, beyond the script's parameters (ours; the guide's script has no such choices)."""

from __future__ import annotations

from collections.abc import Iterable

from textual.containers import Vertical
from textual.widgets import Static

from canvos_tui.core.questions import groups
from canvos_tui.tui.step_panel import FormStep


class AmiSettings(FormStep):
    """IMDS, root volume, import role, encryption and the upload's rate; they count where the stages are ours."""

    TITLE = groups.AMI.title
    FIELDS = groups.AMI.fields
    ABOUT = f"{groups.AMI.about} {groups.AMI.note}"

    def steps(self) -> str:
        """No step of the guide asks for them."""
        return "not in the guide"

    def below(self) -> Iterable[Vertical]:
        """Where they count."""
        yield Vertical(Static(groups.AMI.note, markup=False), classes="note-box")
