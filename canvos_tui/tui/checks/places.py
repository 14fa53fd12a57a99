"""Where in the wizard something is answered or mended: what the texts of checks leave to the screen."""

from __future__ import annotations

from canvos_tui.core.checks.check import CheckAnswer
from canvos_tui.core.checks.report_text import plain
from canvos_tui.core.errors import Remedy
from canvos_tui.core.pages import BY_SLUG


def where(pages: tuple[str, ...]) -> str:
    """` (screen 5)`, ` (screens 5 and 6)`; empty for no page."""
    numbers = [str(BY_SLUG[slug].number) for slug in pages]
    return f" (screen{'s' if len(numbers) > 1 else ''} {' and '.join(numbers)})" if numbers else ""


def observed(answer: CheckAnswer) -> str:
    """What a check found, masked and on one line; where the answers are given that it waits for."""
    return plain(answer.observed) + (where(answer.waits_for.pages) if answer.waits_for is not None else "")


def advice(remedy: Remedy) -> str:
    """A remedy's sentence, masked and on one line, with the screen where it can be done."""
    return plain(remedy.text) + (where((remedy.page,)) if remedy.page else "")
