"""Signs of life of a run: the heartbeat of its supervisor as a reader sees it, and what cannot be seen right now."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import Enum

from canvos_tui.core.run.events import CannotSee
from canvos_tui.core.text import elapsed, size
from canvos_tui.core.values import dataclass

QUIET = 30.0  # seconds without a line of output before that is said
BEAT = 3.0  # seconds between two heartbeats
LATE = 15.0  # seconds without a heartbeat after which a supervisor that holds its lock counts as slow


class Beat(Enum):
    """How the supervisor is."""

    ALIVE = "alive"
    STOPPED = "stopped"  # by a signal (SIGSTOP, Ctrl+Z) or a debugger
    SLOW = "slow"  # holds its lock, but gave no sign of life for a while
    GONE = "gone"


@dataclass(frozen=True)
class Pulse:
    """The last sign of life. `skew` is how many seconds this machine's clock went away from the run's own since it began.

    `alive` says whether the build's process was seen, `container` how many of its containers ran (None: nobody could say), `cpu` is
    the share of the machine in percent that they took; `lost` bytes of the log could not be written since `lost_since`.
    """

    beat: Beat = Beat.ALIVE
    age: float = 0.0
    skew: float = 0.0
    alive: bool | None = None
    container: int | None = None
    cpu: float | None = None
    step: str = ""
    lost: int = 0
    lost_since: datetime | None = None
    lost_why: str = ""

    def time(self, now: datetime) -> datetime:
        """What the run's own clock says, which no change of the machine's clock moves."""
        return now - timedelta(seconds=self.skew)


def silence(quiet: float, pulse: Pulse | None) -> str:
    """The line after 30 s without output; it names only what was observed. Empty before that."""
    if quiet < QUIET:
        return ""
    told = [f"no output for {elapsed(quiet)}"]
    if pulse is not None and pulse.beat is Beat.ALIVE:
        told += [] if pulse.alive is None else ["process alive" if pulse.alive else "process ended"]
        if pulse.container is not None:
            told.append({0: "no container", 1: "container up"}.get(pulse.container, f"{pulse.container} containers up"))
        told += [] if pulse.cpu is None else [f"CPU {pulse.cpu:.0f} %"]
        told += [f"last step {pulse.step}"] if pulse.step else []
    return ", ".join(told)


def troubles(pulse: Pulse | None) -> tuple[str, ...]:
    """What is wrong around the build right now, a sentence each: a supervisor that does not answer, a log that cannot be written."""
    if pulse is None:
        return ()
    told = []
    if pulse.beat is Beat.STOPPED:
        told.append(f"the supervisor is stopped (SIGSTOP), no sign of life for {elapsed(pulse.age)}: the build waits for it")
    elif pulse.beat is Beat.SLOW:
        told.append(f"the supervisor is slow: it holds its lock, but gave no sign of life for {elapsed(pulse.age)}")
    elif pulse.beat is Beat.GONE:
        told.append("the supervisor is gone")
    if pulse.lost:
        since = f" since {pulse.lost_since:%H:%M} UTC" if pulse.lost_since else ""
        told.append(f"the log cannot be written{since} ({pulse.lost_why}), {size(pulse.lost)} are missing; the build goes on")
    return tuple(told)


def blindness(event: CannotSee, width: int = 0) -> str:
    """What AWS does not tell us at the moment, and that the build goes on all the same.

    With a `width` it is shortened where it would not fit into so many characters: of the reason its code is left.
    """
    if not event.reason:
        return f"{event.what} can be seen again"
    again = f"; next try in {event.retry} s" if event.retry else ""
    whole = f"cannot see {event.what} ({event.reason}); it goes on{again}"
    return whole if not width or len(whole) <= width else f"cannot see {event.what} ({event.code or event.reason}){again}"
