"""The grammar of one cleaned log line: which target printed it and what kind of line it is."""

from __future__ import annotations

import re
from enum import Enum
from typing import NamedTuple

from canvos_tui.core.escapes import COLOUR

_NAME_WIDTH = 20  # the build tool pads a target's name to so many columns and never cuts it
_COMMAND = re.compile(r"(\*cached\* )?--> (.*)")
_PROGRESS = re.compile(r"\[[ 1-9-]{10}\] {1,3}(\d{1,3})% ")
_META = re.compile(r"(?:\w+/\w+(?:/\w+)? \| )?(?:[A-Za-z_]\w*=\S*(?: +|$)){2,}$")
_ERRHEAD = re.compile(r"(?:ERROR|WARN)(?: (\S+:\d+:\d+)(?:$|:? )|$)")
_TRACE = re.compile(r"\++ ")
_PHASE = re.compile(r" (?:Init|Build|Push Summary|Local Output Summary) ")
_BANNER = re.compile(r"=+ .*(SUCCESS|FAILURE).* =+$")
_PULL = re.compile(r"[0-9a-f]{12}: |Unable to find image |Digest: sha256:|Status: |\S+: Pulling from ")
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
    if bar > 0:
        name, _, marks = text[:bar].lstrip().partition(" ")
        if name and (not marks or marks in {"*failed*", "*local*", "*local* *failed*"}):
            body = text[bar + 3 :]
            return LogLine(_kind_of_body(body), name, body, failed="*failed*" in marks)
    return LogLine(_kind_outside(text), "", text)


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
