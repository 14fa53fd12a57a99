"""The theme that was chosen in the menu is worn again the next time, unless another is asked for."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from textual.app import App


def wear_kept(environ: MutableMapping[str, str]) -> None:
    """Asks for it by the variable that --theme sets too; a name that is no theme any more is passed over."""
    from canvos_tui.adapters.state_folder import kept_theme
    from canvos_tui.core.errors import InvalidValueError
    from canvos_tui.tui.theme import VARIABLE, known

    if environ.get(VARIABLE) or not (name := kept_theme(environ)):
        return
    try:
        environ[VARIABLE] = known(name)
    except InvalidValueError:
        return


def keep_worn(environ: MutableMapping[str, str], app: App[Any]) -> None:
    """Keeps what was chosen while the app ran; what it began with was asked for, and is not a choice."""
    from canvos_tui.adapters.state_folder import keep_theme
    from canvos_tui.tui.theme import VARIABLE, known

    if app.theme != known(environ.get(VARIABLE, "")):
        keep_theme(environ, app.theme)
