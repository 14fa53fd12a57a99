"""The catalogue of known errors: what each looks like in a log, what it means and what to do. The entries themselves are data."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from itertools import pairwise
from typing import Any

from canvos_tui.core.command_words import word
from canvos_tui.core.errors import CanvosError, Command, Remedy
from canvos_tui.core.log.line import LogLine
from canvos_tui.core.log.literals import fixed_text
from canvos_tui.core.run.phase import Phase

_ID = re.compile(r"E-[A-Z0-9]+(-[A-Z0-9]+)*")
_TAG = re.compile(r"v\d+\.\d+\.\d+")
PLACES = {"AMI_ID": "ami", "SNAPSHOT_ID": "snapshot", "S3_BUCKET": "bucket", "S3_KEY": "key", "REGION": "region"}
_PLACE = re.compile(rf"(?<![\w|(])(?:{'|'.join(PLACES)})(?![\w|)=])")
_SHORTEST = 5  # characters of fixed text in a pattern; with less too many lines would have to be looked at closely
_LONGEST = 8192  # characters of a line that are looked at
_REMEMBERED = 200  # lines whose entry is known
_REQUIRED = ("id", "title", "priority", "patterns", "explanation", "fix", "sample")
_OPTIONAL = ("phase", "unless", "target", "docs", "since", "until")


class Priority(Enum):
    """How much an entry says about the cause: A is the root cause, B strong evidence, C only a symptom."""

    A = 0
    B = 1
    C = 2


@dataclass(frozen=True)
class Pattern:
    """A regular expression, and a text that is in everything it matches."""

    regex: re.Pattern[str]
    fixed: str


@dataclass(frozen=True)
class KnownError:
    """One cause. `phase` is None where it can come up anywhere; `since` and `until` are tags, empty where nothing is known."""

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

    @property
    def is_symptom(self) -> bool:
        """Whether it is only a consequence of something else."""
        return self.priority is Priority.C

    def claims(self, target: str, body: str) -> bool:
        """Whether this text, printed by that target, is a sign of the cause."""
        if not any(p.fixed in body and p.regex.search(body) for p in self.patterns):
            return False
        if self.target is not None and not self.target.fullmatch(target):
            return False
        return not any(other.search(body) for other in self.unless)

    def concerns(self) -> str:
        """The tags it concerns as words, empty where that is not known."""
        if self.since and self.until:
            return f"Concerns the tags {self.since} to {self.until}."
        if self.since or self.until:
            return f"Concerns tags from {self.since} on." if self.since else f"Concerns tags up to {self.until}."
        return ""


class Catalogue:
    """All entries, and a quick way to see which lines may be a sign of one."""

    def __init__(self, entries: Iterable[KnownError]) -> None:
        self.entries = tuple(sorted(entries, key=lambda entry: entry.id))
        self._ranked = sorted(self.entries, key=lambda entry: (entry.priority.value, entry.id))
        self._best: dict[tuple[str, str], KnownError | None] = {}
        fixed = {pattern.fixed for entry in self.entries for pattern in entry.patterns}
        # a line without any of these is a sign of nothing
        self.signs = tuple(sorted(text for text in fixed if not any(other in text for other in fixed if other != text)))

    def claims(self, line: LogLine) -> list[KnownError]:
        """The entries that take the line for theirs, the strongest first."""
        body = line.body[:_LONGEST]
        return [entry for entry in self._ranked if entry.claims(line.target, body)]

    def best(self, line: LogLine) -> KnownError | None:
        """The strongest of them."""
        seen = (line.target, line.body[:_LONGEST])
        if seen not in self._best:  # what fails prints one line again and again, a hundred thousand times in some logs
            if len(self._best) >= _REMEMBERED:
                self._best.clear()
            self._best[seen] = next((entry for entry in self._ranked if entry.claims(*seen)), None)
        return self._best[seen]

    def entry(self, name: str) -> KnownError | None:
        """The entry with this id."""
        return next((entry for entry in self.entries if entry.id == name), None)


def filled(remedy: Remedy, values: Mapping[str, str]) -> Remedy:
    """The same with real values, by the names of a run's ids, for the words in capitals; those that are not known stay."""
    return replace(remedy, commands=tuple(replace(command, run=_fill(command.run, values)) for command in remedy.commands))


def _fill(command: str, values: Mapping[str, str]) -> str:
    return _PLACE.sub(lambda found: word(values.get(PLACES[found[0]], "") or found[0]), command)


# -- from plain data -----------------------------------------------------------------------------------------


def parse_catalogue(data: object) -> Catalogue:
    """The catalogue of a list of mappings; CanvosError names the entry and what is wrong with it."""
    if not isinstance(data, list) or not data:
        raise CanvosError("the catalogue of known errors is no list of entries")
    entries = [_parsed(item, number) for number, item in enumerate(data, 1)]
    for before, entry in pairwise(entries):
        if entry.id <= before.id:
            raise CanvosError(f"known error {entry.id}: must stand before {before.id}, and only once; the ids are sorted")
    return Catalogue(entries)


def _parsed(item: object, number: int) -> KnownError:
    if not isinstance(item, Mapping):
        raise CanvosError(f"known error no. {number}: no mapping")
    name = str(item.get("id", f"no. {number}"))
    try:
        return _entry(item)
    except (ValueError, TypeError) as error:
        raise CanvosError(f"known error {name}: {error}") from None


def _entry(item: Mapping[Any, Any]) -> KnownError:
    missing = [key for key in _REQUIRED if not item.get(key)]
    unknown = [str(key) for key in item if key not in {*_REQUIRED, *_OPTIONAL}]
    if missing or unknown:
        raise ValueError(f"lacks {', '.join(missing)}" if missing else f"has the unknown {', '.join(unknown)}")
    name, priority = _text(item, "id"), _text(item, "priority")
    if not _ID.fullmatch(name):
        raise ValueError("the id is not like E-DISK-FULL")
    if priority not in Priority.__members__:
        raise ValueError(f"the priority {priority} is not A, B or C")
    patterns = tuple(_pattern(text) for text in _texts(item, "patterns"))
    samples = _texts(item, "sample")
    for pattern in patterns:
        if not any(pattern.regex.search(sample) for sample in _bodies(samples)):
            raise ValueError(f"no sample for the pattern {pattern.regex.pattern}")
    return KnownError(
        name,
        _text(item, "title"),
        Priority[priority],
        patterns,
        _text(item, "explanation"),
        tuple(_remedy(fix) for fix in item["fix"]),
        samples,
        phase=Phase(_text(item, "phase")) if item.get("phase") else None,
        unless=tuple(_regex(text) for text in _texts(item, "unless")),
        target=_regex(_text(item, "target")) if "target" in item else None,
        docs=tuple(_address(text) for text in _texts(item, "docs")),
        since=_tag(item, "since"),
        until=_tag(item, "until"),
    )


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


def _regex(text: str) -> re.Pattern[str]:
    try:
        return re.compile(text)
    except re.error as error:
        raise ValueError(f"the pattern {text} is no regular expression: {error}") from None


def _pattern(text: str) -> Pattern:
    regex, fixed = _regex(text), fixed_text(text)
    if regex.flags != re.UNICODE:
        raise ValueError(f"the pattern {text} sets a flag")
    if len(fixed) < _SHORTEST:
        raise ValueError(f"the pattern {text} needs {_SHORTEST} characters of fixed text in one piece")
    return Pattern(regex, fixed)


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
    if tag and not _TAG.fullmatch(tag):
        raise ValueError(f"{key} is no release tag")
    return tag
