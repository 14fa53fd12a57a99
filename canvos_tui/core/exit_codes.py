"""How the program ends, the same for every command and every output format."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """The status of the process; a command that cannot say more ends with `OK` or `USAGE`."""

    OK = 0  # ready, verified, done
    BUG = 1  # Python's own, for what is not caught
    USAGE = 2  # the command line, an answer or a file is wrong
    NOT_READY = 3  # a required check failed, or a right is missing
    WARNED = 4  # warnings, with --fail-on warn
    UNDETERMINED = 5  # checks could not be asked, or AWS did not answer
    BUILD_FAILED = 10
    IMPORT_FAILED = 11  # in a phase that AWS has a part in
    NOT_PROVEN = 12
    INTERRUPTED = 130  # cancelled, or Ctrl-C


MEANING = {
    ExitCode.OK: "ready, verified, done",
    ExitCode.BUG: "a bug of ours; a report of it was kept, and its place said",
    ExitCode.USAGE: "the command line, an answer or a file is wrong",
    ExitCode.NOT_READY: "a required check failed, or the keys lack a right",
    ExitCode.WARNED: "warnings, asked for by --fail-on warn",
    ExitCode.UNDETERMINED: "required checks have no answer, or AWS gave none",
    ExitCode.BUILD_FAILED: "the build failed",
    ExitCode.IMPORT_FAILED: "it failed in a stage that AWS has a part in",
    ExitCode.NOT_PROVEN: "the build ended well, and AWS does not show the whole chain",
    ExitCode.INTERRUPTED: "cancelled, or Ctrl-C; the build itself goes on where that was said",
}
