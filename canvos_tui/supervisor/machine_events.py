"""What goes on around a build on its machine, as events: disks that fill up, containers that come and go, an engine that goes away."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path

from canvos_tui.adapters.docker.build_engine import BuildEngine
from canvos_tui.adapters.runs.clock import RunClock
from canvos_tui.core.diagnosis.container_end import ContainerEnd, end_of_build, memory_findings, named
from canvos_tui.core.diagnosis.engine_story import EngineStory
from canvos_tui.core.run.containers import BUILDER, ListedContainer, left_container, unknown_container
from canvos_tui.core.run.disk_trend import DiskTrend, disk_line
from canvos_tui.core.run.events import GONE, BuildEvent, ContainerSeen, DiskLevel, Noted
from canvos_tui.core.run.result import Finding, LeftOver
from canvos_tui.core.status import Status
from canvos_tui.supervisor.machine_watcher import PAUSE, Cleared, MachineLook, MachineWatcher, Space

_SILENT = 3  # looks without an answer after which that is said; an engine may be slow once


class MachineEvents:
    """Keeps what was seen last; every method returns at once."""

    def __init__(self, engine: BuildEngine, state: Path, clock: RunClock, notify: Callable[[], None], pace: float = 1.0) -> None:
        self._clock = clock
        self._watcher = MachineWatcher(engine, state, notify, max(0.5, PAUSE * pace))
        self._trends = {place: DiskTrend(place) for place in ("docker", "state")}
        self._containers: dict[str, ListedContainer] = {}
        self._answered: bool | None = None  # None: no engine was ever seen
        self._silent = 0  # looks in a row without an answer
        self._answered_at = clock.now()
        self._away = ""  # what was said when nobody listened at its socket, as long as no container of the build was seen since
        self._last: dict[str, datetime] = {}  # when each container was seen last
        self._ran: tuple[ListedContainer, ...] = ()  # those that ran when the command ended, as far as was seen
        self._untold: list[BuildEvent] = []
        self._failed: datetime | None = None
        self._cleared: Cleared | None = None
        self._clearing = False
        self._stopped = False
        self.cpu: float | None = None

    @property
    def running(self) -> int | None:
        """How many containers of the build ran at the last look; None when nobody could say."""
        return len(self._containers) if self._answered and not self._silent else None

    def start(self) -> None:
        """Begins to look."""
        self._watcher.start()

    def stop(self) -> None:
        """Ends it."""
        self._watcher.stop()

    def events(self) -> list[BuildEvent]:
        """What is new since the last call."""
        told, self._untold = self._untold, []
        return told + [event for look in self._watcher.take() for event in self.counted(look)]

    def counted(self, look: MachineLook) -> Iterable[BuildEvent]:
        """What one look shows."""
        for space in look.spaces:
            yield from self._room(space)
        now = self._clock.now()
        if look.engine is None:
            self._away = look.error if look.away and not self._clearing else self._away
            self._silent, self.cpu = self._silent + 1, None
            if self._answered and (look.away or self._silent >= _SILENT):
                self._answered = False
                yield Noted(now, f"the Docker engine does not answer any more ({look.error})")
            return
        self._silent = 0
        if self._answered is False:
            yield Noted(now, "the Docker engine answers again")
        self._answered, self.cpu = True, look.engine.cpu
        if not self._clearing:  # what is seen later says nothing about the build
            self._answered_at, self._away = now, "" if look.engine.containers else self._away
        self._last |= dict.fromkeys((container.id for container in look.engine.containers), now)
        yield from self._moved({container.id: container for container in look.engine.containers})

    def _room(self, space: Space) -> Iterable[BuildEvent]:
        before, now = self._level(space.place), self._clock.now()
        trend = self._trends[space.place]
        self._trends[space.place], seen = trend.after(self._clock.steady(), now, space.path, space.free, space.total)
        if seen is not None:
            yield seen
            if seen.level not in {DiskLevel.OK, before}:
                yield Noted(now, disk_line(seen))

    def _moved(self, running: dict[str, ListedContainer]) -> Iterable[BuildEvent]:
        now = self._clock.now()
        for container in (c for c in running.values() if c.id not in self._containers):
            yield ContainerSeen(now, container.id, container.name, container.state, container.volumes)
        for container in (c for c in self._containers.values() if c.id not in running):
            yield ContainerSeen(now, container.id, container.name, GONE, container.volumes)
        self._containers = running

    def _level(self, place: str) -> DiskLevel:
        told = self._trends[place].told
        return told.level if told is not None else DiskLevel.OK

    # -- after the command ended ---------------------------------------------------------------------------

    def clear(self, *, stop: bool, force: bool, failed: datetime | None) -> None:
        """Has the engine asked for containers that outlived their command, and has them stopped when `stop` says so.

        `failed` is when the command ended, if it did not succeed: the engine is asked how the containers ended that are gone.
        """
        self._failed = failed and failed + timedelta(seconds=self._clock.skew())  # as the engine's clock had it
        self._untold = self.events()
        self._clearing, self._stopped, self._ran = True, stop, tuple(self._containers.values())
        self._watcher.clear(self._told, stop=stop, force=force, explain=failed is not None)

    def _told(self, cleared: Cleared) -> None:
        self._cleared = cleared

    @property
    def cleared(self) -> bool:
        """Whether that is done."""
        return not self._clearing or self._cleared is not None

    def left(self) -> tuple[LeftOver, ...]:
        """Containers that go on, and those of which nobody can say whether they do."""
        cleared = self._outcome
        if cleared.error:
            return tuple(unknown_container(c.id, c.name, cleared.error) for c in self._ran)
        return tuple(left_container(c) for c in cleared.left)

    def story(self) -> EngineStory:
        """What was seen of the engine and of the containers, for whoever looks for a cause."""
        cleared = self._outcome
        return EngineStory(
            seen=self._answered is not None,
            answered_at=self._answered_at,
            away=self._away,
            ran=self._ran,
            left=cleared.left,
            error=cleared.error,
            gone=cleared.away,
            end=self._end(),
            last=self._last,
            failed=self._failed,
        )

    def _end(self) -> ContainerEnd | None:
        return end_of_build((end for end in self._outcome.ends if end.container.id in self._last), self._clock.wall0)

    @property
    def _outcome(self) -> Cleared:
        return self._cleared or Cleared(error="no answer in time")

    def findings(self) -> tuple[Finding, ...]:
        """What was found out about the containers; nothing where no engine was seen at all."""
        cleared = self._outcome
        if cleared.error:
            if self._answered is None:
                return ()
            return (Finding("container", Status.UNKNOWN, f"whether the build's container is gone is not known: {cleared.error}"),)
        told = [*memory_findings(cleared.ends)]
        if cleared.unexplained:
            told.append(Finding("container", Status.UNKNOWN, f"how the build's container ended could not be asked: {cleared.unexplained}"))
        told += [Finding("container", Status.FAIL, f"{_named(c)} still runs") for c in cleared.left]
        told += [Finding("container", Status.PASS, f"{_named(c)} outlived its command, was stopped and is gone") for c in cleared.stopped]
        if self._stopped and not told:
            told.append(Finding("container", Status.PASS, "no container of the build is left"))
        return tuple(told)


def _named(container: ListedContainer) -> str:
    what = "the builder" if container.name == BUILDER else "the container"
    return f"{what} {named(container)}"
