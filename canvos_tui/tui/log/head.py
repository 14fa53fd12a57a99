"""What stands in the log's border: what is shown, what was found, which line it is, and whether the end is followed."""

from __future__ import annotations

from canvos_tui.core.terminal.marks import Mark
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


def head_words(view: LogView, chosen: LogFilter, scans: LogScans, note: str, path: str) -> tuple[str, str]:
    """What is shown and what was found; and which line this is and whether the end is followed."""
    total = view.line_count
    where = f"line {total}" if view.window.following else f"line {view.current + 1} of {total}"
    what = " · ".join(part for part in ("Log", chosen.words(), found_words(view, scans), note, path) if part)
    state = f"{Mark.CURRENT.sign} {view.state}" if view.window.following else f"{view.state}, End to follow"
    return what, f"{where} · {state}"
