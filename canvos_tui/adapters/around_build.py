"""What goes on around a build on its machine, as events: disks that fill up, containers that come and go, an engine that goes away."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from canvos_tui.adapters.build_engine import BuildEngine
from canvos_tui.adapters.machine_watcher import PAUSE, Cleared, MachineLook, MachineWatcher, Space
from canvos_tui.adapters.run_clock import RunClock
from canvos_tui.core.build import BuildEvent, Noted
from canvos_tui.core.disk_watch import DiskTrend, disk_line
from canvos_tui.core.machine_events import ContainerSeen, Level
from canvos_tui.core.result import Cause, Finding, LeftOver, RunResult, Status
from canvos_tui.core.vitals import BUILDER, Container, left_container


class AroundBuild:
    """Keeps what was seen last; every method returns at once."""

    def __init__(self, engine: BuildEngine, state: Path, clock: RunClock, notify: Callable[[], None], pace: float = 1.0) -> None:
        self._clock = clock
        self._watcher = MachineWatcher(engine, state, notify, max(0.5, PAUSE * pace))
        self._trends = {place: DiskTrend(place) for place in ("docker", "state")}
        self._containers: dict[str, Container] = {}
        self._answered: bool | None = None  # None: no engine was ever seen
        self._error = ""  # why it does not answer any more
        self._cleared: Cleared | None = None
        self._clearing = False
        self._stopped = False
        self.cpu: float | None = None

    @property
    def running(self) -> int | None:
        """How many containers of the build ran at the last look; None when nobody could say."""
        return len(self._containers) if self._answered else None

    def start(self) -> None:
        """Begins to look."""
        self._watcher.start()

    def stop(self) -> None:
        """Ends it."""
        self._watcher.stop()

    def events(self) -> list[BuildEvent]:
        """What is new since the last call."""
        return [event for look in self._watcher.take() for event in self._counted(look)]

    def _counted(self, look: MachineLook) -> Iterable[BuildEvent]:
        for space in look.spaces:
            yield from self._room(space)
        now = self._clock.now()
        if look.engine is None:
            if self._answered:
                self._answered, self.cpu, self._error = False, None, look.error
                yield Noted(now, f"the Docker engine does not answer any more ({look.error})")
            return
        if self._answered is False:
            yield Noted(now, "the Docker engine answers again")
        self._answered, self.cpu = True, look.engine.cpu
        yield from self._moved({container.id: container for container in look.engine.containers})

    def _room(self, space: Space) -> Iterable[BuildEvent]:
        before, now = self._level(space.place), self._clock.now()
        trend = self._trends[space.place]
        self._trends[space.place], seen = trend.after(self._clock.steady(), now, space.path, space.free, space.total)
        if seen is not None:
            yield seen
            if seen.level not in {Level.OK, before}:
                yield Noted(now, disk_line(seen))

    def _moved(self, running: dict[str, Container]) -> Iterable[BuildEvent]:
        now = self._clock.now()
        for container in (c for c in running.values() if c.id not in self._containers):
            yield ContainerSeen(now, container.id, container.name, container.state)
        for container in (c for c in self._containers.values() if c.id not in running):
            yield ContainerSeen(now, container.id, container.name, "gone")
        self._containers = running

    def _level(self, place: str) -> Level:
        told = self._trends[place].told
        return told.level if told is not None else Level.OK

    # -- after the command ended ---------------------------------------------------------------------------

    def clear(self, *, stop: bool, force: bool) -> None:
        """Has the engine asked for containers that outlived their command, and has them stopped when `stop` says so."""
        self._clearing, self._stopped = True, stop
        self._watcher.clear(self._told, stop=stop, force=force)

    def _told(self, cleared: Cleared) -> None:
        self._cleared = cleared

    @property
    def cleared(self) -> bool:
        """Whether that is done."""
        return not self._clearing or self._cleared is not None

    def left(self) -> tuple[LeftOver, ...]:
        """Containers that go on."""
        return tuple(left_container(c) for c in self._cleared.left) if self._cleared is not None else ()

    def blamed(self, result: RunResult) -> RunResult:
        """The result with the engine as its cause, where it went away during the build and nothing else explains the failure."""
        if result.cause is not None or self._answered is not False:
            return result
        fix = (
            "start the engine again and look at its log",
            "$ sudo systemctl start docker",
            "$ sudo journalctl -u docker --no-pager -n 50",
        )
        why = "Its socket stopped answering while the build ran; the build's container ended with it, and its cache is gone."
        return replace(result, cause=Cause("engine-gone", "The Docker engine went away during the build", why, fix, (self._error,)))

    def findings(self) -> tuple[Finding, ...]:
        """What was found out about the containers; nothing where no engine was seen at all."""
        cleared = self._cleared or Cleared(error="no answer in time")
        if cleared.error:
            if self._answered is None:
                return ()
            return (Finding("container", Status.UNKNOWN, f"whether the build's container is gone is not known: {cleared.error}"),)
        told = [Finding("container", Status.FAIL, f"{_named(c)} still runs") for c in cleared.left]
        told += [Finding("container", Status.PASS, f"{_named(c)} outlived its command, was stopped and is gone") for c in cleared.stopped]
        if self._stopped and not told:
            told.append(Finding("container", Status.PASS, "no container of the build is left"))
        return tuple(told)


def _named(container: Container) -> str:
    what = "the builder" if container.name == BUILDER else "the container"
    return f"{what} {container.short} ({container.name})"
