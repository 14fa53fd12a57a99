"""What was chosen in the menu, the theme and whose the mouse is, holds the next time too, unless something else is asked for."""

from __future__ import annotations

import sys
from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from textual.app import App

    from canvos_tui.tui.pace import PacedApp


def wear_kept(environ: MutableMapping[str, str]) -> None:
    """Asks for it by the variables that --theme and --no-mouse set too; a name that is no theme any more is passed over."""
    from canvos_tui.adapters.settings import read_settings
    from canvos_tui.core.errors import InvalidValueError
    from canvos_tui.tui.pace import NO_MOUSE
    from canvos_tui.tui.theme import VARIABLE, known

    kept = read_settings(environ)
    for problem in kept.problems:
        sys.stderr.write(f"canvos-tui: {problem}\n")
    if kept.mouse is False:
        environ.setdefault(NO_MOUSE, "1")
    if environ.get(VARIABLE) or not kept.theme:
        return
    try:
        environ[VARIABLE] = known(kept.theme)
    except InvalidValueError as error:
        sys.stderr.write(f"canvos-tui: settings.yaml: {error}, and the dark one is worn\n")


def keep_worn(environ: MutableMapping[str, str], app: App[Any]) -> None:
    """Keeps what was chosen while the app ran; what it began with was asked for, and is not a choice."""
    from canvos_tui.adapters.settings import keep_setting
    from canvos_tui.tui.theme import VARIABLE, known

    if app.theme != known(environ.get(VARIABLE, "")):
        keep_setting(environ, "theme", app.theme)


def keep_mouse(environ: MutableMapping[str, str], app: PacedApp[Any]) -> None:
    """Keeps whose the mouse is, where somebody changed that in the menu."""
    from canvos_tui.adapters.settings import keep_setting

    if app.mouse_chosen:
        keep_setting(environ, "mouse", str(app.mouse).lower())
