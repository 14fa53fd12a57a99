"""A field: label, text, where the value came from, and one line below for help, a warning or the reason of a refusal."""

from __future__ import annotations

from textwrap import wrap

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Input, Static

from canvos_tui.core.answers.draft import Draft, Entry, FieldRefused, Origin, answer_for
from canvos_tui.core.answers.fields import Field
from canvos_tui.tui.messages import Answered, ChoiceAsked, decline, tell
from canvos_tui.tui.widgets.on_its_way import OnItsWay

LABEL = 18  # columns of the label, below which no note stands


class FieldRow(Vertical):
    """Tells an Answered for each change; keeps what was refused as it was typed. While it has the focus nobody else writes into it."""

    BINDINGS = [Binding("down", "pick", "Choose", show=False)]

    draft: reactive[Draft] = reactive(Draft, init=False)
    choices: reactive[tuple[str, ...]] = reactive((), init=False)
    caution: reactive[str] = reactive("", init=False)

    def __init__(self, field: Field[str]) -> None:
        super().__init__(id=f"row-{field.anchor}", classes="field-row")
        self.field = field
        self._touched = False
        self._sent = OnItsWay[Entry]()
        self._heard = ""  # what the field held when it last told of a change

    def begin(self, draft: Draft) -> FieldRow:
        """Sets the draft before the first widget is made."""
        self.set_reactive(FieldRow.draft, draft)
        return self

    def compose(self) -> ComposeResult:
        """One row to type in, one to read."""
        entry = self.draft.entry(self.field.key)
        self._heard = entry.text
        with Horizontal(classes="field-line"):
            yield Static(self.field.key, classes="field-label", markup=False)
            yield Input(entry.text, id=self.field.anchor, compact=True, select_on_focus=False)
            yield Static("", classes="field-origin", markup=False)
        yield Static("", classes="field-note", markup=False)

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

    def on_resize(self) -> None:
        """Another width may hold a reason, or cut it."""
        self._show()

    def watch_choices(self) -> None:
        """The help line says that there is something to pick from."""
        self._show()

    def watch_caution(self) -> None:
        """A warning takes the place of the help line."""
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
            return  # the line below says why
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
            decline(self, f"there is no list for {self.field.key}: type it")

    def take(self, text: str) -> None:
        """Puts a text into the field as if it had been typed."""
        self.query_one(Input).value = text

    def _show(self) -> None:
        if not self.is_mounted:
            return
        entry = self.draft.entry(self.field.key)
        step = f"step {self.field.step}"
        origin = "" if entry.origin is Origin.YOU or not entry.text else f"{entry.origin.value}  "
        self.query_one(".field-origin", Static).update(Content(f"{origin}{step}"), layout=False)
        note = self._note(entry)
        self.query_one(".field-note", Static).update(Content(note), layout=False)
        refused = bool(entry.error) and self._touched
        self.set_class(refused, "-refused")
        self.set_class(bool(self.caution) and not refused, "-caution")
        # two rows for every note, so that nothing jumps while somebody types; a third one where a reason would be cut
        room = self.size.width - LABEL
        self.set_class(refused and room > 0 and len(wrap(note, room)) > 2, "-long")

    def _note(self, entry: Entry) -> str:
        if entry.error and self._touched:
            return f"x {entry.error}"
        if self.caution and not entry.error:
            return f"! {self.caution}"
        return f"Down: {len(self.choices)} to choose from; {self.field.line}" if self.choices else self.field.line
