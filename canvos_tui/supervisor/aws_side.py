"""What a run sees of AWS beside its build: the looks as they come, what each means, and what is still to be waited for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from canvos_tui.adapters.runs.clock import RunClock
from canvos_tui.core.aws.facts import Baseline
from canvos_tui.core.aws.sighting import Sighting
from canvos_tui.core.run.events import BuildEvent
from canvos_tui.core.run.phase import Phase
from canvos_tui.core.verdict.settling import Settling
from canvos_tui.core.verdict.watch import Watch
from canvos_tui.supervisor.aws_watcher import AwsWatcher, Look, OpenAws

_LEAST = 0.2  # seconds between two looks


class AwsSide:
    """Looks from a thread of its own; every method returns at once."""

    def __init__(self, open_aws: OpenAws, baseline: Baseline, pace: float, clock: RunClock, notify: Callable[[], None]) -> None:
        self._clock = clock
        self._watch = Watch(baseline, pace=pace, uploads_begun=False)
        self._watcher = AwsWatcher(open_aws, baseline, notify, self._pause())
        self._watcher.now = clock.now
        self._last = Look(clock.now(), Sighting(clock.now()))

    def _pause(self) -> float:
        """Seconds to the next look; at a rehearsal's pace they would follow each other without end, and keep a processor busy."""
        return max(_LEAST, self._watch.pause())

    def start(self) -> None:
        """Begins with a first look at once."""
        self._watcher.start()

    def stop(self) -> None:
        """Ends it."""
        self._watcher.stop()

    def look_now(self) -> None:
        """Ends the present pause."""
        self._watcher.look_now()

    def events(self) -> tuple[BuildEvent, ...]:
        """What is new since the last call."""
        told: list[BuildEvent] = []
        for look in self._watcher.take():
            sighting = replace(look.sighting, at=self._clock.now())
            self._last = Look(look.began, sighting)
            self._watch, events = self._watch.after(sighting)
            told += events
        self._watcher.pause = self._pause()
        return tuple(told)

    def marking(self, mark: str) -> None:
        """An import of the run carries that mark: none without it, or without being named, is its own."""
        self._watch = replace(self._watch, mark=mark)

    def taking_over(self, phase: Phase, task_id: str) -> None:
        """The run begins with that phase: what came before it is its own, and no news. `task_id` is "" where it has none yet."""
        self._watch = replace(self._watch, phase=phase, uploads_begun=True)
        if task_id:
            self.naming(task_id)

    def naming(self, task_id: str) -> None:
        """The log says which import task is this run's."""
        self._watch = self._watch.naming(task_id)
        self._watcher.task_id = task_id

    def reaching(self, phase: Phase) -> None:
        """The log says which phase began."""
        self._watch = self._watch.reaching(phase)

    def settled(self, settling: Settling) -> bool:
        """Whether nothing more is to be waited for."""
        return settling.over(self._last.sighting, self._last.began, self._watch, self._clock.now())

    @property
    def sighting(self) -> Sighting:
        """The newest look."""
        return self._last.sighting

    @property
    def phase(self) -> Phase | None:
        """The latest phase that AWS shows."""
        return self._watch.phase

    def ids(self, named: Mapping[str, str]) -> dict[str, str]:
        """Task, snapshot and AMI of this run: what the log `named`, else what some look showed."""
        return self._watch.ids(named)
