"""Text for terminals that can show ASCII only, and how such a terminal is told from another."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from canvos_tui.core.command_words import spelled
from canvos_tui.core.terminal.marks import TWINS

VARIABLE = "CANVOS_TUI_ASCII"  # set by --ascii, so that whatever is started from here knows it too
_SIGNS = {
    **dict.fromkeys("─━═╌╍┄┅┈┉▔▁▂▃▄▅▆▇", "-"),
    **dict.fromkeys("│┃║▌▐▎▏▕▍▋▊", "|"),
    **dict.fromkeys("┌┐└┘├┤┬┴┼╭╮╰╯╔╗╚╝╠╣╦╩╬", "+"),
    **dict.fromkeys("█▉▓", "#"),
    **dict.fromkeys("▒░", ":"),
    **dict.fromkeys("◉▪■□", "*"),
    **dict.fromkeys("‘’‚", "'"),
    **dict.fromkeys("“”„", '"'),
    **dict.fromkeys("–—−", "-"),
    "…": ".",
    "→": ">",
    "▶": ">",
    "▾": "v",
    "↵": "<",
    "←": "<",
    "↑": "^",
    "↓": "v",
    "▼": "v",
    "✔": "*",
    "✘": "x",
    "×": "x",
    "\u00a0": " ",
    "›": ">",
    **TWINS,
}
_QUOTED = re.compile(r"'([^'\n]*[^\x00-\x7f'\n][^'\n]*)'")
_TABLE = str.maketrans(_SIGNS)


def wanted(environ: Mapping[str, str]) -> bool:
    """Whether only ASCII may be shown: asked for, on Linux' own console, or in a locale that is `C`, `POSIX`, none, or not one of UTF-8.

    That console has a font of 256 or 512 signs, and ours are not among them. Python itself sets LC_CTYPE to C.UTF-8 in such a locale
    (PEP 538), so that value alone proves nothing.
    """
    if environ.get(VARIABLE) or environ.get("TERM") == "linux":
        return True
    return "utf8" not in _locale(environ).lower().replace("-", "")


def wide(environ: Mapping[str, str]) -> bool:
    """Whether signs of no certain width may be drawn two columns wide: a Chinese, Japanese or Korean locale."""
    return _locale(environ)[:2] in {"zh", "ja", "ko"}


def _locale(environ: Mapping[str, str]) -> str:
    own = environ.get("LC_CTYPE", "")
    return environ.get("LC_ALL") or (own if own not in {"", "C.UTF-8"} else "") or environ.get("LANG") or "C"


def to_ascii(text: str) -> str:
    """The text in ASCII, as wide as before where every character was one column wide: a near sign, a letter without its accent, or `?`."""
    if text.isascii():
        return text
    return "".join(c if c.isascii() else _near(c) for c in text.translate(_TABLE))


def pastable(text: str) -> str:
    """Quoted words of commands spelled in ASCII so that bash reads the same bytes: a path without its accents is another path."""
    return _QUOTED.sub(lambda found: "$'" + "".join(c if c.isascii() and c != "\\" else spelled(c) for c in found[1]) + "'", text)


def _near(sign: str) -> str:
    if unicodedata.combining(sign) or unicodedata.category(sign) == "Cf":
        return ""
    plain = unicodedata.normalize("NFKD", sign)[0]
    width = 2 if unicodedata.east_asian_width(sign) in "WF" else 1
    return (plain if plain.isascii() and plain.isprintable() else "?").ljust(width, "?" if width == 2 else " ")
