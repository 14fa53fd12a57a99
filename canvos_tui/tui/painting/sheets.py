"""The style sheets of the pages: what the start page needs comes with it, controls and dialogs with the first that is needed.

What the checks need comes with them, the rest with the next page.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from textual.app import App

_STYLES = Path(__file__).parents[1]
_EVERYWHERE = ("app.tcss", "widgets/row_list.tcss", "steps/start.tcss")
_CONTROLS = ("dialogs/*.tcss", "widgets/controls.tcss", "widgets/push.tcss")
_CHECK = ("steps/step00_prerequisites.tcss",)
_PAGES = ("widgets/*.tcss", "steps/*.tcss", "bundle/*.tcss")  # what was read already is left out


def read_sheets(app: App[Any], slug: str) -> None:
    """Has the app know what a page looks like, before the page is made.

    `Screen.CSS_PATH` would do so too, and Textual would then parse all that it knows twice more. Four sources and not one a file: it
    keeps 64 that are parsed, and begins anew with each of them as soon as there are more.
    """
    before = _read(app, "everywhere", _EVERYWHERE)
    if slug != "start":
        before |= _read(app, "controls", _CONTROLS, before) | _read(app, "check", _CHECK)
    if slug not in {"start", "check"}:
        _read(app, "pages", _PAGES, before)


def read_for_dialogs(app: App[Any]) -> None:
    """Has the app know what a dialog looks like, where there is a page for one to lie above."""
    if app.stylesheet.has_source("everywhere"):
        _read(app, "controls", _CONTROLS)


def _read(app: App[Any], name: str, patterns: tuple[str, ...], before: frozenset[Path] = frozenset()) -> frozenset[Path]:
    """The files that the patterns stand for, without those before."""
    found = frozenset(path for pattern in patterns for path in _STYLES.glob(pattern)) - before
    if not app.stylesheet.has_source(name):
        app.stylesheet.add_source("\n".join(path.read_text(encoding="utf-8") for path in sorted(found)), (name, ""))
    return found
