"""Everything about one check, line by line: observed, why, the fix with its commands, where to read, the evidence."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

from textual.content import Content

from canvos_tui.core.checks.check import CheckResult, Evidence
from canvos_tui.core.checks.report_text import plain
from canvos_tui.core.errors import Command, Remedy
from canvos_tui.core.masking.redactor import mask_text
from canvos_tui.core.status import Status
from canvos_tui.core.text import clip
from canvos_tui.tui.checks.places import advice, observed
from canvos_tui.tui.checks.rows import CheckRow, seconds

LABEL, INDENT, BESIDE = 10, 2, 50  # columns: of the labels, of a text below its label, and from when they stand side by side
OUTPUT_LINES = 400  # of evidence beside the list; the raw output has all
_ROOT = "[root]"
_LINES = Content("\n")
_MUTED, _NAME, _COMMAND = "$text-muted", "bold $text-accent", "bold on $panel"


@dataclass(frozen=True)
class Shape:
    """The room in columns, which of the fixes is shown, and whether the raw evidence stands below."""

    width: int
    fix: int = 0
    raw: bool = False


def detail(row: CheckRow, shape: Shape) -> Content:
    """The text beside or below the list for the row under the cursor."""
    result = row.result
    if result is not None:
        return _LINES.join(_of_result(result, shape))
    if row.check is not None:
        return _LINES.join((*_head(row.name, row.check.title, shape.width), *labelled("Why", row.check.why, shape.width)))
    title = "passed" if row.status is Status.PASS else "not asked yet"
    lines = list(_head(row.name or "PASS", title, shape.width))
    for found in row.results:
        text = observed(found.answer) if row.status is Status.PASS else found.check.title
        lines.append(Content(f"{found.check.id:<20} {text}"[: shape.width]))
    return _LINES.join(lines)


def _head(left: str, right: str, width: int) -> tuple[Content, ...]:
    rest = width - len(left) - len(right) - 5
    narrow = rest < 2
    line = "-" * max(2, width - len(left) - 4) if narrow else f"{'-' * rest} {right}"
    first = Content.assemble(("-- ", _MUTED), (left, _NAME), (f" {line}", _MUTED))
    return (first[:width], Content.styled(right[:width], _MUTED)) if narrow else (first,)


def _of_result(result: CheckResult, shape: Shape) -> Iterator[Content]:
    check, answer, width = result.check, result.answer, shape.width
    yield from _head(check.id, f"{check.severity.value} - {check.source}", width)
    accepted = f" (accepted: {plain(result.accepted)})" if result.accepted else ""
    yield from labelled("Observed", observed(answer) + accepted, width)
    if answer.required and result.status is not Status.SKIP:
        yield from labelled("Needs", plain(answer.required), width)
    yield from labelled("Why", check.why, width)
    if answer.remedies:
        yield from _fix(answer.remedies, shape)
    for number, url in enumerate(check.docs):
        yield from labelled("" if number else "Doc", url, width)
    yield from _evidence(result, shape)


def _fix(fixes: tuple[Remedy, ...], shape: Shape) -> Iterator[Content]:
    """The chosen fix in full, and how many others there are."""
    chosen = fixes[shape.fix % len(fixes)]
    yield from labelled("Fix", advice(chosen), shape.width)
    for command in chosen.commands:
        yield from shown(command, shape.width)
    if len(fixes) > 1:
        others = len(fixes) - 1
        yield from labelled("If not", f"f shows the other fix{'es' if others > 1 else ''} ({others})", shape.width)


def shown(command: Command, width: int) -> Iterator[Content]:
    """A command below its fix; a long one goes on after a `\\` at the end of the line. Copying takes the whole one."""
    indent = LABEL if width >= BESIDE else INDENT
    room = max(20, width - indent - 2)
    for line in command.run.splitlines() or [""]:
        rows = textwrap.wrap(line, room, break_long_words=True, break_on_hyphens=False, drop_whitespace=False) or [""]
        for number, row in enumerate(rows):
            end = " \\" if number < len(rows) - 1 else ""
            root = f"    {_ROOT}" if command.root and not end and len(row) + 4 + len(_ROOT) <= room + 2 else ""
            yield Content.assemble(" " * indent, (f"{row.rstrip()}{end}", _COMMAND), (root, _MUTED))


def _evidence(result: CheckResult, shape: Shape) -> Iterator[Content]:
    """How it was found out: in one line beside a short list, with the raw output where there is room."""
    spent = seconds(result.seconds) + (f", timed out after {seconds(result.check.limit)}" if result.timed_out else "")
    how = result.answer.method.value.replace("_", " ")
    pieces = result.answer.evidence
    if not pieces:
        yield from labelled("How", f"{how}   {spent}", shape.width)
        return
    more = f"   +{len(pieces) - 1}" if len(pieces) > 1 else ""
    tail = f"   {how}   {spent}"
    if not shape.raw:
        tail = f"{more}{tail}   v: raw output"
        asked = clip(_asked(pieces[0]), max(16, shape.width - LABEL - len(tail)))
        yield Content.assemble((f"{'Evidence':<{LABEL}}", _MUTED), f"{asked}{tail}")
        return
    yield from labelled("Evidence", tail.strip(), shape.width)
    for piece in pieces:
        yield from _wrapped(_asked(piece), shape.width)
        for line in mask_text(piece.output.strip()).splitlines()[:OUTPUT_LINES]:
            yield from _wrapped(plain(line, masked=False), shape.width)


def _asked(piece: Evidence) -> str:
    code = "" if piece.exit_code is None else f"   exit {piece.exit_code}"
    return f"$ {plain(piece.command)}{code}"


def _wrapped(line: str, width: int) -> Iterator[Content]:
    yield from (Content(f"  {row}") for row in textwrap.wrap(line, max(20, width - 2), break_long_words=True) or [""])


def raw_output(result: CheckResult) -> str:
    """All of the evidence, masked; a sentence when there is none."""
    parts = []
    for piece in result.answer.evidence:
        output = mask_text(piece.output.rstrip())
        parts.append("\n".join([_asked(piece), *(plain(line, masked=False) for line in output.splitlines())]))
    return "\n\n".join(parts) or "nothing was run or read for this answer"


def commands_of(result: CheckResult, fix: int) -> str:
    """The commands of the chosen fix as they are to be run; empty when it has none."""
    fixes = result.answer.remedies
    return "\n".join(command.run for command in fixes[fix % len(fixes)].commands) if fixes else ""


def labelled(label: str, text: str, width: int) -> list[Content]:
    """A label and its text beside it, wrapped; in a narrow column the text stands below its label."""
    if width < BESIDE:
        found = textwrap.wrap(text, max(20, width - INDENT), break_long_words=True) or [""]
        return [*([Content.styled(label, _MUTED)] if label else []), *(Content(f"{'':<{INDENT}}{row}") for row in found)]
    found = textwrap.wrap(text, width - LABEL, break_long_words=True) or [""]
    first = Content.assemble((f"{label:<{LABEL}}", _MUTED), found[0])
    return [first, *(Content(f"{'':<{LABEL}}{row}") for row in found[1:])]
