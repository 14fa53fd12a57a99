"""A log as plain text for a terminal without a screen: a piece at a time, with a line wherever a phase begins."""

from __future__ import annotations

from datetime import UTC, datetime

from canvos_tui.core.escapes import plain
from canvos_tui.core.log.phase_reader import PhaseReader
from canvos_tui.core.ports import LogReader
from canvos_tui.core.run.events import PhaseEntered
from canvos_tui.core.run.phase import Phase

_LINES = 500  # for one piece, so that a key is never far
_NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)


class PlainLog:
    """Gives the log from a line on; `printed` is the number of the next line."""

    def __init__(self, reader: LogReader, first: int) -> None:
        self._reader = reader
        self._phases = PhaseReader()
        self.printed = first
        self._whole = first == 0

    def more(self) -> str:
        """The next lines; empty when there are no more yet. The newest line is kept back while it may still grow."""
        self._reader.refresh()
        until = self._reader.line_count - (0 if self._ended() else 1)
        lines = [plain(line) for line in self._reader.read(self.printed, min(_LINES, until - self.printed))]
        entered = {event.line: event.phase for event in self._phases.feed(lines, _NO_TIME) if isinstance(event, PhaseEntered)}
        before = self._phases.facts.lines - len(lines)
        out = []
        for number, line in enumerate(lines, start=before + 1):
            phase = entered.get(number)
            if phase is not None and (self._whole or phase is not Phase.PREPARE):
                out.append(f"== {phase.title}\n")
            out.append(f"{line}\n")
        self.printed += len(lines)
        return "".join(out)

    def _ended(self) -> bool:
        """Whether the newest line has its end."""
        return self._reader.whole
