"""The newest lines of a log, from which the end of a failing step is told when nobody knows its error."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Sequence

from canvos_tui.core.diagnosis.evidence import LogEvidence, cut
from canvos_tui.core.log.level import says_error
from canvos_tui.core.log.line import Kind, LogLine, command_of, parse_line
from canvos_tui.core.values import dataclass

_KEPT = 600  # lines; so far back a step's own words are looked for between those of the others
_TAIL, _NEWEST = 40, 6  # lines of the step that are looked at, and those that are shown
_SAME = re.compile(r"[\d.:%]+")
_WIDE = 2000  # characters of a line that are kept
WRAPPERS = re.compile(
    r"make(?:\[\d+\])?: \*\*\*|E: Sub-process |dpkg: |Errors were encountered|npm ERR!|error: subprocess-exited|The command '"
    r"|ERROR: process "
    r"|dracut\[F\]|\s*(?:command|exit(?:ed)? (?:status|code)|returned? )"
)


@dataclass(frozen=True)
class StepEnd:
    """How a step ended: its newest lines, the first and the last that look like an error, and the command that ran."""

    tail: tuple[LogEvidence, ...] = ()
    first_error: LogEvidence | None = None
    last_error: LogEvidence | None = None
    command: str = ""
    begin: int = 0  # its first line that is still known

    @property
    def telling(self) -> tuple[LogEvidence, ...]:
        """What is worth to be seen, in order."""
        chosen = {found.line: found for found in (self.first_error, self.last_error) if found is not None}
        return tuple(sorted({**chosen, **{e.line: e for e in self.tail}}.values(), key=lambda e: e.line))

    def is_last(self, line: int) -> bool:
        """Whether a line is the step's last word, but for those that only pass the failure on."""
        spoken = [e.line for e in self.tail if not WRAPPERS.match(e.text)]
        return line in spoken[-1:]


class RecentLines:
    """Takes the lines as they come, a piece at a time, and forgets the oldest pieces."""

    def __init__(self) -> None:
        self._pieces: deque[tuple[int, Sequence[str]]] = deque()
        self._held = 0

    def take(self, first: int, texts: Sequence[str]) -> None:
        """Lines, the first of them by its number."""
        kept = texts[-_KEPT:]
        self._pieces.append((first + len(texts) - len(kept), kept))
        self._held += len(kept)
        while self._held - len(self._pieces[0][1]) >= _KEPT:
            self._held -= len(self._pieces.popleft()[1])

    def back_from(self, number: int) -> Iterator[tuple[int, str]]:
        """The lines before that one, the newest first."""
        for first, texts in reversed(self._pieces):
            for at in range(min(len(texts), number - first) - 1, -1, -1):
                yield first + at, texts[at]

    def after(self, number: int) -> Iterator[str]:
        """The few lines behind that one that are known already."""
        for first, texts in self._pieces:
            yield from texts[max(0, number + 1 - first) : max(0, number + 4 - first)]

    def step_end(self, target: str, number: int) -> StepEnd:
        """The end of a target's step, whose error begins at that line; with an empty target the end of all that stands outside."""
        found: list[tuple[int, LogLine]] = []
        command = ""
        for at, text in self.back_from(number):
            line = parse_line(text[:_WIDE])
            if line.target != target or line.failed:
                continue
            if command := command_of(line):
                break
            if line.kind in {Kind.OUTPUT, Kind.OUTER, Kind.ERROR, Kind.TRACE} and line.body.strip():
                found.append((at, line))
            if len(found) >= _KEPT:
                break
        echoed = next((line.body.strip() for text in self.after(number) if (line := parse_line(text)).kind is Kind.ECHO), "")
        return _ended(found, echoed or command)


def _ended(found: list[tuple[int, LogLine]], command: str) -> StepEnd:
    """`found` has the newest line first."""
    plain = [(at, line.body) for at, line in found if line.kind is not Kind.TRACE] or [(at, line.body) for at, line in found]
    errors = [LogEvidence(at, cut(body)) for at, body in plain if looks_bad(body)]
    tail: list[LogEvidence] = []
    shapes: set[str] = set()
    for at, body in plain[:_TAIL]:
        shape = _SAME.sub("", body.strip())
        if shape not in shapes and len(tail) < _NEWEST:
            tail.append(LogEvidence(at, cut(body)))
        shapes.add(shape)
    return StepEnd(
        tuple(reversed(tail)),
        errors[-1] if errors else None,
        errors[0] if errors else None,
        command,
        found[-1][0] if found else 0,
    )


_BAD = re.compile(
    r"\b(?:error|failed|failure|fatal|cannot|denied|refused|panic|unable to|abort(?:ed|ing)|not found|no such)\b", re.IGNORECASE
)


def looks_bad(body: str) -> bool:
    """Whether a line of output looks like an error to somebody who knows nothing about it."""
    return says_error(body) or _BAD.search(body) is not None
