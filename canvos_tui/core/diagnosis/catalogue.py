"""The catalogue of known errors: what each looks like in a log, what it means and what to do. The entries themselves are data."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from enum import Enum
from itertools import pairwise
from typing import Any

from canvos_tui.core.checkout.sources import SEEN
from canvos_tui.core.diagnosis.harmless import shrugged_off, tells_nothing
from canvos_tui.core.diagnosis.pattern import Nearby, Pattern, compiled, parse_patterns
from canvos_tui.core.diagnosis.speech.reasons import ALARMS, NETWORK, REASONS, Told, reason_in
from canvos_tui.core.diagnosis.speech.speakers import SPEAKERS, odd_region, speaker_of
from canvos_tui.core.errors import CanvosError, Command, Remedy
from canvos_tui.core.log.line import LogLine
from canvos_tui.core.run.phase import Phase
from canvos_tui.core.values import dataclass

_ID = re.compile(r"E-[A-Z0-9]+(-[A-Z0-9]+)*")
_TAG = re.compile(r"v\d+\.\d+\.\d+(?:-rc\.\d+)?")
_LONGEST = 8192  # characters of a line that are looked at
_REMEMBERED = 500  # lines whose entry is known
_REQUIRED = ("id", "title", "priority", "explanation", "fix", "sample")
_ANY = "any"  # in the place of a speaker: whoever says it, where no entry names that speaker; of a phase or a tag: each
_FIRST = "v4.8.8"  # the first tag with the steps for AWS: what concerns all from there on concerns every build of ours
_OPTIONAL = ("phase", "unless", "target", "docs", "since", "until", "patterns", "reasons", "holds", "source", "general")


class Priority(Enum):
    """How much an entry says about the cause: A is the root cause, B strong evidence, C only a symptom."""

    A = 0
    B = 1
    C = 2


class Hold(Enum):
    """How long a sign counts: until its step is over, or what else is known of its kind."""

    STEP = "step"
    PASSING = "passing"  # a later success in the same step shows that it was got over
    LAST = "last"  # only as the last words of the failing step: in any other place programs say it and go on
    LASTING = "lasting"  # the build goes on with it, and fails of it later
    MACHINE = "machine"  # it is true for whatever runs on the machine


@dataclass(frozen=True)
class Claim:
    """A line taken for a sign of an entry: the part of it that says so, and the reason if it was known by that."""

    entry: KnownError
    begin: int
    end: int
    reason: str = ""

    @property
    def strength(self) -> tuple[int, bool]:
        """By which the strongest comes first: what only counts as the last words comes behind its equals."""
        return self.entry.priority.value, self.entry.hold is Hold.LAST

    @property
    def passes(self) -> bool:
        """Whether a build can get over it by trying again."""
        return self.entry.hold is Hold.PASSING or (self.reason in NETWORK and self.entry.hold is Hold.STEP)


@dataclass(frozen=True)
class KnownError:
    """One cause. `phase` is None where it can come up anywhere; `since` and `until` are tags, empty where it may be any that was read."""

    id: str
    title: str
    priority: Priority
    patterns: tuple[Pattern, ...]
    explanation: str
    remedies: tuple[Remedy, ...]  # words in capitals in a command stand for the reader's own values
    samples: tuple[str, ...]
    phase: Phase | None = None
    unless: tuple[re.Pattern[str], ...] = ()
    target: re.Pattern[str] | None = None
    docs: tuple[str, ...] = ()
    since: str = ""
    until: str = ""
    reasons: frozenset[tuple[str, str]] = frozenset()  # speaker and reason
    hold: Hold = Hold.STEP
    source: str = ""  # whose words they are
    general: bool = False  # its words leave the reason open, so that one that their line names goes before

    @property
    def is_symptom(self) -> bool:
        """Whether it is only a consequence."""
        return self.priority is Priority.C

    def claims(self, target: str, body: str) -> tuple[int, int] | None:
        """Where in this text, printed by that target, a sign of the cause stands."""
        found = next((place for p in self.patterns if (place := p.find(body)) is not None), None)
        if found is None or (self.target is not None and not self.target.fullmatch(target)):
            return None
        return None if any(other.search(body) for other in self.unless) else found

    def concerns(self) -> str:
        """The tags it concerns as words, empty where that is every tag with which an AMI can be built."""
        if self.since and self.until:
            return f"Concerns the tags {self.since} to {self.until}."
        if self.until or self.since not in {"", _FIRST}:
            return f"Concerns tags from {self.since} on, {SEEN}." if self.since else f"Concerns tags up to {self.until}."
        return ""


class Catalogue:
    """All entries, and a quick way to see which lines may be a sign of one."""

    def __init__(self, entries: Iterable[KnownError], regions: Callable[[], Collection[str]] = frozenset) -> None:
        self.regions = regions  # the names of AWS' regions; without them a region is wrong by its form alone
        self.entries = tuple(sorted(entries, key=lambda entry: entry.id))
        self._ranked = sorted(self.entries, key=lambda entry: (entry.priority.value, entry.hold is Hold.LAST, entry.id))
        self._near = Nearby((pattern, n) for n, entry in enumerate(self._ranked) for pattern in entry.patterns)
        self._by_reason = {pair: entry for entry in self.entries for pair in entry.reasons}
        self._best: dict[tuple[str, str], Claim | None] = {}
        # a line without any of these where a word begins, in lower case, is a sign of nothing
        self.signs = {pattern.sign.lower() for entry in self.entries for pattern in entry.patterns}.union(ALARMS if self._by_reason else ())

    def claims(self, line: LogLine) -> list[Claim]:
        """The entries that take the line for theirs, the strongest first; the reason counts where no entry knows the very words."""
        body = line.body[:_LONGEST]
        if tells_nothing(body):
            return []
        near = [self._ranked[n] for n in self._near.of(body)]
        found = [Claim(entry, *place) for entry in near if (place := entry.claims(line.target, body)) is not None]
        if found and found[0].entry.priority is Priority.A and not (found[0].entry.general or odd_region(body, self.regions)):
            return found
        told = self._reasoned(body)
        if told is None or (
            found and found[0].strength <= told.strength and not found[0].entry.general and told.reason != "region-unknown"
        ):
            return found
        return [told, *(claim for claim in found if claim.strength > told.strength)]

    def _reasoned(self, body: str) -> Claim | None:
        low = body.lower()
        if odd := odd_region(low, self.regions):
            told: Told | None = Told("region-unknown", *odd)
        else:
            told = reason_in(low)
        if told is None or shrugged_off(low):
            return None
        speaker = speaker_of(low)
        if not speaker and told.reason in NETWORK:
            return None
        entry = self._by_reason.get((speaker, told.reason)) or self._by_reason.get((_ANY, told.reason))
        return Claim(entry, told.begin, told.end, told.reason) if entry is not None else None

    def best(self, line: LogLine) -> Claim | None:
        """The strongest of them."""
        seen = (line.target, line.body[:_LONGEST])
        if seen not in self._best:  # what fails prints one line again and again, a hundred thousand times in some logs
            if len(self._best) >= _REMEMBERED:
                self._best.clear()
            self._best[seen] = next(iter(self.claims(line)), None)
        return self._best[seen]

    def entry(self, name: str) -> KnownError | None:
        """The entry with this id."""
        return next((entry for entry in self.entries if entry.id == name), None)


def parse_catalogue(data: object, *, proven: bool = False, regions: Callable[[], Collection[str]] = frozenset) -> Catalogue:
    """The catalogue of a list of mappings; CanvosError names the entry and what is wrong with it.

    `proven` leaves out what a test looked at and what takes the time: each expression compiled, and a sample for each; `regions` are those
    of AWS by name.
    """
    if not isinstance(data, list) or not data:
        raise CanvosError("the catalogue of known errors is no list of entries")
    entries = [parse_entry(item, number, proven=proven) for number, item in enumerate(data, 1)]
    for before, entry in pairwise(entries):
        if entry.id <= before.id:
            raise CanvosError(f"known error {entry.id}: must stand before {before.id}, and only once; the ids are sorted")
    return Catalogue(entries, regions)


def parse_entry(item: object, number: int, *, proven: bool = False) -> KnownError:
    """The entry of a mapping; CanvosError names it, or its number, and what is wrong."""
    if not isinstance(item, Mapping):
        raise CanvosError(f"known error no. {number}: no mapping")
    name = str(item.get("id", f"no. {number}"))
    try:
        return _entry(item, proven=proven)
    except (ValueError, TypeError) as error:
        raise CanvosError(f"known error {name}: {error}") from None


def _entry(item: Mapping[Any, Any], *, proven: bool) -> KnownError:
    missing = [key for key in _REQUIRED if not item.get(key)]
    unknown = [str(key) for key in item if key not in {*_REQUIRED, *_OPTIONAL}]
    if missing or unknown:
        raise ValueError(f"lacks {', '.join(missing)}" if missing else f"has the unknown {', '.join(unknown)}")
    name, priority = _text(item, "id"), _text(item, "priority")
    if not _ID.fullmatch(name):
        raise ValueError("the id is not like E-DISK-FULL")
    if priority not in Priority.__members__:
        raise ValueError(f"the priority {priority} is not A, B or C")
    samples, reasons = _texts(item, "sample"), _reasons(item)
    if not item.get("patterns") and not reasons:
        raise ValueError("has neither patterns nor reasons")
    return KnownError(
        name,
        _text(item, "title"),
        Priority[priority],
        _patterns(item, samples, proven=proven),
        _text(item, "explanation"),
        tuple(_remedy(fix) for fix in item["fix"]),
        samples,
        phase=Phase(_text(item, "phase")) if item.get("phase", _ANY) != _ANY else None,
        unless=tuple(compiled(text) for text in _texts(item, "unless")),
        target=compiled(_text(item, "target")) if "target" in item else None,
        docs=tuple(_address(text) for text in _texts(item, "docs")),
        since=_tag(item, "since"),
        until=_tag(item, "until"),
        reasons=reasons,
        hold=Hold(_text(item, "holds")) if "holds" in item else Hold.STEP,
        source=_text(item, "source") if "source" in item else "",
        general=item.get("general") is True,
    )


def _patterns(item: Mapping[Any, Any], samples: Sequence[str], *, proven: bool) -> tuple[Pattern, ...]:
    """Each with a sample that it finds."""
    found: list[Pattern] = []
    for text in _texts(item, "patterns"):
        sides = parse_patterns(text, proven=proven)
        if not proven and not any(side.find(sample) for side in sides for sample in _bodies(samples)):
            raise ValueError(f"no sample for the pattern {text}")
        found += sides
    return tuple(found)


def _reasons(item: Mapping[Any, Any]) -> frozenset[tuple[str, str]]:
    """Pairs of speaker and reason, each of them known."""
    named = item.get("reasons", {})
    if not isinstance(named, Mapping):
        raise TypeError("reasons is no mapping of speakers")
    pairs = frozenset((str(speaker), reason) for speaker in named for reason in _texts(named, speaker))
    for speaker, reason in sorted(pairs):
        if speaker not in {*SPEAKERS, _ANY} or reason not in REASONS:
            raise ValueError(f"nobody knows the reason {reason} of {speaker}")
    return pairs


def _bodies(samples: Sequence[str]) -> list[str]:
    """The samples without the target in front, where they have one."""
    return [sample.partition(" | ")[2] or sample for sample in samples]


def _text(item: Mapping[Any, Any], key: str) -> str:
    value = item[key]
    if not isinstance(value, str):
        raise TypeError(f"{key} is no text")
    return value.strip()


def _texts(item: Mapping[Any, Any], key: str) -> tuple[str, ...]:
    values = item.get(key, [])
    if not isinstance(values, list) or not all(isinstance(value, str) and value for value in values):
        raise TypeError(f"{key} is no list of texts")
    return tuple(values)


def _remedy(value: object) -> Remedy:
    if not isinstance(value, Mapping) or not value.keys() <= {"text", "commands"}:
        raise TypeError("a fix has a text and commands, nothing else")
    return Remedy(_text(value, "text"), tuple(_command(text) for text in _texts(value, "commands")))


def _command(text: str) -> Command:
    return Command(text, root=text.startswith("sudo "))


def _address(text: str) -> str:
    if not text.startswith("https://"):
        raise ValueError(f"{text} is no https address")
    return text


def _tag(item: Mapping[Any, Any], key: str) -> str:
    tag = _text(item, key) if key in item else ""
    if tag == _ANY:
        return ""
    if tag and not _TAG.fullmatch(tag):
        raise ValueError(f"{key} is no release tag")
    return tag
