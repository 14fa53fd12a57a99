"""A field on one line: name, text, and where the value came from or what is wrong with it. The page's help box says the rest."""

from __future__ import annotations

from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Input, Static

from canvos_tui.core.answers.draft import Draft, Entry, FieldRefused, Origin, answer_for
from canvos_tui.core.answers.fields import HIDDEN, Field
from canvos_tui.core.terminal.marks import Mark
from canvos_tui.tui.messages import Answered, ChoiceAsked, FieldChanged, decline, tell
from canvos_tui.tui.widgets.field_input import FieldInput
from canvos_tui.tui.widgets.on_its_way import OnItsWay


class FieldRow(Horizontal):
    """Tells an Answered for each change; keeps what was refused as it was typed. While it has the focus nobody else writes into it."""

    BINDINGS = [
        Binding("down", "pick", "Choose", show=False),
        Binding("ctrl+s", "take_suggestion", "Take what was meant", show=False, key_display="^S"),
    ]

    draft: reactive[Draft] = reactive(Draft, init=False)
    choices: reactive[tuple[str, ...]] = reactive((), init=False)
    caution: reactive[str] = reactive("", init=False)

    def __init__(self, field: Field[str], empty: str = "empty for none") -> None:
        super().__init__(id=f"row-{field.anchor}", classes="field-row")
        self.field = field
        self._empty = empty if field.optional else ""  # what stands there while nothing does
        self._touched = False
        self._sent = OnItsWay[Entry]()
        self._heard = ""  # what the field held when it last told of a change

    def begin(self, draft: Draft) -> FieldRow:
        """Sets the draft before the first widget is made."""
        self.set_reactive(FieldRow.draft, draft)
        return self

    def compose(self) -> ComposeResult:
        """Name, text, remark."""
        entry = self.draft.entry(self.field.key)
        self._heard = entry.text
        yield Static(self.field.title, classes="field-label", markup=False)
        yield FieldInput(self.field.key, self.field.title, entry.text, id=self.field.anchor, placeholder=self._empty)
        yield Static("", classes="field-origin", markup=False)

    def on_mount(self) -> None:
        """Shows what is to say of the value that was there."""
        self._touched = bool(self.draft.entry(self.field.key).error)
        self._show()

    def watch_draft(self) -> None:
        """Takes over a value that came from elsewhere."""
        if self.is_mounted:
            self._sent.came(self.draft.entry(self.field.key))
            self._follow()
            self._show()

    def _follow(self) -> None:
        """Shows what the draft holds, unless somebody stands in the field, or typed what the draft has yet to hear of."""
        field, text = self.query_one(Input), self.draft.entry(self.field.key).text
        typing = field.has_focus and self.screen.is_current
        if typing or self._sent or field.value != self._heard or field.value.strip() == text.strip():
            return
        with self.prevent(Input.Changed):
            field.value = self._heard = text

    def watch_choices(self) -> None:
        """The help says that there is something to pick from."""
        self._show()

    def watch_caution(self) -> None:
        """A warning stands beside the value."""
        self._show()

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self._heard = event.value
        if event.value.strip() != self._latest.text.strip():
            answer = answer_for(self.field, event.value)
            # a character that can never be right is named at once, everything else after the first look away
            self._touched = self._touched or (isinstance(answer, FieldRefused) and answer.final)
            self._sent.sent(Draft().after(answer).entries[self.field.key])
            tell(self, Answered(answer))

    @property
    def _latest(self) -> Entry:
        return self._sent.latest(self.draft.entry(self.field.key))

    @on(Input.Blurred)
    def _left(self, event: Input.Blurred) -> None:
        event.stop()
        self._touched = self._touched or bool(event.value)
        self._follow()
        self._show()

    @on(Input.Submitted)
    async def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._touched = True
        self._show()
        if self._latest.error:
            decline(self, f"x {self._latest.error}")
            return
        inputs = [w for w in self.screen.focus_chain if isinstance(w, Input)]
        if event.input in inputs[:-1]:
            inputs[inputs.index(event.input) + 1].focus()
        else:
            await self.run_action("screen.next")

    def action_pick(self) -> None:
        """Asks for the list of choices."""
        if self.choices:
            self.post_message(ChoiceAsked(self.field.key))
        else:
            decline(self, f"there is no list for {self.field.title}: type it")

    def take(self, text: str) -> None:
        """Puts a text into the field as if it had been typed."""
        self.query_one(Input).value = text

    @property
    def suggestion(self) -> str:
        """What was probably meant by what stands there; "" where that is good, or nobody can say."""
        from canvos_tui.core.questions.rules import suggestion

        return suggestion(self.field, self._latest.text, self.choices)

    def action_take_suggestion(self) -> None:
        """Takes it."""
        if meant := self.suggestion:
            self.take(meant)
            self.query_one(Input).action_end()
        else:
            decline(self, f"there is nothing to suggest for {self.field.title}")

    @property
    def refused(self) -> str:
        """Why the value is none, once somebody has looked away from it."""
        return self.draft.entry(self.field.key).error if self._touched else ""

    def _show(self) -> None:
        if not self.is_mounted:
            return
        entry, refused = self.draft.entry(self.field.key), self.refused
        self.query_one(".field-origin", Static).update(self._remark(entry, refused), layout=False)
        self.set_class(bool(refused), "-refused")
        self.set_class(bool(self.caution) and not refused, "-caution")
        self.post_message(FieldChanged())

    def _remark(self, entry: Entry, refused: str) -> Content:
        if refused:
            return Content.styled(f"{Mark.FAILED.sign} refused", "$text-error")
        if self.caution and not entry.error:
            return Content.styled(f"{Mark.WARNING.sign} look below", "$text-warning")
        if not entry.text:
            if not self.draft.route.wants(self.field.key):
                return Content.styled("not needed", "$text-muted")
            return Content.styled("" if self.field.optional else f"{Mark.TO_COME.sign} needed", "$text-muted")
        return Content.styled("" if entry.origin is Origin.YOU else entry.origin.value, "$text-muted")


def row_of(widget: Widget | None) -> FieldRow | None:
    """The field that a widget is a part of."""
    return next((w for w in widget.ancestors_with_self if isinstance(w, FieldRow)), None) if widget is not None else None


def field_of(widget: Widget | None) -> Field[Any] | None:
    """The field that is answered in a widget: its row's, or the one that a panel of its own asks for."""
    row = row_of(widget)
    return row.field if row is not None else next((field for field in HIDDEN if widget is not None and widget.id == field.anchor), None)
