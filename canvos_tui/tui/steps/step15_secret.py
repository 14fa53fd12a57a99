"""Guide step 15: what `.secret` holds and why one line more than the guide shows."""

from __future__ import annotations

from canvos_tui.tui.step_panel import StepPanel


class SecretNote(StepPanel):
    """The review shows the file itself; this is what help says of it."""

    GUIDE, TITLE = (15,), "Write .secret"
    ABOUT = (
        ".secret has three lines, the guide shows two: without an empty AWS_PROFILE= the build fails at its very last step. "
        "It is created with mode 0600. An old one with other keys is kept as .arg.secret.bak-..., a name that git ignores."
    )
