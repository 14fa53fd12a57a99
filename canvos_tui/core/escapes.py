"""The grammar of what a terminal obeys, and the cleaning of foreign text: text and colours stay.

Everything else that a terminal would obey, or that deceives a reader, goes. The stored log is clean already; a screen does not rely
on that, because the file may be somebody else's. The grammar is ECMA-48's, read as loosely as terminals do: a broken sequence counts.
"""

from __future__ import annotations

import re

from canvos_tui.core.values.late_pattern import pattern

_COLOUR = r"\x1b\[[0-9;:]*m"
_NO_COLOUR = r"\x1b(?!\[[0-9;:]*m)"
# what follows the ESC: CSI, the strings (OSC, DCS, SOS, PM, APC), which end with their line at the latest, and two-byte ones such as DECSC
_REST = r"(?:\[[0-?]*[ -/]*[@-~]?|[\]PX^_][^\x07\x1b\n]*(?:\x07|\x1b\\)?|[ -/]*[0-~]?)"

COLOUR = pattern(_COLOUR)
COLOUR_BYTES = pattern(_COLOUR.encode())
OTHER_START_BYTES = pattern(_NO_COLOUR.encode())  # where a sequence begins that is no colour
ANY_BYTES = (r"\x1b" + _REST).encode()  # any sequence, as a part of a pattern
OTHER_BYTES = (_NO_COLOUR + _REST).encode()  # any but colours

_ESCAPE = pattern(_NO_COLOUR + _REST)
_CONTROL = pattern(r"[\x00-\x08\x0a-\x1a\x1c-\x1f\x7f-\x9f]")
# selectors and joiners change only how an emoji looks, but terminals disagree about its width
_SHAPE = pattern("[\u200d\ufe00-\ufe0f\U000e0100-\U000e01ef]")
# text that is invisible, or that makes what follows it appear in another order
_DECEIT = pattern(
    "[\u00ad\u061c\u115f\u1160\u180e\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e007f]"
)
# those of them that Python takes for printable: letters of Hangul that stand for nothing
_BLANKS = frozenset("\u115f\u1160\u3164\uffa0")
_SURROGATE = pattern("[\ud800-\udfff]")
_COMBINING = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_HEAP = pattern(f"([{_COMBINING}]{{2}})[{_COMBINING}]+")  # more marks on one letter than any language has
_TAB = 8  # columns
_TABBED = pattern(f"({_COLOUR}|\t)")


def showable(line: str) -> str:
    """The line with nothing in it but text and colour sequences; invisible characters that could deceive stand as `<U+202E>`."""
    if "\r" in line:
        line = next((piece for piece in reversed(line.split("\r")) if piece.strip()), "")
    if not line.isprintable() or not line.isascii():
        line = _CONTROL.sub("", _ESCAPE.sub("", line))
        # what was no sequence before may be one now that something inside it is gone
        while _ESCAPE.search(line):
            line = _ESCAPE.sub("", line)
        line = _HEAP.sub(r"\1", _DECEIT.sub(_named, _SHAPE.sub("", line)))
    return _untabbed(line) if "\t" in line else line


def plain(line: str) -> str:
    """The same without colours."""
    line = showable(line)
    return COLOUR.sub("", line).replace("\x1b", "") if "\x1b" in line else line


def clean(text: str) -> str:
    """A text of any number of lines with nothing in it that a terminal obeys or that deceives; no colours, no lone surrogates."""
    if text.isascii() and text.replace("\n", "").isprintable():
        return text
    text = text.encode("utf-8", "replace").decode() if _SURROGATE.search(text) else text
    return "\n".join(plain(line.replace("\r", " ")) for line in text.replace("\r\n", "\n").split("\n"))


def vanish(text: str) -> str:
    """The same for a piece of a line that is as wide as it has to be: what takes no room goes without leaving a name."""
    if text.isprintable() and _BLANKS.isdisjoint(text):
        return text
    text = _CONTROL.sub("", _ESCAPE.sub("", text).replace("\x1b", "").replace("\t", " "))
    return _SURROGATE.sub("?", _DECEIT.sub("", text))


def _named(found: re.Match[str]) -> str:
    return f"<U+{ord(found[0]):04X}>"


def _untabbed(line: str) -> str:
    """Tabs as blanks up to the next of the columns that a terminal has; colours take no room."""
    out, column = [], 0
    for piece in _TABBED.split(line):
        if piece == "\t":
            blanks = _TAB - column % _TAB
            out.append(" " * blanks)
            column += blanks
        else:
            out.append(piece)
            column += 0 if piece.startswith("\x1b") else len(piece)
    return "".join(out)
