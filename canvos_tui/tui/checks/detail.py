"""Everything about one check, line by line: observed, why, the fix with its commands, where to read, the evidence."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from textual.content import Content

from canvos_tui.core.checks.check import CheckResult, Evidence
from canvos_tui.core.checks.reports.report_text import plain
from canvos_tui.core.errors import Remedy
from canvos_tui.core.masking.redactor import mask_text
from canvos_tui.core.status import Status
from canvos_tui.core.text import clip
from canvos_tui.core.values import dataclass
from canvos_tui.tui.checks.places import advice, observed
from canvos_tui.tui.checks.rows import NAMES, CheckRow, seconds
from canvos_tui.tui.painting.blocks import KEY, LABEL, code, labelled, linked
from canvos_tui.tui.painting.looks import MUTED

OUTPUT_LINES = 400  # of evidence beside the list; the raw output has all
_LINES = Content("\n")


@dataclass(frozen=True)
class Shape:
    """The room in columns, which of the fixes is shown, whether the raw evidence stands below, and the folder that is `~` in it.

    `last` says when the check passed last on this machine and what has changed since; empty where that is not known.
    """

    width: int
    fix: int = 0
    raw: bool = False
    last: str = ""
    home: str = ""

    def at_home(self, text: str) -> str:
        """A text with the user's own folder spelled short."""
        return text.replace(f"{self.home.rstrip('/')}/", "~/") if self.home.strip("/") else text


def detail(row: CheckRow, shape: Shape) -> Content:
    """What is said of the row under the cursor."""
    result = row.result
    if result is not None:
        return _LINES.join(_of_result(result, row.observed, shape))
    if row.check is not None:
        return _LINES.join(labelled("Why", row.check.why, shape.width))
    lines, longest = [], max(len(found.check.title) for found in row.results)
    names = min(longest, max(NAMES, shape.width * 2 // 3))  # what was seen gets what the titles leave
    for found in row.results:
        text = observed(found.answer) if row.status is Status.PASS else found.check.id
        lines.append(Content.assemble(f"{clip(found.check.title, names):<{names}} ", (clip(text, shape.width - names - 1), MUTED)))
    return _LINES.join(lines)


def caption(row: CheckRow) -> tuple[str, str]:
    """Title and small print of what is said of a row."""
    check = row.check
    if check is None:
        return row.name, "passed" if row.status is Status.PASS else "not asked yet"
    return check.title, f"{check.id} · {check.severity.value} · {check.source}"


def _of_result(result: CheckResult, found: str, shape: Shape) -> Iterator[Content]:
    check, answer, width = result.check, result.answer, shape.width
    accepted = f" (accepted: {plain(result.accepted)})" if result.accepted else ""
    yield from labelled("Found", found + accepted, width)
    if answer.required and result.status is not Status.SKIP:
        yield from labelled("Needs", plain(answer.required), width)
    yield from labelled("Why", check.why, width)
    if answer.remedies:
        yield from _fix(answer.remedies, shape)
    if shape.last and result.status is not Status.PASS:
        yield from labelled("Last", shape.last, width)
    for number, url in enumerate(check.docs):
        yield from labelled("" if number else "Read", linked(url), width)
    yield from _evidence(result, shape)


def _fix(fixes: tuple[Remedy, ...], shape: Shape) -> Iterator[Content]:
    """The chosen fix in full, and how many others there are."""
    chosen = fixes[shape.fix % len(fixes)]
    yield from labelled("Fix", advice(chosen), shape.width)
    yield from code(chosen.commands, shape.width, beside="c copies")
    if len(fixes) > 1:
        others = len(fixes) - 1
        yield from labelled("Else", Content.assemble(("f", KEY), f" shows {others} other fix{'es' if others > 1 else ''}"), shape.width)


def _evidence(result: CheckResult, shape: Shape) -> Iterator[Content]:
    """How it was found out: in one line beside a short list, with the raw output where there is room."""
    spent = seconds(result.seconds) + (f", timed out after {seconds(result.check.limit)}" if result.timed_out else "")
    how = result.answer.method.value.replace("_", " ")
    pieces = result.answer.evidence
    if not pieces:
        yield from labelled("Seen", f"{how}, {spent}", shape.width)
        return
    more = f", +{len(pieces) - 1}" if len(pieces) > 1 else ""  # what decided was asked last
    tail = f"{more}, {how}, {spent}"
    if not shape.raw:
        asked = clip(shape.at_home(_asked(pieces[-1])), max(16, shape.width - LABEL - len(tail) - 15))
        raw = Content.assemble("   ", ("v", KEY), " raw output")
        yield Content.assemble((f"{'Seen':<{LABEL}}", MUTED), f"{asked}{tail}") + raw
        return
    yield from labelled("Seen", tail.removeprefix(", "), shape.width)
    for piece in pieces:
        yield from _wrapped(shape.at_home(_asked(piece)), shape.width)
        for line in mask_text(piece.output.strip()).splitlines()[:OUTPUT_LINES]:
            yield from _wrapped(f"  {shape.at_home(plain(line, masked=False))}", shape.width)


def _asked(piece: Evidence) -> str:
    ended = "" if piece.exit_code is None else f" → exit {piece.exit_code}"
    return f"{'$ ' if piece.ran else ''}{plain(piece.command)}{ended}"


def _wrapped(line: str, width: int) -> Iterator[Content]:
    yield from (Content(f"  {row}") for row in textwrap.wrap(line, max(20, width - 2), break_long_words=True) or [""])


def raw_output(result: CheckResult) -> str:
    """All of the evidence, masked; a sentence when there is none."""
    parts = []
    for piece in result.answer.evidence:
        output = mask_text(piece.output.rstrip())
        parts.append("\n".join([_asked(piece), *(f"  {plain(line, masked=False)}" for line in output.splitlines())]))
    return "\n\n".join(parts) or "nothing was run or read for this answer"


def commands_of(result: CheckResult, fix: int) -> str:
    """The commands of the chosen fix as they are to be run; empty when it has none."""
    fixes = result.answer.remedies
    return "\n".join(command.run for command in fixes[fix % len(fixes)].commands) if fixes else ""
