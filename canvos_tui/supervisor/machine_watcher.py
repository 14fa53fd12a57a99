"""Looks at the disks and at the engine from a thread of its own, so that reading the build's terminal never waits for either."""

from __future__ import annotations

import contextlib
import os
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path

from canvos_tui.adapters.docker.build_engine import GONE, BuildEngine, EngineLook
from canvos_tui.adapters.files import free_bytes
from canvos_tui.core.diagnosis.container_end import ContainerEnd
from canvos_tui.core.errors import DockerError
from canvos_tui.core.run.containers import ListedContainer
from canvos_tui.core.values import dataclass

PAUSE = 15.0  # seconds between two looks
SOON = 2.0  # the same until a container of the build was seen: of one that nobody saw, no engine can say how it ended


@dataclass(frozen=True)
class Space:
    """Free and total bytes at a path; `place` is `docker` or `state`."""

    place: str
    path: str
    free: int
    total: int


@dataclass(frozen=True)
class MachineLook:
    """One look; `engine` is None when none answered, `error` says why, and `away` that nobody listens there."""

    spaces: tuple[Space, ...]
    engine: EngineLook | None
    error: str = ""
    away: bool = False


@dataclass(frozen=True)
class Cleared:
    """What became of the containers after the build's command ended; `error` and `away` as above, when the engine could not be asked."""

    stopped: tuple[ListedContainer, ...] = ()
    left: tuple[ListedContainer, ...] = ()
    ends: tuple[ContainerEnd, ...] = ()  # of those that were seen and are gone, where that was asked for
    unexplained: str = ""  # why that could not be asked
    error: str = ""
    away: bool = False


class MachineWatcher:
    """Takes looks until it is stopped; `notify` is called after each."""

    def __init__(self, engine: BuildEngine, state: Path, notify: Callable[[], None], pause: float = PAUSE) -> None:
        self._engine = engine
        self._state = state
        self._notify = notify
        self._pause = pause
        self._seen: deque[MachineLook] = deque(maxlen=100)
        self._met: dict[str, ListedContainer] = {}  # every container of the build that was ever listed
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="machine", daemon=True)

    def start(self) -> None:
        """Begins with a first look at once."""
        self._thread.start()

    def take(self) -> list[MachineLook]:
        """The looks since the last call."""
        seen = []
        while self._seen:
            seen.append(self._seen.popleft())
        return seen

    def stop(self) -> None:
        """No look after this one; a thread that waits for an engine dies with the process."""
        self._over.set()

    def clear(self, told: Callable[[Cleared], None], *, stop: bool, force: bool, explain: bool) -> None:
        """Looks for containers that outlived their command, stops them when `stop` says so, and tells from its own thread.

        With `explain` the engine is asked how those ended that are gone.
        """

        def work() -> None:
            try:
                told(self._clear(stop=stop, force=force, explain=explain))
            except DockerError as error:
                told(Cleared(error=str(error), away=error.cause == GONE))
            except Exception as error:  # noqa: BLE001  whatever the engine does, the run needs its verdict
                told(Cleared(error=type(error).__name__))
            self._notify()

        threading.Thread(target=work, name="clear", daemon=True).start()

    def _clear(self, *, stop: bool, force: bool, explain: bool) -> Cleared:
        found = self._engine.look().containers
        if not stop or not found:
            return self._explained(found) if explain else Cleared(left=found)
        left = self._engine.stop(found, force=force)
        return Cleared(tuple(c for c in found if c not in left), left)

    def _explained(self, left: tuple[ListedContainer, ...]) -> Cleared:
        gone = [container for container in self._met.values() if container.id not in {c.id for c in left}]
        try:
            return Cleared(left=left, ends=self._engine.ends(gone) if gone else ())
        except DockerError as error:
            return Cleared(left=left, unexplained=str(error))  # it answered just now: whatever happened since ended no build

    def _run(self) -> None:
        while not self._over.is_set():
            self._seen.append(self._look())
            self._notify()
            self._over.wait(self._pause if self._met else min(self._pause, SOON))

    def _look(self) -> MachineLook:
        engine, error, away = None, "", False
        try:
            engine = self._engine.look(measured=True)
            self._met = {**self._met, **{container.id: container for container in engine.containers}}
        except DockerError as failed:
            error, away = str(failed), failed.cause == GONE
        except Exception as failed:  # noqa: BLE001  a look may fail in any way, and the build must not notice
            error = type(failed).__name__
        places = {"state": str(self._state)}
        if engine is not None and engine.data_root and os.path.isdir(engine.data_root):  # noqa: PTH112  a folder may be closed to us
            places["docker"] = engine.data_root
        spaces = []
        for place, path in places.items():
            with contextlib.suppress(OSError):
                spaces.append(Space(place, path, *free_bytes(Path(path))))
        return MachineLook(tuple(spaces), engine, error, away)
