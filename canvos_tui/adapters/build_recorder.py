"""Writes what a build prints and what happens to it. The build must not stop because of a disk, so no failure here is raised."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from canvos_tui.adapters.append_file import AppendFile
from canvos_tui.adapters.run_folder import RunFolder
from canvos_tui.core.build import BuildEvent, BuildPlan, Noted
from canvos_tui.core.build_log import LogReader
from canvos_tui.core.events import event_data, line_of, plan_text, result_data, text_of
from canvos_tui.core.log_facts import LogFacts
from canvos_tui.core.log_pipe import LogPipe
from canvos_tui.core.masked import Masked
from canvos_tui.core.redaction import Redactor
from canvos_tui.core.result import RunResult

_QUIET = 0.4  # seconds without output after which the newest line is stored
_GLANCE = 1.0  # seconds between two looks at an upload's progress
_WAITING = 1000  # events that wait for a disk at most


class BuildRecorder:
    """Takes bytes and events; `react` is called with the events that the log caused, `listen` with the log's lines."""

    def __init__(
        self,
        folder: RunFolder,
        plan: BuildPlan,
        masked: Iterable[Masked],
        react: Callable[[tuple[BuildEvent, ...]], None],
        listen: Callable[[Sequence[str]], None] | None = None,
    ) -> None:
        self._folder = folder
        self._plan = plan
        secrets = tuple(masked)
        self._pipe = LogPipe(secrets)
        self._redactor = Redactor(secrets)
        self._reader = LogReader()
        self._react = react
        self._listen = listen
        self._log = AppendFile(folder.log)
        self._events = AppendFile(folder.events)
        self._waiting: list[bytes] = []
        self._heard = self._glanced = time.monotonic()
        self._told_lost = ""
        self._puzzled = False

    @property
    def facts(self) -> LogFacts:
        """What the log says so far."""
        return self._reader.facts

    def output(self, data: bytes) -> None:
        """Bytes of the build's terminal."""
        self._heard = time.monotonic()
        self._guarded(lambda: self._store(self._pipe.feed(data)))

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
        self.add((Noted(datetime.now(UTC), text),))

    def save(self) -> None:
        """Writes the events that wait, all in one piece."""
        if self._log.lost and self._log.error != self._told_lost:
            self._told_lost = self._log.error
            self.note(f"the log cannot be written, the build goes on: {self._log.error}")
        if self._waiting and self._events.write(b"".join(self._waiting)):
            self._waiting.clear()

    def check_folder(self) -> bool:
        """Makes the folder again where somebody removed it; True when that had to be done."""
        if self._log.in_place() and self._events.in_place() and self._folder.path.is_dir():
            return False
        self._log.close()
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
            self._folder.write("result.json", text_of(self._masked(result_data(result))))
            return True
        return False

    def close(self) -> None:
        """Stores what waits and closes the files."""
        self.save()
        self._log.close()
        self._events.close()

    def _store(self, lines: bytes) -> None:
        if lines:
            self._write(lines)
            texts = lines.decode("utf-8", "replace").split("\n")[:-1]
            listen = self._listen
            if listen is not None:
                self._guarded(lambda: listen(texts))
            self._tell(self._reader.feed(texts, datetime.now(UTC)))

    def _write(self, lines: bytes) -> None:
        """Appends to the log; behind a gap only together with a line that tells of it."""
        lost = self._log.lost
        if lost:
            lines = f"[canvos-tui: {lost} bytes of the log are missing here: {self._log.error}]\n".encode() + lines
            self._log.lost = 0
        if not self._log.write(lines) and lost:
            self._log.lost += lost

    def _glance(self) -> None:
        seen = self._reader.peek(self._pipe.progress(), datetime.now(UTC))
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
