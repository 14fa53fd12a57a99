"""Text for terminals that can show ASCII only, and how such a terminal is told from another."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from canvos_tui.core.command_words import spelled

VARIABLE = "CANVOS_TUI_ASCII"  # set by --ascii, so that whatever is started from here knows it too
_SIGNS = {
    **dict.fromkeys("─━═╌╍┄┅┈┉▔▁▂▃▄▅▆▇", "-"),
    **dict.fromkeys("│┃║▌▐▎▏▕▍▋▊", "|"),
    **dict.fromkeys("┌┐└┘├┤┬┴┼╭╮╰╯╔╗╚╝╠╣╦╩╬", "+"),
    **dict.fromkeys("█▉▓", "#"),
    **dict.fromkeys("▒░", ":"),
    **dict.fromkeys("•●○◉▪■□", "*"),
    **dict.fromkeys("‘’‚", "'"),
    **dict.fromkeys("“”„", '"'),
    **dict.fromkeys("–—−", "-"),
    "…": ".",
    "→": ">",
    "▶": ">",
    "←": "<",
    "↑": "^",
    "▲": "^",
    "↓": "v",
    "▼": "v",
    "✓": "*",
    "✔": "*",
    "✗": "x",
    "✘": "x",
    "×": "x",
    "\u00a0": " ",
}
_QUOTED = re.compile(r"'([^'\n]*[^\x00-\x7f'\n][^'\n]*)'")
_TABLE = str.maketrans(_SIGNS)


def wanted(environ: Mapping[str, str]) -> bool:
    """Whether only ASCII may be shown: it was asked for, or the locale is `C`, `POSIX`, none, or not one of UTF-8.

    Python itself sets LC_CTYPE to C.UTF-8 in such a locale (PEP 538), so that value alone proves nothing.
    """
    if environ.get(VARIABLE):
        return True
    own = environ.get("LC_CTYPE", "")
    told = environ.get("LC_ALL") or (own if own not in {"", "C.UTF-8"} else "") or environ.get("LANG") or "C"
    return "utf8" not in told.lower().replace("-", "")


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
