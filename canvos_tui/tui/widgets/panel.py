"""A panel: a titled border whose colour is the state of what it holds."""

from __future__ import annotations

from enum import Enum

from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget

from canvos_tui.tui.painting.hollow import Hollow


class State(Enum):
    """What the border says; the value is the style class. Without one it is the focus that colours it."""

    REST = ""
    RUNNING = "-running"
    ERROR = "-error"
    WARNING = "-warning"
    SUCCESS = "-success"


class Panel(Hollow, Vertical):
    """Title at the top left, the small print (time, step, id) at the bottom right."""

    DEFAULT_CSS = """
    Panel {
        height: auto; width: 100%; padding: 0 1; border: round $border-blurred;
        border-title-color: $text; border-title-style: bold; border-subtitle-color: $text-muted;
    }
    Panel:focus-within { border: round $text-accent; border-title-color: $text-accent; }
    Panel.-running { border: round $text-accent; border-title-color: $text-accent; }
    Panel.-error { border: round $text-error; border-title-color: $text-error; }
    Panel.-warning { border: round $text-warning; border-title-color: $text-warning; }
    Panel.-success { border: round $text-success; border-title-color: $text-success; }
    """

    def __init__(self, *children: Widget, title: str = "", small: str = "", id: str | None = None, classes: str | None = None) -> None:
        super().__init__(*children, id=id, classes=classes)
        self._state = State.REST
        self.entitle(title, small)

    def entitle(self, title: str, small: str = "") -> None:
        """Another title and another small print; both are texts, never markup."""
        if (title, small) != self._entitled:  # either would be painted anew, and all within the border
            self._entitled = title, small
            self.border_title = Content(title)
            self.border_subtitle = Content(small)

    _entitled: tuple[str, str] | None = None

    @property
    def state(self) -> State:
        """What the border says."""
        return self._state

    def say(self, state: State) -> None:
        """Another state."""
        if state is not self._state:
            before, self._state = self._state, state
            for name, on in ((before.value, False), (state.value, True)):
                if name:
                    self.set_class(on, name, update=False)
            if self.is_attached:  # nothing that it holds looks otherwise: Textual would make the styles of all of that anew
                self.app.stylesheet.update_nodes([self])
