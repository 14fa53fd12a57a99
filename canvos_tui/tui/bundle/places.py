"""The screens of a bundle in their order, and what a panel of them has in common."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from canvos_tui.core.bundle.seen import Seen
from canvos_tui.core.pages import BY_SLUG, Page
from canvos_tui.core.ports import Ports

if TYPE_CHECKING:
    from canvos_tui.tui.step_panel import StepPanel as Of
else:
    Of = object  # no widget: styles are those of the first base that is one

RESULT = replace(BY_SLUG["result"], title="How it ended", number=1, rail="Result")
LOG = replace(BY_SLUG["build"], title="Log and phases", number=2, rail="Log")
CHECKS = replace(BY_SLUG["check"], title="What the doctor found", number=3, rail="Checks")
FILES = Page("files", "All that is in it", 4, "Files")


def places(seen: Seen) -> tuple[Page, ...]:
    """Those that the bundle has something for."""
    of_run = (RESULT, LOG) if seen.result is not None else ()
    return (*of_run, *((CHECKS,) if seen.report is not None else ()), FILES)


class Looking(Of):
    """Makes of a panel one that has the bundle; the first of its bases. `HIDDEN` are the actions of its kin that would do something."""

    HIDDEN: frozenset[str] = frozenset()

    def __init__(self, ports: Ports, seen: Seen) -> None:
        super().__init__(ports)
        self.seen = seen

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What would do something is not offered."""
        return action not in self.HIDDEN and super().check_action(action, parameters)
