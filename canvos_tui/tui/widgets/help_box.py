"""The one box of help of a page: why the focused field was refused, what to know of its value, what it is about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from canvos_tui.core.answers.fields import Field
from canvos_tui.core.terminal.marks import Mark
from canvos_tui.tui.widgets.field_row import FieldRow
from canvos_tui.tui.widgets.panel import Panel, State

_CHOICES = 5  # that are named in the box; Down lists them all


def _small(field: Field[Any]) -> str:
    return f"{field.key} · {field.asked_by}"


def _elsewhere(rows: Iterable[FieldRow]) -> Iterator[Content]:
    """What is wrong with fields that nobody stands in."""
    for row in rows:
        if row.display and row.refused:
            yield Content.styled(f"{Mark.FAILED.sign} {row.field.title}: {row.refused}", "$text-error")
        elif row.display and row.caution:
            yield Content.styled(f"{Mark.WARNING.sign} {row.field.title}: {row.caution}", "$text-warning")


class HelpBox(Panel):
    """Follows the focus; of full width, so that nothing in it has to be cut. What has no room below the fields scrolls."""

    def __init__(self) -> None:
        self.text = VerticalScroll(Static("", id="help-text", markup=False), id="help-scroll", can_focus=False)
        super().__init__(self.text, id="help-box")

    def explain(self, title: str, about: str, rows: Iterable[FieldRow] = ()) -> None:
        """What a page is about, while no field of it has the focus."""
        self.entitle(title)
        self.say(State.REST)
        self._write(Content("\n").join([*_elsewhere(rows), Content(about)]))

    def about(self, field: Field[Any]) -> None:
        """What a field is about whose panel says itself what is wrong with it."""
        self.entitle(field.title, _small(field))
        self.say(State.REST)
        self._write(Content("\n").join([Content.assemble("Allowed: ", (field.line, "bold")), Content(field.help.replace("\n", " "))]))

    def tell(self, row: FieldRow, rows: Iterable[FieldRow] = ()) -> None:
        """All that there is to say of a field and of what stands in it, and what is wrong in the others."""
        field, refused, caution = row.field, row.refused, row.caution
        lines = list(_elsewhere(other for other in rows if other is not row))
        if refused:
            lines.append(Content.assemble((f"{Mark.FAILED.sign} {refused}", "$text-error")))
        elif caution:
            lines.append(Content.assemble((f"{Mark.WARNING.sign} {caution}", "$text-warning")))
        if (refused or caution) and (meant := row.suggestion):
            lines.append(Content.assemble(("^S", "bold $text-accent"), " takes ", (meant, "bold")))
        if row.choices:
            named = " · ".join(row.choices[:_CHOICES])
            more = f" of {len(row.choices)}" if len(row.choices) > _CHOICES else ""
            lines.append(Content.assemble("Known: ", (named, "bold"), f"{more}   ", ("Down", "bold $text-accent"), " lists them"))
        elif not refused:  # a refusal says itself what is allowed
            lines.append(Content.assemble("Allowed: ", (field.line, "bold")))
        lines.append(Content(field.help.replace("\n", " ")))
        if field.guide:
            lines.append(Content(f"The guide uses {field.guide}."))
        self.entitle(field.title, _small(field))
        self.say(State.ERROR if refused else State.WARNING if caution else State.REST)
        self._write(Content("\n").join(lines))

    def _write(self, text: Content) -> None:
        self.query_one("#help-text", Static).update(text)
        self.text.scroll_home(animate=False)
