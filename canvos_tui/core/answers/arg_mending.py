"""What can be put right in an `.arg` without asking anybody what was meant: both readers see afterwards what Earthly sees now.

Whatever could be meant in two ways, such as a blank inside a value, is left to a person.
"""

from __future__ import annotations

import re

from canvos_tui.core.answers import fields
from canvos_tui.core.checkout import arg_file
from canvos_tui.core.errors import InvalidValueError
from canvos_tui.core.values.late_pattern import pattern

_MARK = b"\xef\xbb\xbf"
# what stands between a name and its value where only Earthly reads it; `NAME:value` is read by neither
_LOOSE = pattern(r"[ \t]*([A-Za-z_][A-Za-z0-9_]*)(?:[ \t]*=[ \t]*|[ \t]*:[ \t]+)(.*)")
_SET = pattern(r"([A-Za-z_][A-Za-z0-9_]*)=")


def mended(data: bytes) -> bytes:
    """The file with LF line ends, no byte order mark, no blanks around `=`, each name once, and the S3_KEY that the guide promises."""
    text = _line_ends(data.removeprefix(_MARK)).decode("utf-8", "surrogateescape")
    lines = _tight(text.split("\n"))
    lines = _once(lines)
    return "\n".join(_with_key(lines)).encode("utf-8", "surrogateescape")


def _line_ends(data: bytes) -> bytes:
    """A CR that stands alone among lines that end in LF could be anything: it stays."""
    found = data.replace(b"\r\n", b"\n")
    return found if b"\n" in found else found.replace(b"\r", b"\n")


def _fatal(lines: list[str]) -> set[int]:
    """The places of the lines that both readers do not read alike, from 0."""
    data = "\n".join(lines).encode("utf-8", "surrogateescape")
    return {problem.line - 1 for problem in arg_file.parse(data).problems if problem.fatal}


def _tight(lines: list[str]) -> list[str]:
    """Without what stands around `=`, wherever that alone is what is wrong."""
    tight = list(lines)
    for place in _fatal(lines):
        if place < len(lines) and (found := _LOOSE.fullmatch(lines[place])):
            tight[place] = f"{found[1]}={found[2]}"
    still = _fatal(tight)
    return [old if place in still else new for place, (old, new) in enumerate(zip(lines, tight, strict=True))]


def _once(lines: list[str]) -> list[str]:
    """Without the lines whose value is replaced further down; nothing may refer to such a name, or have been told it by an `export`."""
    last = {found[1]: place for place, line in enumerate(lines) if (found := _SET.match(line))}
    text = "\n".join(lines)

    def spare(place: int, line: str) -> bool:
        found = _SET.match(line)
        if not found or last[found[1]] == place or re.search(rf"\$\{{?{found[1]}\b|\bexport\s+{found[1]}\b", text):
            return False
        return not {place, last[found[1]]} & wrong

    wrong = _fatal(lines)
    return [line for place, line in enumerate(lines) if not spare(place, line)]


def _with_key(lines: list[str]) -> list[str]:
    """S3_KEY as step 11 of the guide promises it, where CUSTOM_TAG is there and S3_KEY is not."""
    values = arg_file.parse("\n".join(lines).encode("utf-8", "surrogateescape")).values
    tag = values.get("CUSTOM_TAG", "")
    if not tag or values.get("S3_KEY") or not _may_be_key(tag):
        return lines
    places = [place for place, line in enumerate(lines) if line.strip() == "S3_KEY="]
    if len(places) == 1:
        return [*lines[: places[0]], f"S3_KEY={tag}", *lines[places[0] + 1 :]]
    if "S3_KEY" in values or re.search(r"(?m)^\s*(?:export\s+)?S3_KEY\b", "\n".join(lines)):
        return lines  # it stands there in a way that is not ours to judge
    end = lines[:-1] if lines and not lines[-1] else lines
    return [*end, f"S3_KEY={tag}", ""]


def _may_be_key(tag: str) -> bool:
    try:
        fields.S3_KEY.parse(tag)
    except InvalidValueError:
        return False
    return True
