"""What CanvOS' import script prints at its turning points: the phases of a build are read from these words.

A checkout whose script speaks otherwise is built all the same; its last phases are then seen in AWS alone.
"""

from __future__ import annotations

STARTING = "Starting RAW to AMI creation process."
UPLOADING = "Uploading '"
IMPORTING = "Importing S3 object '"
IMPORTED = "Snapshot import process completed. Snapshot ID: "
REGISTERING = "Creating/Verifying AMI '"
DONE = "Process completed successfully!"


def unsaid(script: str) -> tuple[str, ...]:
    """Those of the words that do not stand in a script's text, in the order in which they would be printed."""
    return tuple(words for words in (STARTING, UPLOADING, IMPORTING, IMPORTED, REGISTERING, DONE) if words not in script)
