"""Why a failed check is taken on: the reason that stays in the report."""

from __future__ import annotations

from typing import Any

from textual.app import App

from canvos_tui.core.checks.check import CheckResult
from canvos_tui.tui.dialogs.ask_text import AskText
from canvos_tui.tui.dialogs.confirm import Ask, Choice

REASONS = (
    Choice("", "Back"),
    Choice("a test machine", "Accept: this is a test machine"),
    Choice("tried with less", "Accept: I want to try it with less"),
    Choice("own", "Accept, with a reason of my own ..."),
)


async def ask_reason(app: App[Any], failed: CheckResult) -> str:
    """The reason, empty when it was not taken on; to be awaited in a worker."""
    name, answer = failed.check.id, failed.answer
    text = f"{answer.observed}; needs: {answer.required}\nIt stays in the report as accepted; the build may fail of it."
    reason = await app.push_screen_wait(Ask(f"Accept {name}?", text, REASONS))
    if reason == "own":
        return await app.push_screen_wait(AskText(f"Accept {name}", "Why may the build go on?", "")) or ""
    return reason or ""
