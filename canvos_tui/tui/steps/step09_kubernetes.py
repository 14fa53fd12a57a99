"""Guide step 9: Kubernetes for provider images, and the proxy."""

from __future__ import annotations

from collections.abc import Iterable

from textual import on
from textual.containers import Vertical
from textual.widgets import Checkbox

from canvos_tui.core.answers.draft import SeveralChosen
from canvos_tui.core.ports import Ports
from canvos_tui.core.questions import groups
from canvos_tui.tui.step_panel import FormStep
from canvos_tui.tui.widgets.on_its_way import OnItsWay
from canvos_tui.tui.widgets.tick_list import Tick


class Kubernetes(FormStep):
    """K8S_DISTRIBUTION, K8S_VERSION, several versions or one, and the proxies."""

    GUIDE, TITLE, GROUP = (9,), "Kubernetes", "For provider images later · this AMI does not change"
    FIELDS = groups.KUBERNETES.fields
    ABOUT = groups.KUBERNETES.about

    def __init__(self, ports: Ports) -> None:
        super().__init__(ports)
        self._sent = OnItsWay[bool]()

    def below(self) -> Iterable[Vertical]:
        """The way to step 14."""
        yield Vertical(
            Tick("several versions: choose them on the next page", id="several", compact=True, value=self.draft.several),
            classes="note-box",
        )

    @on(Checkbox.Changed, "#several")
    def _several(self, event: Checkbox.Changed) -> None:
        event.stop()
        if event.value != self._sent.latest(self.draft.several):
            self._sent.sent(event.value)
            self.answer(SeveralChosen(event.value))

    def watch_draft(self) -> None:
        """The tick follows the draft."""
        super().watch_draft()
        self._sent.came(self.draft.several)
        for box in self.query(Checkbox) if not self._sent else ():
            box.value = self.draft.several
