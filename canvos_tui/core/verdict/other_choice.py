"""What helps where the role or the key of a run does not do: going on takes the very same, and another begins with the raw image."""

from __future__ import annotations

from canvos_tui.core.aws.snapshot_settings import ENCRYPTION, IMPORT_ROLE
from canvos_tui.core.command_words import word
from canvos_tui.core.errors import Command, Remedy
from canvos_tui.core.run.result import RunResult
from canvos_tui.core.run.resumable import offer_words, resume_command

# the causes of the catalogue that another answer would have spared
OF_ROLE = frozenset({"E-IMPORT-DENIED", "E-PASSROLE", "E-VMIMPORT-ROLE"})
OF_KEY = frozenset({"E-KMS-IMPORT", "E-KMS-SNAPSHOT"})


def with_other(result: RunResult) -> tuple[Remedy, ...]:
    """The way to the same image with another role or key; nothing where that is not why it failed, or no raw image is at hand."""
    cause = result.cause.id if result.cause is not None else ""
    if not result.raw or cause not in OF_ROLE | OF_KEY:
        return ()
    what, answer = ("role", IMPORT_ROLE) if cause in OF_ROLE else ("key", ENCRYPTION)
    key = " and another S3_KEY" if result.bucket else ""
    put = f"put it as {answer}{key} into the answers, and begin with the raw image"
    text = f"Or take another {what}; going on keeps the one that was chosen: {put}"
    commands = (
        f"canvos-tui answers export {result.run_id} --to other.yaml",
        f"canvos-tui resume --raw {word(result.raw)} --config other.yaml",
    )
    return (Remedy(text, tuple(Command(command) for command in commands)),)


def ways_on(result: RunResult) -> tuple[Remedy, ...]:
    """How this machine goes on from a run of its own: from the stage that failed, and where a choice is to blame with another."""
    offer = offer_words(result)
    again = (Remedy(offer[0].upper() + offer[1:], (Command(resume_command(result.run_id)),)),) if offer else ()
    return (*again, *with_other(result))
