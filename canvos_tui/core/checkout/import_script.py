"""What CanvOS' import script prints at its turning points: the phases of a build are read from these words.

A checkout whose script speaks otherwise is built all the same; its last phases are then seen in AWS alone.
"""

from __future__ import annotations

import re

from canvos_tui.core.values import dataclass
from canvos_tui.core.values.late_pattern import pattern

STARTING = "Starting RAW to AMI creation process."
UPLOADING = "Uploading '"
IMPORTING = "Importing S3 object '"
IMPORTED = "Snapshot import process completed. Snapshot ID: "
REGISTERING = "Creating/Verifying AMI '"
DONE = "Process completed successfully!"


_OPTIONS = pattern(r"^(?:#!\S*sh|[ \t]*set) (-.*)$", re.MULTILINE)  # of the shell, in the first line or by `set`
_TRACE = pattern(r"-[a-zA-Z]*x|-[a-zA-Z]*o +xtrace\b")


@dataclass(frozen=True)
class ImportScript:
    """What its text says: `unsaid` are the words that it never prints, in the order in which they would be printed; `traces` is whether
    it prints every command with its values, which shows both keys (facts: CanvOS, create-raw-to-ami.sh, line 4 in every tag that was seen).
    """

    unsaid: tuple[str, ...] = ()
    traces: bool = False


def read_script(script: bytes) -> ImportScript:
    """Read as text, never run."""
    text = script.decode("utf-8", "replace")
    unsaid = tuple(words for words in (STARTING, UPLOADING, IMPORTING, IMPORTED, REGISTERING, DONE) if words not in text)
    return ImportScript(unsaid, any(_TRACE.search(options) for options in _OPTIONS.findall(text)))
