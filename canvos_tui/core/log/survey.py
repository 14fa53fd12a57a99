"""Goes once over a log for errors, warnings, commands and the beginnings of phases; keeps line numbers and nothing else of it."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from datetime import UTC, datetime

from canvos_tui.core.escapes import COLOUR
from canvos_tui.core.log.level import SIGNS, LogLevel, level_of
from canvos_tui.core.log.line import Kind, LogLine, parse_line
from canvos_tui.core.log.phase_reader import PhaseReader
from canvos_tui.core.run.events import PhaseEntered

_NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)  # a survey asks what came where, not when
_TARGETS = 1000  # whose first errors are remembered


class Survey:
    """Takes whole lines piece by piece. Numbers count from 0; the repetition behind a failure is left out everywhere."""

    def __init__(self) -> None:
        self.at = 0  # bytes looked at, kept by whoever feeds
        self.levels = {level: array("I") for level in LogLevel}
        self.troubles = array("I")  # errors and warnings together
        self.phases: dict[int, int] = {}  # number of a phase on the screen -> the line where it begins
        self._reader = PhaseReader()
        self._read = 0
        self._first: dict[str, int] = {}  # target -> its first error
        self._command: dict[str, int] = {}  # target -> its newest command, until it fails
        self._culprits: dict[str, int] = {}  # target -> the command that stood when it failed first

    def feed(self, piece: bytes) -> bool:
        """The next lines; True when a phase or the first error is among them."""
        text = piece.decode("utf-8", "replace")
        if "\x1b" in text:
            text = COLOUR.sub("", text)
        texts = text.split("\n")[:-1]
        told = len(self.phases), bool(self.levels[LogLevel.ERROR])
        for number in self._marked(piece):
            if number < len(texts):
                self._note(parse_line(texts[number]), self._read + number)
        for event in self._reader.feed(texts, _NO_TIME):
            if isinstance(event, PhaseEntered) and event.phase.number is not None:
                self.phases[event.phase.number] = event.line - 1
        self._read += len(texts)
        return told != (len(self.phases), bool(self.levels[LogLevel.ERROR]))

    def first_error(self) -> int | None:
        """Where to look first: the first error of the target that failed, else the command that failed; None without any error.

        Later errors are mostly consequences: parents repeat the text of their children, siblings are cancelled.
        """
        facts = self._reader.facts
        if facts.failure is not None:
            own = self._first.get(facts.failure.target)
            if own is not None and own < facts.failure.line - 1:
                return own
            return self._culprits.get(facts.failure.target, facts.failure.line - 1)
        errors = self.levels[LogLevel.ERROR]
        if facts.first_error_line:
            return facts.first_error_line - 1
        return errors[0] if errors else None

    def span(self, phase: int) -> tuple[int, int | None] | None:
        """First line of a phase and first line behind it (None while it is the newest); None when the log shows no such phase."""
        begin = self.phases.get(phase)
        if begin is None:
            return None
        later = sorted(line for number, line in self.phases.items() if number > phase)
        at = bisect_right(later, begin - 1)
        return begin, later[at] if at < len(later) else None

    def _note(self, line: LogLine, number: int) -> None:
        level = level_of(line)
        if level is None:
            return
        self.levels[level].append(number)
        if level is not LogLevel.COMMAND:
            self.troubles.append(number)
        if len(self._first) + len(self._command) > _TARGETS:
            return
        if level is LogLevel.COMMAND:
            self._command[line.target] = number
        elif line.kind is Kind.ERRHEAD and line.target in self._command:
            self._culprits.setdefault(line.target, self._command[line.target])
        elif level is LogLevel.ERROR and line.kind is not Kind.ERRHEAD:
            self._first.setdefault(line.target, number)

    @staticmethod
    def _marked(piece: bytes) -> list[int]:
        """Numbers within the piece of the lines that hold one of the signs."""
        begins = set()
        for sign in SIGNS:
            at = piece.find(sign)
            while at >= 0:
                begins.add(piece.rfind(b"\n", 0, at) + 1)
                end = piece.find(b"\n", at)
                at = piece.find(sign, end) if end >= 0 else -1
        numbers, number, counted = [], 0, 0
        for begin in sorted(begins):
            number += piece.count(b"\n", counted, begin)
            counted = begin
            numbers.append(number)
        return numbers
