"""Finds the cause of a failure in a log, in bounded memory: first in the failing step's own lines, and only there for certain.

A sign is forgotten when the build got over it. What is left in other steps is a hint. Lines come in order, cleaned and masked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

from canvos_tui.core.diagnosis.catalogue import Catalogue, Claim, Hold, KnownError
from canvos_tui.core.diagnosis.evidence import LogEvidence, cut
from canvos_tui.core.diagnosis.harmless import NEAR, SIGNS, begins_step, is_before, is_done, is_numbered, is_part_of, tried_again
from canvos_tui.core.diagnosis.places import filled
from canvos_tui.core.diagnosis.recent import RecentLines, StepEnd
from canvos_tui.core.diagnosis.speech.reason_words import in_words
from canvos_tui.core.diagnosis.speech.speakers import places_in
from canvos_tui.core.log.line import Kind, LogLine, Passage, front_of, is_traced
from canvos_tui.core.log.literals import any_of_words, lines_with, numbered
from canvos_tui.core.run.result import Cause
from canvos_tui.core.values import dataclass

_TELLING = {Kind.OUTPUT, Kind.OUTER, Kind.ERROR, Kind.ERRHEAD}  # the others repeat commands, settings and advice
_BEFORE = ("bootstrap", "buildkitd-pull")  # a builder that nobody needs; what fails there is harmless once the build begins
_BEGINS = (" Init ", " Build ")
# the disk's script goes on behind a failed AuroraBoot: from this line on, if the image it looks for has no name, all is consequence
_GOES_ON, _IMAGE = "No content-* directories found", re.compile(r" *RAW_IMG: *(\S?)")
_WORD_OF_AWS = re.compile(r"Status Message: \S|An error occurred \(\w|AWS_(?:ERROR|IO)_\w")
_NAMES_TARGET = re.compile(r"(?:for|of|target|build) (\+[\w-]{1,60})")
_LINES, _NEAR, _HITS = 3, 10, 400  # lines of evidence, how far apart they may be, and places that are remembered at most
_FOLLOWERS = 8
_ALWAYS = (_GOES_ON.lower(), "raw_img:", "error", "warn earthfile")
_TITLES, _FIRST_TITLES = re.compile(rb"\n(?: init | build |in\t)"), (b" init ", b" build ", b"in\t")
_GOT_OVER, _COMMAND = any_of_words(SIGNS), re.compile(rb"--> ")


@dataclass(frozen=True)
class Hit:
    """Where a known error showed first, in the output of one target; empty for lines without one."""

    entry: KnownError
    target: str
    lines: tuple[LogEvidence, ...]
    claim: Claim | None = None
    body: str = ""  # the whole of the first line

    @property
    def line(self) -> int:
        """The number of the first line."""
        return self.lines[0].line if self.lines else 0

    def cause(self) -> Cause:
        """In the words of the catalogue, with the reason and the host that the line names."""
        entry, places = self.entry, places_in(self.body)
        told = in_words(self.claim.reason if self.claim is not None else "", places.get("HOST", ""))
        explanation = " ".join(part for part in (entry.explanation, told, entry.concerns()) if part)
        remedies = tuple(filled(remedy, {name.lower(): value for name, value in places.items()}) for remedy in entry.remedies)
        return Cause(entry.id, entry.title, explanation, remedies, tuple(e.text for e in self.lines), self.line, entry.docs)


class Matcher:
    """Takes the lines of one log in order; says at any time what its cause is so far. `read` is how many lines it passes over."""

    def __init__(self, catalogue: Catalogue, read: int = 0) -> None:
        self._catalogue = catalogue
        self._read = read
        self._hits: dict[tuple[str, str], Hit] = {}
        self._recent = RecentLines()
        self._building = False
        self._concerned: dict[str, bool] = {}  # by a target: whether a sign may be over by what it does
        self._noted = False  # whether there is a hit since the watch was set
        self._passing = False  # whether there may be a hit that words can show to be over
        self._went_on: dict[str, int] = {}
        self._ends: dict[str, StepEnd] = {}  # of the steps that failed
        self._blamed = ""  # the target that the build tool's last words name
        self._gave_up = False
        self._aws_spoke = False
        self._later: list[LogEvidence] = []  # what AWS said after its first word

    def read(self, texts: Sequence[str]) -> None:
        """The next lines as text. Only those with a sign of something are looked at."""
        if texts:
            passage = Passage(texts)
            low = passage.telling
            self.take(passage, numbered(lines_with(_any_sign(self._catalogue), low), low))

    def take(self, passage: Passage, signs: Iterable[int]) -> None:
        """The same for lines that others read, too; `signs` are the numbers from 0 of those that have a sign of the catalogue."""
        low, before = passage.low, self._read
        self._recent.take(before + 1, passage.texts)
        told = {*signs, *numbered(_phases_in(low), low)}
        self._passing = any(_passes(hit) and hit.target not in self._ends for hit in self._hits.values())
        watched = self._watch()
        marked, at = sorted(told.union(_got_over(low, watched))), 0
        while at < len(marked):
            number, at = marked[at], at + 1
            text = passage.texts[number]
            if number in told:
                if is_traced(text) or ("*failed*" in text and front_of(text)[1]):
                    continue  # it repeats a command, or what was said
                self.feed(passage.line(number), before + number + 1)
            elif self._concerns(text):  # behind a sign it also matters what went well
                self._pass(passage.line(number), before + number + 1)
            if self._noted and (more := self._watch() - watched):
                watched |= more
                marked, at = sorted({*marked[at:], *(other for other in _got_over(low, more) if other > number)}), 0
        self._read = before + len(passage.texts)

    def _watch(self) -> set[re.Pattern[bytes]]:
        """What is to be looked for beside the signs: it costs a walk over the text, so only while something can be got over by it."""
        self._noted = False
        # what a failed step said is over by none of its commands, and what stands outside by no command at all
        open_ = any(hit.target and (hit.target not in self._ends or is_numbered(hit.target)) for hit in self._hits.values())
        return ({_COMMAND} if open_ else set()) | ({_GOT_OVER} if self._passing and self._hits else set())

    def _concerns(self, text: str) -> bool:
        """Whether what a line's target does can show a sign to be over: most lines are another target's, and not taken apart for that."""
        target, failed = front_of(text)
        if failed or target in self._ends:
            return False
        if target not in self._concerned:
            self._concerned[target] = any(is_before(hit.target, target) for hit in self._hits.values())
        return self._concerned[target]

    def feed(self, line: LogLine, number: int) -> None:
        """One line with its number in the log."""
        if line.kind is Kind.PHASE and line.body.startswith(_BEGINS):
            self._begin(line)
        elif line.failed or (self._building and line.target in _BEFORE):
            return
        elif line.kind in {Kind.COMMAND, Kind.CACHED}:
            self._pass(line, number)
        elif line.kind is Kind.STACK:
            self._blamed = self._blamed or line.body.split("--")[0].strip().rpartition("\t")[2].strip()
        elif line.kind in _TELLING:
            self._tell(line, number)

    def _pass(self, line: LogLine, number: int) -> None:
        """One line that is no sign of an error; it may show that one was got over."""
        if line.failed or line.target in self._ends or line.kind is Kind.META:
            return
        if line.kind not in {Kind.COMMAND, Kind.CACHED}:
            self._go_on(line, number)
        elif begins_step(line):
            self._drop(lambda hit: is_before(hit.target, line.target))

    def _begin(self, line: LogLine) -> None:
        """The build tool runs: what its start complained of was got over."""
        self._building = self._building or line.body.startswith(_BEGINS[1])
        if self._building:
            self._drop(lambda hit: hit.target in {*_BEFORE, ""} and hit.entry.hold is not Hold.LASTING)

    def _tell(self, line: LogLine, number: int) -> None:
        if line.kind is Kind.ERRHEAD and line.target not in self._ends:
            self._ends[line.target] = self._recent.step_end(line.target, number)
        elif line.kind is Kind.ERROR:
            self._gave_up = True
            if named := _NAMES_TARGET.search(line.body[:4000]):
                self._blamed = named[1]
        self._go_on(line, number)
        claim = self._catalogue.best(line)
        if _WORD_OF_AWS.search(line.body):
            if self._aws_spoke:
                self._later = [*self._later, _evidence(line, number, claim)][:_FOLLOWERS]
                return
            self._aws_spoke = True
        if claim is not None:
            self._note(Hit(claim.entry, line.target, (_evidence(line, number, claim),), claim, line.body))

    def _go_on(self, line: LogLine, number: int) -> None:
        """Forgets what the line shows to be over, or to be a consequence."""
        if _GOES_ON in line.body:
            self._went_on[line.target] = number
        elif image := _IMAGE.match(line.body):
            if image[1]:  # there was a disk, so it failed at the last step itself
                self._drop(lambda hit: hit.target == line.target and hit.entry.is_symptom)
            else:
                after = self._went_on.get(line.target, number)
                self._drop(lambda hit: hit.target == line.target and hit.line > after and not hit.entry.is_symptom)
        if line.target in self._ends or not any(hit.target == line.target and _passes(hit) for hit in self._hits.values()):
            return
        low = line.body.lower()
        if tried_again(low):
            self._drop(lambda hit: hit.target == line.target and _passes(hit) and number - hit.lines[-1].line <= NEAR)
        elif is_done(low):
            self._drop(lambda hit: hit.target == line.target and _passes(hit))

    def _note(self, hit: Hit) -> None:
        self._noted, self._passing = True, self._passing or (_passes(hit) and hit.target not in self._ends)
        key = (hit.entry.id, hit.target)
        known = self._hits.get(key)
        if known is None:
            if len(self._hits) < _HITS:
                self._hits[key] = hit
                self._concerned.clear()
        elif hit.entry.hold is Hold.LAST:
            if hit.target not in self._ends:
                self._hits[key] = hit
        elif len(known.lines) < _LINES and hit.line - known.line <= _NEAR and hit.lines[0].text not in {e.text for e in known.lines}:
            self._hits[key] = Hit(known.entry, known.target, known.lines + hit.lines, known.claim, known.body)

    def _drop(self, over: Callable[[Hit], bool]) -> None:
        for key in [key for key, hit in self._hits.items() if over(hit)]:
            del self._hits[key]
            self._concerned.clear()

    # -- the answer --------------------------------------------------------------------------------------

    def found(self, failing: str = "") -> Hit | None:
        """The cause so far; `failing` is the target whose step failed first, empty where the log names none.

        The priority decides, among equals the step's own words before those outside, then the earliest line. What another step
        printed is no cause, but for what is true for the whole machine.
        """
        step = failing or self._blamed
        ended = bool(failing)  # by itself; else it may have been taken down with the builder
        return min((hit for hit in self._hits.values() if self._counts(hit, step)), key=lambda hit: _rank(hit, step, ended), default=None)

    def hints(self, failing: str) -> tuple[Hit, ...]:
        """Known errors of other steps that nothing shows to be over, the earliest first."""
        left = (hit for hit in self._hits.values() if not self._counts(hit, failing or self._blamed) and hit.entry.hold is not Hold.LAST)
        return tuple(sorted(left, key=lambda hit: hit.line))

    def _counts(self, hit: Hit, failing: str) -> bool:
        entry = hit.entry
        if entry.hold is Hold.LAST:
            last = self.step_end(failing or hit.target).is_last(hit.lines[-1].line) or "Exit code" in hit.body
            return last and (not failing or hit.target in {failing, ""})
        if failing or self._gave_up:
            return is_part_of(hit.target, failing) or hit.target == "" or entry.hold is Hold.MACHINE
        return True

    def step_end(self, target: str) -> StepEnd:
        """How a target's step ended; for one that shows no error the end so far."""
        return self._ends.get(target) or self._recent.step_end(target, self._read + 1)

    @property
    def blamed(self) -> str:
        """The target that the build tool's last words name, where they name one."""
        return self._blamed

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


