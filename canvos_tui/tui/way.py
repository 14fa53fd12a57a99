"""Which page a wish to leave leads to; and where Esc leads back to, after a jump: to where it began."""

from __future__ import annotations

from collections.abc import Collection

from canvos_tui.tui.messages import GoTo


class Way:
    """Remembers one jump. Whoever goes on from there, or anywhere else, is on the usual way again."""

    def __init__(self) -> None:
        self._origin = ""
        self._target = ""

    def leads(self, page: str, asked: GoTo, without: Collection[str] = ()) -> str:
        """The slug of the page; `without` are those that are not on the way with the answers so far."""
        from canvos_tui.core.pages import BY_SLUG, neighbour  # the first frame is painted before it is loaded

        origin = self._origin if asked.target == "back" and page == self._target else ""
        slug = origin or (asked.target if asked.target in BY_SLUG else neighbour(page, asked.target, without))
        self._origin, self._target = (page, slug) if asked.jump else ("", "")
        return slug
