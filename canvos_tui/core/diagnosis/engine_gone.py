"""A build that ended while its Docker engine was away: what was seen of the engine, and what of the build's container."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from canvos_tui.core.diagnosis.container_end import clock, named
from canvos_tui.core.run.containers import ListedContainer
from canvos_tui.core.run.result import Cause

_LOG = "$ sudo journalctl -u docker --no-pager -n 50"


def still_gone(error: str, answered: datetime, containers: Sequence[ListedContainer], *, before_end: bool) -> Cause:
    """The engine does not answer; `before_end` says whether that was seen while the build ran, `containers` are those that ran last."""
    title = "The Docker engine went away during the build" if before_end else "The Docker engine was gone when the build's command ended"
    why = f"Nobody listens on its socket any more; it answered last at {clock(answered)}."
    if containers:
        ran = ", ".join(named(container) for container in containers)
        why += f" Whether the build's container {ran} ended with it is not known: a container can outlive its engine."
    fix = ("start the engine again and look at its log", "$ sudo systemctl start docker", _LOG)
    return Cause("engine-gone", title, why, fix, (error,))


def back_again(error: str, left: Sequence[ListedContainer]) -> Cause:
    """The engine answers again, but it was away while the build ran; `left` are the build's containers that run."""
    ran = ", ".join(named(container) for container in left)
    fate = f"the build's container {ran} still runs, without its command" if left else "no container of the build runs any more"
    why = f"Nobody listened on its socket for a while. It answers again, and {fate}."
    fix = ("look at the engine's log for why it was restarted, then start the build again", _LOG)
    return Cause("engine-gone", "The Docker engine went away during the build", why, fix, (error,))
