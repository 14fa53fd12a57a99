"""Finds the cause of a failure in a log, line by line and in bounded memory: the first strong sign, not the last error."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from canvos_tui.core.diagnosis.catalogue import Catalogue, KnownError
from canvos_tui.core.escapes import COLOUR
from canvos_tui.core.log.line import Kind, LogLine, parse_line
from canvos_tui.core.run.result import Cause

_TELLING = {Kind.OUTPUT, Kind.OUTER, Kind.ERROR, Kind.ERRHEAD}  # the others repeat commands, settings and advice
_BEFORE = ("bootstrap", "buildkitd-pull")  # a builder that nobody needs; what fails there is harmless once the build begins
_BUILD = " Build "
# the disk's script goes on behind a failed AuroraBoot: from this line on, if the image it looks for has no name, all is consequence
_GOES_ON, _NO_IMAGE = "No content-* directories found", re.compile(r" *RAW_IMG: *$")
_WORD_OF_AWS = re.compile(r"Status Message: \S|An error occurred \(\w|AWS_(?:ERROR|IO)_\w")
_LINES, _NEAR = 3, 10  # lines of evidence, and how far apart they may be
_HITS = 400  # places that are remembered at most
_FOLLOWERS = 8
_WIDTH = 400  # characters of a line of evidence


@dataclass(frozen=True)
class LogEvidence:
    """A line of the log, by its number from 1."""

    line: int
    text: str


@dataclass(frozen=True)
class Hit:
    """Where a known error showed first, in the output of one target; empty for lines without one."""

    entry: KnownError
    target: str
    lines: tuple[LogEvidence, ...]

    @property
    def line(self) -> int:
        """The number of the first line."""
        return self.lines[0].line if self.lines else 0

    def cause(self) -> Cause:
        """In the words of the catalogue."""
        entry = self.entry
        explanation = f"{entry.explanation} {entry.concerns()}".strip()
        return Cause(entry.id, entry.title, explanation, entry.remedies, tuple(e.text for e in self.lines), self.line, entry.docs)


class Matcher:
    """Takes the lines of one log in order, cleaned and masked; says at any time what its cause is so far."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._signs = tuple(sign.encode() for sign in (*catalogue.signs, _BUILD, _GOES_ON, "RAW_IMG:"))
        self._read = 0
        self._hits: dict[tuple[str, str], Hit] = {}
        self._building = False
        self._went_on: dict[str, int] = {}
        self._aws_spoke = False
        self._later: list[LogEvidence] = []  # what AWS said after its first word

    def read(self, texts: Sequence[str]) -> None:
        """The next lines as text. Only those with a sign of something known are looked at."""
        whole = "\n".join(texts)
        if "\x1b" in whole:
            whole = COLOUR.sub("", whole)
            texts = whole.split("\n") if texts else ()
        for number in self._marked(whole.encode("utf-8", "replace")):
            self.feed(parse_line(texts[number]), self._read + number + 1)
        self._read += len(texts)

    def _marked(self, whole: bytes) -> list[int]:
        """The places of the lines that have a sign, in order. In bytes, because one wide character would make a text slow to search."""
        begins = set()
        for sign in self._signs:
            at = whole.find(sign)
            while at >= 0:
                begins.add(whole.rfind(b"\n", 0, at) + 1)
                end = whole.find(b"\n", at)
                at = whole.find(sign, end) if end >= 0 else -1
        marked, number, before = [], 0, 0
        for begin in sorted(begins):
            number += whole.count(b"\n", before, begin)
            before = begin
            marked.append(number)
        return marked

    def feed(self, line: LogLine, number: int) -> None:
        """One line with its number in the log."""
        if line.kind is Kind.PHASE and line.body.startswith(_BUILD):
            self._building = True
            self._hits = {key: hit for key, hit in self._hits.items() if hit.target not in _BEFORE}
        if line.kind not in _TELLING or line.failed or (self._building and line.target in _BEFORE):
            return
        if _GOES_ON in line.body:
            self._went_on[line.target] = number
        elif _NO_IMAGE.match(line.body):
            self._forget(line.target, self._went_on.get(line.target, number))
        entry = self._catalogue.best(line)
        if _WORD_OF_AWS.search(line.body):
            if self._aws_spoke:
                self._later = [*self._later, _evidence(line, number)][:_FOLLOWERS]
                return
            self._aws_spoke = True
        if entry is not None:
            self._note(Hit(entry, line.target, (_evidence(line, number),)))

    def _note(self, hit: Hit) -> None:
        key = (hit.entry.id, hit.target)
        known = self._hits.get(key)
        if known is None:
            if len(self._hits) < _HITS:
                self._hits[key] = hit
        elif len(known.lines) < _LINES and hit.line - known.line <= _NEAR and hit.lines[0].text not in {e.text for e in known.lines}:
            self._hits[key] = Hit(known.entry, known.target, known.lines + hit.lines)

    def _forget(self, target: str, after: int) -> None:
        """Drops what only happened because something had failed before."""
        self._hits = {key: hit for key, hit in self._hits.items() if hit.target != target or hit.line <= after or hit.entry.is_symptom}

    def found(self, failing: str = "") -> Hit | None:
        """The cause so far; `failing` is the target whose step failed first, empty where the log names none.

        The priority decides, among equals the failing target, then the earliest line. What another target printed counts one priority
        less: it may have got over it.
        """
        return min(self._hits.values(), key=lambda hit: _rank(hit, failing), default=None)

    def named(self, name: str) -> Hit | None:
        """The earliest hit of one entry."""
        return min((hit for hit in self._hits.values() if hit.entry.id == name), key=lambda hit: hit.line, default=None)

    def cause(self, failing: str = "") -> Cause | None:
        """The same as a cause for people."""
        hit = self.found(failing)
        return hit.cause() if hit is not None else None

    def followers(self, cause: Hit) -> tuple[LogEvidence, ...]:
        """Later errors that are a consequence, in order: of the same target or of none, and what AWS said after its first word."""
        same = (hit.lines[0] for hit in self._hits.values() if hit.entry is not cause.entry and hit.target in {cause.target, ""})
        return _in_order(line for line in (*same, *self._later) if line.line > cause.lines[-1].line)


def _rank(hit: Hit, failing: str) -> tuple[int, int, int]:
    elsewhere = bool(failing) and hit.target not in {failing, ""}
    place = 0 if not failing or hit.target == failing else 1
    return hit.entry.priority.value + elsewhere, place + elsewhere, hit.line


def _evidence(line: LogLine, number: int) -> LogEvidence:
    return LogEvidence(number, line.body.strip()[:_WIDTH])


def _in_order(lines: Iterable[LogEvidence]) -> tuple[LogEvidence, ...]:
    return tuple(sorted(set(lines), key=lambda line: line.line)[:_FOLLOWERS])
