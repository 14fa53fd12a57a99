"""Which lines of a log are errors, warnings or commands. Commands, settings and traces hold the word `Error` too and are none."""

from __future__ import annotations

import re
from enum import Enum

from canvos_tui.core.log.line import Kind, LogLine

STAMP = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d - ")
_ERROR = re.compile(r"(?:E|Error|ERROR|error|fatal error|upload failed|dpkg: error)[: ]|Status Message: ")
ERROR_WORDS = (" ERR ", "An error occurred (", "AWS_ERROR_", "AWS_IO_")
_HARMLESS = re.compile(r"Error response from daemon: No such container|Error querying status")
_WARNING = re.compile(r"(?:W:|WARN(?:ING)?\b|[Ww]arning\b)")
_WARNING_WORDS = (" WRN ", " WARN ")
# what fails for these is a second builder that nobody needs
_NEEDLESS = {"bootstrap", "buildkitd-pull"}
# one of these stands in every line that has a level, so that the others need no look
SIGNS = (b"--> ", b"E: ", b"rror", b"ERR", b"upload failed", b"Status Message: ", b"AWS_IO_", b"W: ", b"WARN", b"arning", b"WRN")


class LogLevel(Enum):
    """What a line is to somebody who looks for trouble."""

    ERROR = "error"
    WARNING = "warning"
    COMMAND = "command"


def says_error(body: str) -> bool:
    """Whether a line of output says that something went wrong."""
    words = STAMP.sub("", body, count=1) if body[:2] == "20" else body
    return bool(_ERROR.match(words) or any(word in words for word in ERROR_WORDS)) and not _HARMLESS.match(words)


def level_of(line: LogLine) -> LogLevel | None:
    """The level, None for the usual line and for the repetition behind a failure."""
    if line.failed:
        return None
    if line.kind in {Kind.COMMAND, Kind.CACHED}:
        return LogLevel.COMMAND
    if line.kind is Kind.ERRHEAD:
        return LogLevel.ERROR if line.body.startswith("ERROR") else LogLevel.WARNING
    if line.kind not in {Kind.OUTPUT, Kind.OUTER, Kind.ERROR}:
        return None
    if says_error(line.body):
        return LogLevel.WARNING if line.target in _NEEDLESS else LogLevel.ERROR
    warns = _WARNING.match(line.body) or any(word in line.body for word in _WARNING_WORDS)
    return LogLevel.WARNING if warns else None
