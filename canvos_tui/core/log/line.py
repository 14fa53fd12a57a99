"""The grammar of one cleaned log line: which target printed it and what kind of line it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum
from functools import cached_property, lru_cache
from typing import NamedTuple

from canvos_tui.core.escapes import COLOUR

_NAME_WIDTH = 20  # the build tool pads a target's name to so many columns and never cuts it
_COMMAND = re.compile(r"(\*cached\* )?--> (.*)")
_PROGRESS = re.compile(r"\[[ 1-9-]{10}\] {1,3}(\d{1,3})% ")
_META = re.compile(r"(?:\w+/\w+(?:/\w+)? \| )?(?:[A-Za-z_]\w*=\S*(?: +|$)){2,}$")
_ERRHEAD = re.compile(r"(?:ERROR|WARN)(?: (\S+:\d+:\d+)(?:$|:? )|$)")
_TRACE, _TRACES = re.compile(r"\++ "), ("+ ", "++ ", "+++ ", "++++ ")
_PHASE = re.compile(r" (?:Init|Build|Push Summary|Local Output Summary) ")
_BANNER = re.compile(r"=+ .*(SUCCESS|FAILURE).* =+$")
_PULL = re.compile(r"[0-9a-f]{12}: |Unable to find image |Digest: sha256:|Status: |\S+: Pulling from ")
_SETTLED = re.compile(  # a name as wide as it is padded, and what stands behind it up to the end of the line
    rb"\n *+[^\s|]++(?<=.{19})(?:(?: \*local\*)?+ \*failed\* \| [^\n]*+| \| (?:\[[ 1-9-]{10}\] {1,3}\d{1,3}% [^\n]*+"
    rb"|(?:\w++/\w++(?:/\w++)? \| )?(?:[A-Za-z_]\w*+=\S*+(?: ++|(?=\n|$))){2,}+|Setting up \S+ \(\S+\) \.\.\."
    rb"|Unpacking \S+ \(\S+\) (?:over \(\S+\) )?\.\.\.|Selecting previously unselected package \S+|Preparing to unpack \S+ \.\.\."
    rb"|Get:\d+ \S+ \S+ \S+ \S+ (?:\S+ )*\[[\d.,]+ k?M?B\])(?=\n|$)| \| )"
)
_NO_NAME = ("", False)
_ECHO = " " * 10  # before a command that is repeated in an error's text
_END = "An error occurred while running the command."


class Kind(Enum):
    """What a line is; only OUTPUT, OUTER and ERROR may tell a cause, the others repeat commands and settings."""

    COMMAND = "command"
    CACHED = "cached"
    PROGRESS = "progress"
    META = "meta"
    ERRHEAD = "errhead"
    ECHO = "echo"
    TRACE = "trace"
    OUTPUT = "output"
    PHASE = "phase"
    RULER = "ruler"
    BANNER = "banner"
    HELP = "help"
    ERROR = "error"
    STACK = "stack"
    PULL = "pull"
    END = "end"
    BLANK = "blank"
    OUTER = "outer"

    __hash__ = object.__hash__  # the enumeration's own is no longer quick, and each line is asked for its kind several times


class LogLine(NamedTuple):  # a tuple because there is one for each line of the log
    """One line: `target` is empty for lines without a name in front, `failed` marks the repetition after a failure."""

    kind: Kind
    target: str
    body: str
    failed: bool = False


def parse_line(text: str) -> LogLine:
    """The line's parts; colours are looked through."""
    if "\x1b" in text:
        text = COLOUR.sub("", text)
    bar = text.find(" | ", _NAME_WIDTH - 1)
    if bar > 0 and (named := _name_in(text[:bar])):
        body = text[bar + 3 :]
        return LogLine(_kind_of_body(body), named[0], body, named[1])
    return LogLine(_kind_outside(text), "", text)


@lru_cache(maxsize=1000)
def _name_in(front: str) -> tuple[str, bool] | None:
    """The target that stands in front of a bar, and whether its line is of the repetition; None where it is something else."""
    name, _, marks = front.lstrip().partition(" ")
    return (name, "*failed*" in marks) if name and (not marks or marks in {"*failed*", "*local*", "*local* *failed*"}) else None


