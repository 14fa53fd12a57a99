"""The guide's own commands for a page, with the user's values in place."""

from __future__ import annotations

from collections.abc import Sequence

from canvos_tui.core.answers.draft import Draft
from canvos_tui.core.guide import ABOUT, BY_NUMBER, STEPS, commands, on_route


def of(numbers: Sequence[int], draft: Draft) -> tuple[str, str]:
    """Title and text; of all steps where none is named."""
    numbers = numbers or [step.number for step in STEPS]
    parts = []
    for step in (on_route(BY_NUMBER[number], draft.route) for number in numbers):
        differs = f"\n# differs: {step.differs}" if step.differs else ""
        parts.append(f"# step {step.number}: {step.title}{differs}\n" + "\n".join(commands(step, draft)))
    which = f"steps {numbers[0]}-{numbers[-1]}" if len(numbers) > 1 else f"step {numbers[0]}"
    return f"Guide commands ({which})", "\n\n".join((*parts, ABOUT))
