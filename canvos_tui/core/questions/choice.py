"""A named answer to a question that has a few of them."""

from __future__ import annotations

from canvos_tui.core.values import dataclass


@dataclass(frozen=True)
class Choice:
    """One answer: the word it gives, and the line that says what happens."""

    word: str
    line: str