def is_traced(text: str) -> bool:
    """Whether a line without colours is one that a target's script traced: the quick way to know that its kind is TRACE."""
    bar = text.find(" | ", _NAME_WIDTH - 1)
    return bar > 0 and text.startswith(_TRACES, bar + 3) and _name_in(text[:bar]) is not None


def front_of(text: str) -> tuple[str, bool]:
    """The target that stands in front of a line without colours, "" for none, and whether the line is of the repetition."""
    bar = text.find(" | ", _NAME_WIDTH - 1)
    return (_name_in(text[:bar]) or _NO_NAME) if bar > 0 else _NO_NAME


class Passage:
    """Some lines of a log, made ready once for all who read them: without colours, and each taken apart when the first one asks."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.whole = "\n".join(texts)
        self.texts = texts
        if "\x1b" in self.whole:
            self.texts = [COLOUR.sub("", text) if "\x1b" in text else text for text in texts]
            self.whole = "\n".join(self.texts)
        self._lines: dict[int, LogLine] = {}

    @cached_property
    def low(self) -> bytes:
        """All of it in lower case. In bytes, because one wide character would make a text slow to search."""
        return self.whole.encode("utf-8", "replace").lower()

    @cached_property
    def telling(self) -> bytes:
        """The same without the names in front, and with nothing left of lines that tell of no error.

        Those are the settings of a command, how far it is, packages that are put in place, and what is repeated behind a failure.
        """
        return _SETTLED.sub(b"\n", b"\n" + self.whole.encode("utf-8", "replace"))[1:].lower()

    def line(self, number: int) -> LogLine:
        """The parts of a line, by its number from 0."""
        found = self._lines.get(number)
        if found is None:
            found = self._lines[number] = parse_line(self.texts[number])
        return found


def command_of(line: LogLine) -> str:
    """The command of a COMMAND line, without the arrow; empty for any other line."""
    found = _COMMAND.match(line.body) if line.kind in {Kind.COMMAND, Kind.CACHED} else None
    return found[2] if found else ""


def position_of(line: LogLine) -> str:
    """`Earthfile:753:12` of an ERRHEAD line, empty where it has none."""
    found = _ERRHEAD.match(line.body) if line.kind is Kind.ERRHEAD else None
    return (found[1] or "") if found else ""


def progress_of(line: LogLine) -> int | None:
    """Percent of a PROGRESS line."""
    found = _PROGRESS.match(line.body) if line.kind is Kind.PROGRESS else None
    return int(found[1]) if found else None


def _kind_of_body(body: str) -> Kind:  # noqa: PLR0911  one line per kind
    start = body[:1]
    if start in "-*" and (found := _COMMAND.match(body)):
        return Kind.CACHED if found[1] else Kind.COMMAND
    if start == "+" and _TRACE.match(body):
        return Kind.TRACE
    if start == "[" and _PROGRESS.match(body):
        return Kind.PROGRESS
    if start in "EW" and _ERRHEAD.match(body):
        return Kind.ERRHEAD
    if body.startswith(_ECHO):
        return Kind.ECHO
    if start.isalpha() and "=" in body and _META.match(body):
        return Kind.META
    return Kind.OUTPUT


_OUTSIDE = (
    (Kind.TRACE, _TRACE.match),
    (Kind.PHASE, _PHASE.match),
    (Kind.BANNER, _BANNER.match),
    (Kind.PULL, _PULL.match),
    (Kind.HELP, re.compile(r"Help: ").match),
    (Kind.ERROR, re.compile(r"Error: ").match),
    (Kind.STACK, re.compile(r"in\t+\+").match),
    (Kind.RULER, re.compile(r"—{20,}$").match),
    (Kind.END, re.compile(re.escape(_END) + "$").match),
)


def _kind_outside(text: str) -> Kind:
    if not text.strip():
        return Kind.BLANK
    return next((kind for kind, match in _OUTSIDE if match(text)), Kind.OUTER)
