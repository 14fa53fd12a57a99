"""A run as a line in a list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from canvos_tui.core.run.build import RunId
from canvos_tui.core.run.result import Outcome


@dataclass(frozen=True)
class RunInfo:
    """One run of the state directory; `live` means that its supervisor holds the lock right now."""

    run_id: RunId
    checkout: str
    tag: str
    created: datetime
    live: bool
    outcome: Outcome | None
    ami: str = ""
