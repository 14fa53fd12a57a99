"""What every text of a screen is built of: a value beside its label, commands on raised ground, a bar."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from textual.content import Content
from textual.style import Style

from canvos_tui.core.errors import Command
from canvos_tui.core.terminal.marks import Mark
from canvos_tui.core.values.late_pattern import pattern
from canvos_tui.tui.painting.command_rows import COPIES, command_rows
from canvos_tui.tui.painting.looks import COLOURS, MUTED

LABEL, INDENT, BESIDE = 8, 2, 50  # columns: of the labels, of a text below its label, and from when they stand side by side
SHORTEST = 44  # columns of the ground that commands stand on
KEY, COMMAND = "bold $text-accent", "bold on $surface-active"
_ROOT = "as root"
_FULL, _REST = "━", "─"


def labelled(label: str, text: str | Content, width: int, columns: int = LABEL) -> list[Content]:
    """A label and its text beside it, wrapped; in a narrow column the text stands below its label."""
    if width < BESIDE:
        rows = _wrapped(text, max(20, width - INDENT))
        return [*([Content.styled(label, MUTED)] if label else []), *(Content(" " * INDENT) + row for row in rows)]
    first, *rest = _wrapped(text, max(20, width - columns))
    return [Content.assemble((f"{label:<{columns}}", MUTED), first), *(Content(" " * columns) + row for row in rest)]


def _wrapped(text: str | Content, room: int) -> list[Content]:
    if isinstance(text, Content):
        return _folded(text, room) if text.cell_length > room else [text]
    rows = textwrap.wrap(_UNIT.sub(_GLUE, text), room, break_long_words=True)
    return [Content(row.replace(_GLUE, " ")) for row in rows] or [Content("")]


# a blank between a number and its unit or what it counts, and one that stands there while lines are cut
_UNIT, _GLUE = (
    pattern(
        r"(?<=\d) (?=(?:USD|[kMGT]i?B|B|min|days?|[hs%])\b)|(?<=USD) (?=a month)|(?<=USD a) (?=month)|(?<=\d) (?=%)"
        r"|(?<=log) (?=line \d)|(?<=log line) (?=\d)"
    ),
    "\ue000",
)


def _folded(text: Content, room: int) -> list[Content]:
    """The rows of a text that is too long for one; a number and its unit stay together."""
    glued = Content(_UNIT.sub(_GLUE, text.plain), [*text.spans])
    return [Content(row.plain.replace(_GLUE, " "), [*row.spans]) for row in glued.wrap(room)]


def hung(text: Content, width: int, indent: int = INDENT) -> list[Content]:
    """A line that begins with a mark, wrapped so that what follows stands below the words and not below the mark."""
    if text.cell_length <= width:
        return [text]
    first = _folded(text, width)[0]
    seen = len(first.plain.rstrip())
    left = text[len(text.plain) - len(text.plain[seen:].lstrip()) :]  # where a long word was cut there is no blank to drop
    return [first, *(Content(" " * indent) + row for row in _folded(left, max(20, width - indent)))]


def code(commands: Iterable[Command], width: int, label: str = "", columns: int = LABEL, beside: str = "") -> Iterator[Content]:
    """Commands to type, on one ground as wide as the longest; one that is too long goes on after a `\\`.

    `label` stands before the first of them, `beside` after it, where there is room; a row that is cut says what copies the whole.
    """
    indent = columns if width >= BESIDE else INDENT
    room = max(20, width - indent - 2)
    rows = [(row, command.root) for command in commands for row in command_rows(command.run, room - 2)]
    ground = min(room, max([SHORTEST, *(len(row.text) + 2 for row, _ in rows)]))
    for number, (row, root) in enumerate(rows):
        across = min(ground, room - len(COPIES) - 2) if row.cut else ground
        notes = (COPIES,) if row.cut else (_ROOT if root and not row.goes_on else "", beside if not number else "")
        note = "".join(f"  {one}" for one in notes if one)
        note = note if indent + across + len(note) <= width else ""
        yield Content.assemble((f"{'' if number else label:<{indent}}", MUTED), (f" {row.text:<{across - 1}}", COMMAND), (note, MUTED))


_ADDRESS = pattern(r"https://[\w.~:/?#@!$&*+,;=%-]*[\w/=]")
_SAID = {"x ": Mark.FAILED, "! ": Mark.WARNING, "? ": Mark.UNKNOWN}


def said(text: str) -> Content:
    """A sentence with its mark: `x`, `!` or `?` at its start become that of a failure, of a warning, of what is not known."""
    mark = _SAID.get(text[:2])
    if mark is None:
        return Content(text)
    return Content.assemble((f"{mark.sign} ", f"bold {COLOURS[mark]}"), (text[2:], COLOURS[mark]))


def linked(text: str) -> Content:
    """The text, each web address in it a link that the terminal opens (OSC 8), also where it is wrapped."""
    content = Content(text)
    for found in _ADDRESS.finditer(text):
        content = content.stylize("$text-secondary underline", *found.span()).stylize(Style(link=found[0]), *found.span())
    return content


def bar(percent: int, columns: int, colour: str = "$text-accent") -> Content:
    """A bar for a share in percent, with the number."""
    full = min(columns, max(0, percent * columns // 100))
    return Content.assemble((_FULL * full, colour), (_REST * (columns - full), "$border-blurred"), (f" {percent:>3} %", "bold"))
