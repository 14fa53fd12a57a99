"""The answers as rows of the review, and what is going to be done with them."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import replace

from textual.content import Content

from canvos_tui.core.answers import fields
from canvos_tui.core.answers.draft import Draft, UserData
from canvos_tui.core.answers.file_changes import FileChange, counts
from canvos_tui.core.checks.reports.report_text import verdict_word
from canvos_tui.core.pages import BY_SLUG, RAIL_WORDS
from canvos_tui.core.questions.review import ReviewRow, command, rows
from canvos_tui.core.readiness import Blocker, rights_subject
from canvos_tui.core.session import Session
from canvos_tui.core.terminal.marks import Mark
from canvos_tui.core.text import clip
from canvos_tui.core.values import dataclass
from canvos_tui.tui.painting.blocks import COMMAND, KEY, hung
from canvos_tui.tui.painting.looks import COLOURS, MUTED

NAME, LABEL = 14, 8  # columns
USER_DATA = "user-data"
WATCH = "Watch the build"
_NOT_CHECKED = "not checked yet"


@dataclass(frozen=True)
class AnswerRow:
    """A line of the review with how it stands; `key` is the field to stand on, where there is one."""

    row: ReviewRow
    mark: Mark = Mark.DONE
    key: str = ""

    def drawn(self, width: int) -> Content:
        """Mark, name, value, and at the right end whence it is, or what Enter does about it."""
        right = f"↵ {'type it' if self.key else 'go there'}" if self.mark is Mark.FAILED else self.row.origin
        room = max(20, width - NAME - 2 - len(right) - 1)
        value, *below = textwrap.wrap(self.row.value, room) or [""]  # a value and a warning are never cut
        indent = "\n" + " " * (len(Mark.CHOSEN.sign) + 3 + NAME)
        return Content.assemble(
            (f"{self.mark.sign} ", COLOURS[self.mark]),
            f"{self.row.name:<{NAME}}{value:<{room}} ",
            (right, MUTED),
            *(f"{indent}{line}" for line in below),
        )


def answer_rows(draft: Draft, known: Session, found: Iterable[Blocker], *, user_data: bool) -> tuple[AnswerRow, ...]:
    """All answers in the order of the pages, the checks before them; what keeps the build from starting is marked where it is mended."""
    by_page: dict[str, list[Blocker]] = {}
    for blocker in found:
        by_page.setdefault(blocker.page, []).append(blocker)
    shown = [ReviewRow("Prerequisites", _checked(known), "", "check"), *rows(draft, known)]
    if "aws" in by_page:
        shown.append(ReviewRow("AWS access", "", "", "aws"))
    last, mark = _of_user_data(draft, there=user_data)
    unasked = _unasked(draft, known)
    open_ = {"check": Mark.UNKNOWN} if known.report is not None and known.report.verdict == "undetermined" else {}
    answers = (_marked(row, by_page.get(row.page, []), open_.get(row.page, Mark.DONE), unasked=row.page in unasked) for row in shown)
    return (*answers, _marked(last, by_page.get(last.page, []), mark))


def _unasked(draft: Draft, known: Session) -> set[str]:
    """Pages that nobody asked yet: nothing there has failed."""
    asked = {
        "check": known.report is not None and bool(known.report.results),
        "keys": draft.keys is None or known.identity is not None,
        "aws": draft.keys is not None and known.rights_for == rights_subject(draft),
    }
    return {page for page, done in asked.items() if not done}


def _marked(row: ReviewRow, found: list[Blocker], mark: Mark = Mark.DONE, *, unasked: bool = False) -> AnswerRow:
    """A row of one field has that field's reasons alone; one of several says the first of them. What nobody asked is not known."""
    mine = [b for b in found if not row.key or not b.key or b.key == row.key]
    if not mine:
        return (
            AnswerRow(replace(row, value=row.caution), Mark.WARNING) if row.caution else AnswerRow(row, Mark.UNKNOWN if unasked else mark)
        )
    says = bool(row.key) or row.value == _NOT_CHECKED  # in fewer words than the reason
    return AnswerRow(row if says else replace(row, value=mine[0].text), Mark.UNKNOWN if unasked else Mark.FAILED, mine[0].key)


def _checked(known: Session) -> str:
    return verdict_word(known.report).lower() if known.report is not None and known.report.results else _NOT_CHECKED


def _of_user_data(draft: Draft, *, there: bool) -> tuple[ReviewRow, Mark]:
    if draft.user_data is UserData.TEMPLATE:
        return ReviewRow(
            USER_DATA, f"a new one, for {draft.text(fields.PALETTE_ENDPOINT.key)}", draft.user_data.value, USER_DATA
        ), Mark.DONE
    if there:
        return ReviewRow(USER_DATA, "there: instances join Palette", draft.user_data.value, USER_DATA), Mark.DONE
    right = "you" if draft.user_data is UserData.NONE else "↵ choose"
    return ReviewRow(USER_DATA, "none: instances will not join Palette", right, USER_DATA), Mark.WARNING


def way_on(found: tuple[Blocker, ...], *, building: bool = False) -> str:
    """What the first button does: it goes to the build that runs here, to the first thing that is missing, or writes and builds."""
    if building:
        return WATCH
    if not found:
        return "Write and build"
    first = found[0]
    if first.key in fields.BY_KEY:
        return f"Type the {fields.BY_KEY[first.key].title[0].lower()}{fields.BY_KEY[first.key].title[1:]}"
    return f"Go to {RAIL_WORDS[BY_SLUG[first.page].number]}"


def then(draft: Draft, changes: Iterable[FileChange], warned: Iterable[str], width: int) -> Iterator[Content]:
    """What is written, what is run, and what to know before."""
    for number, change in enumerate(changes):
        key = Content.assemble(("d", KEY), (" shows the diff", MUTED)) if not number else Content("")
        text = f"{change.name:<17}{_state(change)}"
        room = max(0, width - LABEL - key.cell_length - 1)
        yield Content.assemble((f"{'write':<{LABEL}}", MUTED), f"{clip(text, room):<{room}} ") + key
    yield Content.assemble((f"{'run':<{LABEL}}", MUTED), (f" {command(draft)} ", COMMAND))
    yield Content.styled(f"{'':<{LABEL}}our estimate 1-2 h; it goes on when this window closes", MUTED)
    for line in warned:
        yield from hung(Content.styled(f"{Mark.WARNING.sign} {line}", "$text-warning"), width)


def _state(change: FileChange) -> str:
    mode = f", mode {change.mode:04o}"
    if not change.changed:
        return "as it is wanted"
    if change.gone:
        return "is taken away, a copy is kept"
    added, removed = counts(change.diff)
    if change.old is None:
        return f"new, {added} lines{mode}"
    kept = "" if change.name == ".secret" else ", the old one is kept"
    return f"+{added} -{removed}{kept}{mode}"
