"""Colours by role: a dark and a light theme of our own. No page names a colour, and every theme of Textual can be chosen as well."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.terminal_theme import TerminalTheme
from textual.app import App
from textual.color import Color
from textual.theme import BUILTIN_THEMES, Theme

from canvos_tui.core.errors import InvalidValueError
from canvos_tui.core.terminal import plain_ascii
from canvos_tui.tui.textual_inside import add_filter, wears

VARIABLE = "CANVOS_TUI_THEME"
# ground, raised, code: what text stands on; chosen: the row under the cursor; line: borders; the others are colours of text
DARK = {
    "ground": "#0d1117",
    "raised": "#161b22",
    "code": "#21262d",
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
    "code": "#e4e6e3",
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

# Textual's variables, and the role that each has; without them it mixes colours of its own
_PLACES = {
    "text-muted": "muted",
    "text-accent": "accent",
    "text-success": "success",
    "text-warning": "warning",
    "text-error": "error",
    "text-unknown": "unknown",
    "text": "text",
    "text-primary": "accent",
    "text-secondary": "link",
    "text-disabled": "muted",
    "foreground-muted": "muted",
    "primary-background": "chosen",
    "surface-active": "code",
    "block-cursor-background": "accent",
    "block-cursor-foreground": "ground",
    "block-cursor-blurred-background": "raised",
    "block-cursor-blurred-foreground": "text",
    "border": "accent",
    "border-blurred": "line",
    "footer-background": "raised",
    "footer-foreground": "text",
    "footer-description-foreground": "text",
    "footer-key-foreground": "accent",
    "input-cursor-background": "text",
    "input-cursor-foreground": "ground",
    "input-selection-background": "chosen",
    "link-color": "link",
    "scrollbar": "line",
    "scrollbar-hover": "muted",
    "scrollbar-active": "accent",
    "scrollbar-background": "ground",
    "scrollbar-background-hover": "ground",
    "scrollbar-background-active": "ground",
    "scrollbar-corner-color": "ground",
}


def _theme(name: str, roles: Mapping[str, str], *, dark: bool) -> Theme:
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
        variables={place: roles[role] for place, role in _PLACES.items()},
    )


OURS = {"dark": _theme("canvos-dark", DARK, dark=True), "light": _theme("canvos-light", LIGHT, dark=False)}


def _terminal(roles: Mapping[str, str]) -> TerminalTheme:
    """The sixteen colours that a build prints with, by role: those of a terminal are made for black."""
    names = ("muted", "error", "success", "warning", "link", "unknown", "accent", "text")
    colours = [Color.parse(roles[name]).rgb for name in names]
    return TerminalTheme(Color.parse(roles["ground"]).rgb, Color.parse(roles["text"]).rgb, colours, colours)


# Textual's own themes have no colour for what is not known
DEFAULTS = {"text-unknown": DARK["unknown"]}


def names() -> tuple[str, ...]:
    """What may stand behind --theme: ours, `none`, and Textual's."""
    return (*OURS, "none", *sorted(BUILTIN_THEMES))


def known(name: str) -> str:
    """The theme's own name; InvalidValueError for one that there is not, with all that there are. "" stands for the dark one."""
    if not name or name in OURS:
        return OURS[name or "dark"].name
    if name not in BUILTIN_THEMES:
        allowed = ", ".join(names())
        raise InvalidValueError(
            f"there is no theme `{name[:40]}`", allowed=allowed, remedy=f"choose one of these, or leave out --theme and {VARIABLE}"
        )
    return name


def dress(app: App[Any], environ: Mapping[str, str]) -> None:
    """Gives an app that does not run yet our themes, the one that was asked for, and nothing but ASCII where that is all there is.

    InvalidValueError where a theme was asked for that there is not.
    """
    if plain_ascii.wanted(environ):
        from canvos_tui.tui.painting.ascii_filter import AsciiFilter

        add_filter(app, AsciiFilter())
    elif plain_ascii.wide(environ):
        from canvos_tui.tui.painting.ascii_filter import AsciiFilter, to_twins

        add_filter(app, AsciiFilter(to_twins))
    for theme in OURS.values():
        app.register_theme(theme)
    app.set_reactive(App.theme, known(environ.get(VARIABLE, "")))
    app.set_reactive(App.ansi_theme_dark, _terminal(DARK))
    app.set_reactive(App.ansi_theme_light, _terminal(LIGHT))
    wears(app)
    app.stylesheet.set_variables(app.get_css_variables())
    app.set_class(bool(environ.get("NO_COLOR")), "-colourless")  # what a ground tells elsewhere, an attribute does
