"""Colours by role: a dark and a light theme of our own. No page names a colour, and every theme of Textual can be chosen as well."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from textual.app import App
from textual.theme import BUILTIN_THEMES, Theme

from canvos_tui.core.errors import InvalidValueError

VARIABLE = "CANVOS_TUI_THEME"
# ground, raised: what text stands on; chosen: the row under the cursor; line: borders; the others are colours of text
DARK = {
    "ground": "#0d1117",
    "raised": "#161b22",
    "chosen": "#10383b",
    "line": "#30363d",
    "text": "#d7dde5",
    "muted": "#8791a2",
    "accent": "#39c5bb",
    "success": "#56d364",
    "warning": "#e3b341",
    "error": "#ff7b86",
    "unknown": "#bc8cff",
    "link": "#58a6ff",
}
LIGHT = {
    "ground": "#fbfbfa",
    "raised": "#eeefed",
    "chosen": "#d3ece9",
    "line": "#c3c8c4",
    "text": "#1d2329",
    "muted": "#5d6773",
    "accent": "#0b6f68",
    "success": "#18702f",
    "warning": "#7d5400",
    "error": "#b82b39",
    "unknown": "#7b42c9",
    "link": "#0a5fc4",
}


def _theme(name: str, roles: Mapping[str, str], *, dark: bool) -> Theme:
    """The roles in the places where Textual's widgets look for them; without a variable Textual would mix a colour of its own."""
    texts = {f"text-{role}": roles[role] for role in ("muted", "accent", "success", "warning", "error")}
    return Theme(
        name,
        primary=roles["accent"],
        secondary=roles["link"],
        accent=roles["accent"],
        foreground=roles["text"],
        background=roles["ground"],
        surface=roles["raised"],
        panel=roles["raised"],
        success=roles["success"],
        warning=roles["warning"],
        error=roles["error"],
        dark=dark,
        variables={
            **texts,
            "text": roles["text"],
            "text-primary": roles["accent"],
            "text-secondary": roles["link"],
            "text-disabled": roles["muted"],
            "foreground-muted": roles["muted"],
            "primary-background": roles["chosen"],
            "block-cursor-background": roles["chosen"],
            "block-cursor-foreground": roles["text"],
            "block-cursor-blurred-background": roles["raised"],
            "block-cursor-blurred-foreground": roles["text"],
            "border": roles["accent"],
            "border-blurred": roles["line"],
            "footer-background": roles["raised"],
            "footer-foreground": roles["text"],
            "footer-description-foreground": roles["text"],
            "footer-key-foreground": roles["accent"],
            "input-cursor-background": roles["text"],
            "input-cursor-foreground": roles["ground"],
            "input-selection-background": roles["chosen"],
            "link-color": roles["link"],
            "scrollbar": roles["line"],
            "scrollbar-hover": roles["muted"],
            "scrollbar-active": roles["accent"],
            "scrollbar-background": roles["ground"],
            "scrollbar-background-hover": roles["ground"],
            "scrollbar-background-active": roles["ground"],
            "scrollbar-corner-color": roles["ground"],
        },
    )


OURS = {"dark": _theme("canvos-dark", DARK, dark=True), "light": _theme("canvos-light", LIGHT, dark=False)}


def known(name: str) -> str:
    """The theme's own name; InvalidValueError for one that there is not, with all that there are. "" stands for the dark one."""
    if not name or name in OURS:
        return OURS[name or "dark"].name
    if name not in BUILTIN_THEMES:
        allowed = ", ".join([*OURS, "none", *sorted(BUILTIN_THEMES)])
        raise InvalidValueError(f"there is no theme `{name[:40]}`", allowed=allowed, remedy="choose one of these, or leave --theme out")
    return name


def dress(app: App[Any], environ: Mapping[str, str]) -> None:
    """Gives an app that does not run yet our themes, and the one that was asked for."""
    for theme in OURS.values():
        app.register_theme(theme)
    try:
        name = known(environ.get(VARIABLE, ""))
    except InvalidValueError:  # said before anything was opened, where it can be said
        name = OURS["dark"].name
    app.set_reactive(App.theme, name)
    app.stylesheet.set_variables(app.get_css_variables())
    app.set_class(bool(environ.get("NO_COLOR")), "-colourless")  # where no ground tells the row under the cursor, a line does
