"""An answer as it may be seen: no escape sequence, no secret in any of its texts, the commands included."""

from __future__ import annotations

from dataclasses import replace

from canvos_tui.core.checks.check import CheckAnswer, Evidence
from canvos_tui.core.errors import Command, Remedy
from canvos_tui.core.masking.outlet import shown


def harmless(answer: CheckAnswer) -> CheckAnswer:
    """Whoever shows, copies or stores an answer gets this one."""
    return replace(
        answer,
        observed=shown(answer.observed),
        required=shown(answer.required),
        remedies=tuple(_remedy(remedy) for remedy in answer.remedies),
        evidence=tuple(_evidence(piece) for piece in answer.evidence),
    )


def _remedy(remedy: Remedy) -> Remedy:
    return replace(remedy, text=shown(remedy.text), commands=tuple(_command(command) for command in remedy.commands))


def _command(command: Command) -> Command:
    return replace(command, run=shown(command.run))


def _evidence(piece: Evidence) -> Evidence:
    return replace(piece, command=shown(piece.command), output=shown(piece.output))
