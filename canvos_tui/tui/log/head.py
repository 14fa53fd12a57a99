"""The line above the log: which line, what is shown, what was found, and whether the end is followed."""

from __future__ import annotations

from canvos_tui.core.text import clip
from canvos_tui.tui.log.filter import LogFilter
from canvos_tui.tui.log.scans import LogScans
from canvos_tui.tui.log.view import LogView

_QUERY = 24  # columns of a search text


def found_words(view: LogView, scans: LogScans) -> str:
    """`/text 3 of 12`; dots while the number still grows."""
    search = scans.search
    if search is None:
        return ""
    at = search.number_of(view.current) if not view.window.following else 0
    more = "..." if scans.searching else ""
    of = f"{at} of " if at else ""
    return f"/{clip(search.query.text, _QUERY)} {of}{len(search.hits)}{more}"


def head_line(view: LogView, chosen: LogFilter, scans: LogScans, note: str, width: int) -> str:
    """As much of it as `width` columns hold; the state at the right end always."""
    total = view.line_count
    where = f"line {total}" if view.window.following else f"line {view.current + 1} of {total}"
    parts = [f"-- log, {where}", chosen.words(), found_words(view, scans), note]
    left = " -- ".join(part for part in parts if part) + " "
    state = view.state if view.window.following else f"{view.state}, End to follow"
    if len(left) + len(state) >= width:  # the key stands in the footer as well, what was found stands nowhere else
        state = view.state
    room = max(0, width - len(state) - 1)
    return f"{clip(left, room).ljust(room, '-')} {state}"
