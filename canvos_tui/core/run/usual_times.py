"""How long a phase usually takes: from this machine's own past runs, else our estimate, named as such: nobody states any."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from statistics import median

from canvos_tui.core.run.endless import endless
from canvos_tui.core.run.phase import Phase
from canvos_tui.core.run.run import BuildRun, Stage
from canvos_tui.core.text import elapsed
from canvos_tui.core.values import dataclass

MINUTE = 60.0
WHOLE = (60 * MINUTE, 120 * MINUTE)  # seconds for everything, our estimate
# minutes, estimated by us
_ESTIMATES = {
    Phase.AWSCLI: (0.5, 1),
    Phase.UPLOAD: (10, 30),
    Phase.SNAPSHOT: (2, 20),
    Phase.IMPORT: (15, 45),
    Phase.REGISTER: (1, 2),
    Phase.AMI: (1, 2),
}
ESTIMATE = "our estimate"
NO_END = "cannot end by itself"
_FEW = 5  # runs; with fewer the range is told, from here on the middle half


@dataclass(frozen=True)
class Usual:
    """A range in seconds, and how many runs on this machine say so: 0 for our estimate."""

    low: float
    high: float
    runs: int = 0

    @property
    def own(self) -> bool:
        """Whether it was measured on this machine."""
        return self.runs > 0

    @property
    def text(self) -> str:
        """`our estimate 15-45 min` or `usually 6:12 (1 run here)`."""
        if not self.own:
            return f"{ESTIMATE} {span(self.low, self.high)}"
        return f"usually {span(self.low, self.high)} ({self.runs} run{'s' if self.runs > 1 else ''} here)"


def span(low: float, high: float) -> str:
    """A range of seconds in few words."""
    if high - low < 1:
        return elapsed(high)
    if low >= MINUTE and high <= 120 * MINUTE:
        return f"{low / MINUTE:.0f}-{high / MINUTE:.0f} min" if round(low / MINUTE) != round(high / MINUTE) else elapsed(high)
    return f"{elapsed(low)}-{elapsed(high)}"


def usual_times(history: Iterable[Mapping[str, float]]) -> dict[Phase, Usual]:
    """What is usual, by phase; `history` holds seconds by phase id, one mapping a run. Phases that nobody knows are left out."""
    runs = list(history)
    found = {p: Usual(low * MINUTE, high * MINUTE) for p, (low, high) in _ESTIMATES.items()}
    for phase in Phase:
        took = sorted(run[phase.value] for run in runs if phase.value in run)
        if took:
            found[phase] = _own(took)
    return found


def usual_whole(history: Iterable[Mapping[str, float]]) -> Usual:
    """How long a run takes from the image to the AMI, by those of this machine that did both."""
    whole = [run for run in history if Phase.BASE.value in run and Phase.REGISTER.value in run]
    took = sorted(sum(run.values()) for run in whole)
    return _own(took) if took else Usual(*WHOLE)


def _own(took: list[float]) -> Usual:
    if len(took) < _FEW:
        return Usual(took[0], took[-1], len(took))
    half = len(took) // 2
    return Usual(median(took[:half]), median(took[-half:]), len(took))


def phase_seconds(run: BuildRun) -> dict[str, float]:
    """How long each phase took that was left for another one: the last phase of a failed run says nothing about the usual."""
    ended = run.phases if run.phase is Phase.DONE else run.phases[:-1]
    return {p.phase.value: (p.left - p.entered).total_seconds() for p in ended if p.left is not None and p.phase is not Phase.DONE}


def overdue(usual: Usual | None, seconds: float) -> bool:
    """Whether a phase took more than twice its usual time, and a minute more than that usual at the least."""
    return usual is not None and seconds > max(2 * usual.high, usual.high + MINUTE)


def remaining(run: BuildRun, usual: Mapping[Phase, Usual], now: datetime) -> str:
    """When it ends, as a range with its source; empty when nothing is known or the run is over."""
    if run.started_at is None or run.stage is not Stage.RUNNING:
        return ""
    if endless(run) is not None:
        return NO_END
    shown = run.plan.phases
    ahead = [p for p in shown if run.phase is None or p.order > run.phase.order]
    own = [p for p in shown if p in usual and usual[p].own]
    if all(p in usual for p in ahead) and (own or len(ahead) < len(shown)) and (run.phase is None or run.phase in usual):
        low, high = _this_phase(run, usual, now)
        low, high = low + sum(usual[p].low for p in ahead), high + sum(usual[p].high for p in ahead)
        counted = {*ahead, *([run.phase] if run.phase is not None else [])}
        source = "own runs" if counted <= set(own) else f"own runs and {ESTIMATE}" if counted & set(own) else ESTIMATE
        return f"ends in {span(low, high)} ({source})" if high else ""
    spent = (now - run.started_at).total_seconds()
    if spent > WHOLE[1]:
        return f"longer than {ESTIMATE} of 1-2 h"
    return f"ends in {span(max(0.0, WHOLE[0] - spent), WHOLE[1] - spent)} ({ESTIMATE})"


def _this_phase(run: BuildRun, usual: Mapping[Phase, Usual], now: datetime) -> tuple[float, float]:
    if run.phase is None or run.phase not in usual:
        return 0.0, 0.0
    spent = (now - run.phases[-1].entered).total_seconds()
    return max(0.0, usual[run.phase].low - spent), max(0.0, usual[run.phase].high - spent)
