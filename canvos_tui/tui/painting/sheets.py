"""The style sheets of the pages: what the start page needs comes with it, the rest with the first page after it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from textual.app import App

_STYLES = Path(__file__).parents[1]
_EVERYWHERE = ("app.tcss", "widgets/*.tcss", "steps/start.tcss")


def read_sheets(app: App[Any], slug: str) -> None:
    """Has the app know what a page looks like, before the page is made.

    `Screen.CSS_PATH` would do so too, and Textual would then parse all that it knows twice more. Two sources and not one a file: it
    keeps 64 that are parsed, and begins anew with each of them as soon as there are more.
    """
    _read(app, "everywhere", _EVERYWHERE)
    if slug != "start":
        _read(app, "pages", ("steps/*.tcss", "bundle/*.tcss"))


def _read(app: App[Any], name: str, patterns: tuple[str, ...]) -> None:
    if not app.stylesheet.has_source(name):
        found = [path for pattern in patterns for path in sorted(_STYLES.glob(pattern))]
        app.stylesheet.add_source("\n".join(path.read_text(encoding="utf-8") for path in found), (name, ""))
