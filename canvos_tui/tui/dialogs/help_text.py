"""What F1 says: what the focused field or the page is about, and every key that works here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from textual.screen import Screen

from canvos_tui.tui.widgets.key_footer import named


def of_page(steps: Iterable[tuple[str, str]]) -> str:
    """What the steps of a page are about, each below its title; a single one without it: the page has one."""
    said = [(title, about) for title, about in steps if about]
    return "\n\n".join(f"{title}\n{about}" for title, about in said) if len(said) > 1 else "".join(about for _, about in said)


def keys(screen: Screen[Any]) -> str:
    """What F1 says of them."""
    return "Keys here\n" + "\n".join(f"  {key.shown:<12} {key.name}" for key in named(screen))
