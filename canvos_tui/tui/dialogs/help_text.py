"""What F1 says: what the focused field or the page is about, and every key that works here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from textual.binding import ActiveBinding, Binding
from textual.screen import Screen


def of_page(steps: Iterable[tuple[str, str]]) -> str:
    """What the steps of a page are about, each below its title; a single one without it: the page has one."""
    said = [(title, about) for title, about in steps if about]
    return "\n\n".join(f"{title}\n{about}" for title, about in said) if len(said) > 1 else "".join(about for _, about in said)


def keys(screen: Screen[Any]) -> str:
    """All keys with a name, the hidden ones too; of what Textual brings along those that the footer shows."""
    named: dict[str, str] = {}
    for active in screen.active_bindings.values():
        binding = active.binding
        if binding.description and active.enabled and (binding.show or _is_ours(active)):
            named.setdefault(binding.description, screen.app.get_key_display(binding))
    return "Keys here\n" + "\n".join(f"  {key:<12} {name}" for name, key in named.items())


def _is_ours(active: ActiveBinding) -> bool:
    """Whether a class of ours names the key itself: a list of ours has inherited others."""
    kind = type(active.node)
    own = vars(kind).get("BINDINGS", ()) if kind.__module__.startswith("canvos_tui.") else ()
    return any(isinstance(one, Binding) and one.action == active.binding.action for one in own)
