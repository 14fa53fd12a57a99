"""What stands on the screen while the wizard is loaded: the frame and the title, where the first page will have them."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.events import ScreenResume
from textual.widgets import Static

from canvos_tui.tui.painting.hollow import Hollow
from canvos_tui.tui.textual_inside import StillScreen

WELCOME = "Build an AWS cloud image with CanvOS"


class Doorstep(Hollow, StillScreen[None]):
    """Two lines and no more: it has to be painted as soon as Textual can paint anything."""

    DEFAULT_CSS = """
    Doorstep { layout: vertical; }
    Doorstep #door-bar { height: 1; padding: 0 1; background: $primary-background; text-style: bold; }
    Doorstep #door-title { padding: 0 1; margin: 1 0 0 0; height: 1; }
    """

    def __init__(self, title: str = WELCOME) -> None:
        super().__init__()
        self._title = title

    def on_screen_resume(self, event: ScreenResume) -> None:
        """It has its styles already."""
        event.refresh_styles = False

    def compose(self) -> ComposeResult:
        """Bar and title."""
        yield Static("canvos-tui", id="door-bar", markup=False)
        yield Static(self._title, id="door-title", markup=False)