def signs_of(catalogue: Catalogue) -> frozenset[str]:
    """The texts in lower case one of which stands, where a word begins, in each line that the search has to see."""
    return frozenset({*catalogue.signs, *_ALWAYS})


@lru_cache(maxsize=4)
def _any_sign(catalogue: Catalogue) -> re.Pattern[bytes]:
    """Kept for the next log: it takes as long to make as a small log to read."""
    return any_of_words(signs_of(catalogue))


def _phases_in(low: bytes) -> set[int]:
    """The same for the titles of the build tool's phases and the calls that it names at its end, which begin with no word."""
    return {found.start() + 1 for found in _TITLES.finditer(low)} | ({0} if low.startswith(_FIRST_TITLES) else set())


def _got_over(low: bytes, watched: Iterable[re.Pattern[bytes]]) -> list[int]:
    """The numbers of the lines that may show something to be over."""
    begins: set[int] = set()
    return numbered(begins.union(*(lines_with(signs, low) for signs in watched)), low)


def _passes(hit: Hit) -> bool:
    return hit.claim is not None and hit.claim.passes


def _rank(hit: Hit, failing: str, ended: bool) -> tuple[int, int, int]:  # noqa: FBT001  one caller
    elsewhere = bool(failing) and not is_part_of(hit.target, failing) and hit.target != ""
    place = 0 if not failing or is_part_of(hit.target, failing) else 1
    weaker = elsewhere and (ended or hit.entry.hold is not Hold.MACHINE)
    return hit.entry.priority.value + weaker, place + elsewhere, hit.line


def _evidence(line: LogLine, number: int, claim: Claim | None) -> LogEvidence:
    if claim is None:
        return LogEvidence(number, cut(line.body))
    text = cut(line.body, claim.begin, claim.end)
    begin = max(text.find(line.body[claim.begin : claim.end]), 0)
    return LogEvidence(number, text, begin, begin + claim.end - claim.begin)


def _in_order(lines: Iterable[LogEvidence]) -> tuple[LogEvidence, ...]:
    return tuple(sorted(set(lines), key=lambda line: line.line)[:_FOLLOWERS])
