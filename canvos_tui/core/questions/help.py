"""What is said of a field to whoever asks."""

from __future__ import annotations

from typing import Any

from canvos_tui.core.answers.fields import Field


def of_field(field: Field[Any]) -> str:
    """What it is, the guide's value, and what is allowed."""
    example = f"\n\nThe guide's value: {field.guide}" if field.guide else ""
    return f"{field.title} ({field.key}, {field.asked_by})\n\n{field.help}{example}\n\nAllowed: {field.line}"
