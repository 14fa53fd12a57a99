"""What F1 and F2 open on a page of the wizard."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from textual.screen import Screen

from canvos_tui.core.answers.draft import Draft
from canvos_tui.core.questions.help import of_field
from canvos_tui.tui.dialogs import guide_text, help_text
from canvos_tui.tui.dialogs.read_text import ReadText
from canvos_tui.tui.widgets.field_row import field_of


def help_of(page: Screen[Any], steps: Sequence[tuple[str, str]]) -> ReadText:
    """What the focused field is about, or the page with these steps, each with its title; and the keys."""
    field = field_of(page.focused)
    about = of_field(field) if field is not None else help_text.of_page(steps)
    return ReadText("Help", f"{about}\n\n{help_text.keys(page)}")


def guide_of(numbers: Sequence[int], draft: Draft) -> ReadText:
    """The guide's own commands for its steps of these numbers, with the user's values in place; of all steps where none is named."""
    return ReadText(*guide_text.of(numbers, draft))
