"""Words of a command that somebody is to paste: each names the same bytes in the shell as it does here."""

from __future__ import annotations

import shlex


def word(text: str) -> str:
    """A text as one word of a command, in characters that can be seen: what cannot be printed stands as bash spells it in `$'...'`."""
    if text.isprintable():
        return shlex.quote(text)
    return "$'" + "".join(c if c.isprintable() and c not in "'\\" else spelled(c) for c in text) + "'"


def spelled(char: str) -> str:
    """A character as bash reads it within `$'...'`, in ASCII: its bytes in UTF-8, a quote or a backslash behind a backslash."""
    return "".join(f"\\x{byte:02x}" if char not in "'\\" else f"\\{char}" for byte in char.encode("utf-8", "surrogateescape"))
