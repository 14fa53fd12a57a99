"""Which lines of the log the user wants to see, and the words for it in the line above."""

from __future__ import annotations

from array import array
from dataclasses import replace

from canvos_tui.core.log.level import LogLevel
from canvos_tui.core.log.survey import Survey
from canvos_tui.core.run.phase import SHOWN_PHASES, Phase
from canvos_tui.core.values import dataclass
from canvos_tui.tui.log.line_map import LineMap, Picked, Stretch

# the direct route writes its snapshot where others upload, and a log does not say beforehand which it will be
_TITLES = {phase.number: phase.title for phase in SHOWN_PHASES} | {Phase.UPLOAD.number: "Upload or snapshot"}
WORDS = {LogLevel.ERROR: "errors", LogLevel.WARNING: "errors and warnings", LogLevel.COMMAND: "commands"}
_NEXT = {None: LogLevel.ERROR, LogLevel.ERROR: LogLevel.WARNING, LogLevel.WARNING: LogLevel.COMMAND, LogLevel.COMMAND: None}


@dataclass(frozen=True)
class LogFilter:
    """A phase (0 for all), a level, and whether only lines with hits of the search are shown."""

    phase: int = 0
    level: LogLevel | None = None
    hits: bool = False

    @property
    def active(self) -> bool:
        """Whether anything is left out."""
        return self != LogFilter()

    def next_level(self) -> LogFilter:
        """Errors, then warnings too, then commands, then everything."""
        return replace(self, level=_NEXT[self.level], hits=False)

    def words(self) -> str:
        """What is shown, in a few words."""
        parts = [f"phase {self.phase} {_TITLES[self.phase]}"] if self.phase else []
        parts += [WORDS[self.level]] if self.level else []
        parts += ["hits"] if self.hits else []
        return f"only {', '.join(parts)}" if parts else ""

    def lines(self, survey: Survey, hits: array[int] | None, folds: tuple[tuple[int, int], ...]) -> LineMap:
        """The lines that pass; none of a phase that did not begin."""
        begin, end = (survey.span(self.phase) or (0, 0)) if self.phase else (0, None)
        if self.hits:
            return Picked(hits if hits is not None else array("I"), begin, end)
        if self.level is None:
            return Stretch(begin, end, folds)
        return Picked(survey.troubles if self.level is LogLevel.WARNING else survey.levels[self.level], begin, end)
