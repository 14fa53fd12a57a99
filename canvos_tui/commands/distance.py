"""How Textual paints, by how far away the terminal is; to be said before Textual is loaded."""

from __future__ import annotations

from collections.abc import MutableMapping

FRAMES = "120"  # a second: a key waits 8 ms at most for the frame that shows its effect, and not 17


def suit(environ: MutableMapping[str, str]) -> None:
    """Over ssh nothing is animated, and frames stay as few as they are; here they come twice as soon. What the user set stays."""
    if "SSH_CONNECTION" in environ:
        environ.setdefault("TEXTUAL_ANIMATIONS", "none")
    else:
        environ.setdefault("TEXTUAL_FPS", FRAMES)
