"""Where in the wizard something is answered or mended: what the texts of core leave to the screen."""

from __future__ import annotations

from collections.abc import Iterable

from canvos_tui.core.checks.check import Check, CheckAnswer
from canvos_tui.core.checks.reports.report_text import plain
from canvos_tui.core.errors import Remedy
from canvos_tui.tui.checks.titles import titled, where


def observed(answer: CheckAnswer, checks: Iterable[Check] = ()) -> str:
    """What a check found, masked and on one line; what it waits for by title, and where that is answered."""
    told = plain(answer.observed)
    return told if answer.waits_for is None else titled(told, checks) + where(answer.waits_for.pages)


def advice(remedy: Remedy) -> str:
    """A remedy's sentence, masked and on one line, with the screen where it can be done."""
    return plain(remedy.text) + (where((remedy.page,)) if remedy.page else "")
