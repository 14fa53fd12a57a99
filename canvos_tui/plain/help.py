"""What is said to a question mark: what a question is about, and the guide's own commands with the answers so far."""

from __future__ import annotations

from canvos_tui.core import guide
from canvos_tui.core.answers.draft import Draft


def with_guide(about: str, draft: Draft, *numbers: int) -> str:
    """The text, and the commands of these steps of the guide; where the truth differs from it in a line."""
    parts = [about]
    for step in (guide.on_route(guide.BY_NUMBER[number], draft.route) for number in numbers):
        commands = "".join(f"\n  {line}" for line in guide.commands(step, draft))
        parts.append(f"The guide's step {step.number}, {step.title}:{commands}" + (f"\n  differs: {step.differs}" if step.differs else ""))
    return "\n\n".join(parts)
