"""Writes what a build prints and what happens to it. The build must not stop because of a disk, so no failure here is raised.

How durable: each piece is in the kernel's hands when it was written, so that no death of ours takes it back; log and events are
synced to the disk every five seconds, by a thread, because a slow disk must not hold up the build; the result is synced at once.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from canvos_tui.adapters.append_file import AppendFile
from canvos_tui.adapters.log.times import TimesWriter
from canvos_tui.adapters.runs.clock import RunClock
from canvos_tui.adapters.runs.folder import RunFolder
from canvos_tui.core.escapes import COLOUR
from canvos_tui.core.log.facts import LogFacts
from canvos_tui.core.log.phase_reader import PhaseReader
from canvos_tui.core.log.pipe import LogPipe
from canvos_tui.core.masking.redactor import Redactor
from canvos_tui.core.masking.spellings import Masked
from canvos_tui.core.run.codec import event_data, line_of, plan_text, result_data, text_of
from canvos_tui.core.run.events import BuildEvent, Noted
from canvos_tui.core.run.phase import Phase
from canvos_tui.core.run.result import RunResult
from canvos_tui.core.run.run import BuildPlan
from canvos_tui.core.text import clip, size

_QUIET = 0.4  # seconds without the end of a line after which the newest line is stored
_GLANCE = 1.0  # seconds between two looks at an upload's progress
_WAITING = 1000  # events that wait for a disk at most
_SYNC = 5.0  # seconds between two syncs
_STEP = b" | --> "


class BuildRecorder:
    """Takes bytes and events; `react` is called with the events that the log caused, `listen`, where set, with the log's lines."""

    def __init__(
        self,
        folder: RunFolder,
        plan: BuildPlan,
        masked: Iterable[Masked],
        react: Callable[[tuple[BuildEvent, ...]], None],
        clock: RunClock | None = None,
    ) -> None:
        self._clock = clock or RunClock()
        self._folder = folder
        self._plan = plan
        secrets = tuple(masked)
        self._pipe = LogPipe(secrets)
        self._redactor = Redactor(secrets)
        first = plan.resumes.first_phase if plan.resumes is not None else Phase.PREPARE
        self._reader = PhaseReader(first, whole=plan.resumes is None)
        self._react = react
        self.listen: Callable[[Sequence[str]], None] | None = None
        self._log = AppendFile(folder.log)
        self._times = TimesWriter(folder.log)
        self._events = AppendFile(folder.events)
        self._waiting: list[bytes] = []
        self._heard = self._glanced = time.monotonic()
        self.lost_since: datetime | None = None
        self.step = ""  # the command that the log named last
        self._over = threading.Event()
        self._puzzled = False
        folder.reserve()
        threading.Thread(target=self._sync, name="sync", daemon=True).start()

    @property
    def lost(self) -> tuple[int, str]:
        """How many bytes of the log wait for a disk in vain, and what the disk says."""
        return self._log.lost, self._log.error

    @property
    def facts(self) -> LogFacts:
        """What the log says so far."""
        return self._reader.facts

    def output(self, data: bytes) -> None:
        """Bytes of the build's terminal."""
        if b"\n" in data:
            self._heard = time.monotonic()
        self._guarded(lambda: self._store(self._pipe.feed(data)))

    def reach(self, phase: Phase) -> None:
        """Our own stages said that a phase began: what the log says from now on belongs to it."""
        self._reader.reach(phase)

    def begin_anew(self) -> None:
        """What was read so far is over: no complaint of it explains what comes."""
        self._reader.begin_anew()

    def finish(self) -> None:
        """The build's terminal is closed: stores the rest."""
        self._guarded(lambda: self._store(self._pipe.flush()))
        self.save()

    def tick(self) -> None:
        """To be called several times a second: quiet lines, upload progress, and another try where the disk failed."""
        now = time.monotonic()
        if now - self._heard > _QUIET:
            self._heard = now
            self._guarded(lambda: self._store(self._pipe.idle()))
        if now - self._glanced > _GLANCE:
            self._glanced = now
            self._guarded(self._glance)
        self.save()

    def add(self, events: Iterable[BuildEvent]) -> None:
        """Events to be stored with the next `save`, masked like everything else."""
        self._waiting += [line_of(self._masked(event_data(event))).encode() + b"\n" for event in events]
        del self._waiting[:-_WAITING]

    def note(self, text: str) -> None:
        """A sentence for people."""
        self.add((Noted(self._clock.now(), text),))

    def save(self) -> None:
        """Writes the events that wait, all in one piece."""
        if self._log.lost and self.lost_since is None:
            self.lost_since = self._clock.now()
            self.note(f"the log cannot be written, the build goes on: {self._log.error}")
        if self._waiting and self._events.write(b"".join(self._waiting)):
            self._waiting.clear()

    def check_folder(self) -> bool:
        """Makes the folder again where somebody removed it; True when that had to be done."""
        if self._log.in_place() and self._events.in_place() and self._folder.path.is_dir():
            return False
        self._log.close()
        self._times.begin_anew()
        self._events.close()
        with contextlib.suppress(OSError):
            self._folder.remake()
            self._folder.write("run.json", plan_text(self._plan))
            self.note("the folder of this run was removed or replaced while it was written; what was stored before that is lost")
            self.save()
        return True

    def write_result(self, result: RunResult) -> bool:
        """Stores the result; False when the disk refused."""
        with contextlib.suppress(OSError):
            self._folder.remake()
            self._folder.release()
            self._folder.write("result.json", text_of(self._masked(result_data(result))))
            return True
        return False

    def close(self) -> None:
        """Stores what waits and closes the files."""
        self.save()
        self._over.set()
        for file in (self._log, self._events):
            file.sync()
            file.close()
        self._times.close()
        self._folder.release()

    def _sync(self) -> None:
        while not self._over.wait(_SYNC):
            self._log.sync()
            self._events.sync()

    def _store(self, lines: bytes) -> None:
        if lines:
            self._write(lines)
            self._step_in(lines)
            texts = lines.decode("utf-8", "replace").split("\n")[:-1]
            listen = self.listen
            if listen is not None:
                self._guarded(lambda: listen(texts))
            self._tell(self._reader.feed(texts, self._clock.now()))

    def _step_in(self, lines: bytes) -> None:
        at = lines.rfind(_STEP)
        if at >= 0:
            line = lines[lines.rfind(b"\n", 0, at) + 1 : at + 200].split(b"\n")[0].decode("utf-8", "replace")
            self.step = clip(COLOUR.sub("", line).strip().replace(" | -->", ""), 60)

    def _write(self, lines: bytes) -> None:
        """Appends to the log; behind a gap only together with a line that tells of it."""
        lost, since = self._log.lost, self.lost_since
        marker = b""
        if lost:
            when = f" from {since:%H:%M:%S} to {self._clock.now():%H:%M:%S} UTC" if since else ""
            marker = f"[canvos-tui: {lost} bytes of the log are missing here{when}: {self._log.error}]\n".encode()
            self._log.lost = 0
        if self._log.write(marker + lines):
            self._times.stored(marker + lines)
            if lost:
                self.lost_since = None
                self.note(f"the log is written again; {size(lost)} of it are missing{f' since {since:%H:%M} UTC' if since else ''}")
        elif lost:
            self._log.lost += lost - len(marker)

    def _glance(self) -> None:
        seen = self._reader.peek(self._pipe.progress(), self._clock.now())
        if seen is not None:
            self._tell((seen,))

    def _tell(self, events: tuple[BuildEvent, ...]) -> None:
        if events:
            self.add(events)
            self._react(events)

    def _guarded(self, what: Callable[[], None]) -> None:
        try:
            what()
        except Exception as error:  # noqa: BLE001  a log that we cannot read must not cost anybody a build of hours
            if not self._puzzled:
                self._puzzled = True
                self.note(f"a part of the log could not be read and was not stored ({type(error).__name__}); the build goes on")

    def _masked(self, value: Any) -> Any:
        """The same plain data with secrets masked in every text."""
        if isinstance(value, str):
            return self._redactor.mask(value.encode("utf-8", "replace")).decode("utf-8", "replace")
        if isinstance(value, Mapping):
            return {key: self._masked(item) for key, item in value.items()}
        return [self._masked(item) for item in value] if isinstance(value, list) else value
