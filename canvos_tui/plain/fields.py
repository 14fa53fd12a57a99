"""Questions for one field each, by the field's own rules: the same for every field of every page."""

from __future__ import annotations

from canvos_tui.core.answers.draft import Entry, FieldAnswered, FieldRefused, Origin, answer_for
from canvos_tui.core.answers.fields import Field
from canvos_tui.core.answers.pasted import value_in
from canvos_tui.core.errors import InvalidValueError
from canvos_tui.core.pages import OF_FIELD
from canvos_tui.core.questions.choice import Choice
from canvos_tui.core.questions.groups import Group
from canvos_tui.core.questions.help import of_field
from canvos_tui.core.questions.rules import rule
from canvos_tui.plain.desk import Desk
from canvos_tui.plain.help import with_guide
from canvos_tui.plain.talk import Prompt, Talk, Way, numbered
from canvos_tui.plain.walk import Question

EMPTY = "-"  # empties a field that may be empty


class FieldQuestion(Question):
    """A field by its own rule; kinds of it offer a value while there is none, or do something once there is one."""

    offered = ""  # where the offer comes from

    def __init__(self, field: Field[str], group: Group) -> None:
        self.field, self.group = field, group
        self.page, self.name = OF_FIELD[field.key], field.key

    def offers(self, desk: Desk) -> str:  # noqa: ARG002  for those that have one
        """What an empty line takes while the field is empty."""
        return ""

    async def after(self, desk: Desk, talk: Talk) -> None:
        """What is done once there is a value."""

    def wanted(self, desk: Desk) -> bool:
        """By its rule."""
        return rule(self.field).wanted(desk.draft, desk.known)

    async def ask(self, desk: Desk, talk: Talk) -> Way:
        """The value, and then what is to be known of it."""
        taken = await talk.ask(self.prompt(desk), lambda text: self._take(desk, self._understood(talk, text)))
        if taken is Way.BACK:
            return taken
        if taken is not None:
            desk.answer(taken)
        await self.after(desk, talk)
        if caution := rule(self.field).caution(desk.draft, desk.known):
            talk.prose(f"! {caution}")
        return Way.NEXT

    def _understood(self, talk: Talk, text: str) -> str:
        """What is meant by a text that was copied from elsewhere, and says what was taken of it."""
        found = value_in(self.field.key, text)
        if found != text:
            talk.say(f"taken: {self.field.key} {found}")
        return found

    def prompt(self, desk: Desk) -> Prompt:
        """The question as it stands with the answers so far."""
        field, entry = self.field, desk.draft.entry(self.field.key)
        asked = f"Guide step {field.step}: " if field.step else ""
        about = [f"{asked}{field.line}" + (f"; {EMPTY} empties it" if field.optional and entry.text else "")]
        if field is self.group.fields[0] and self.group.note:
            about.insert(0, self.group.note)
        if entry.error and entry.text:
            about.append(f"x {entry.text}: {entry.error}")
        default = self._default(desk, entry)
        origin = self.offered if default != entry.text else "" if entry.origin is Origin.YOU else entry.origin.value
        choices = tuple(Choice(value, rule(field).label(value)) for value in rule(field).choices(desk.draft, desk.known))
        return Prompt(
            field.key,
            default,
            origin,
            tuple(about),
            choices,
            with_guide(of_field(field), desk.draft, *((field.step,) if field.step else ())),
            given=desk.gives(field.key),
        )

    def _default(self, desk: Desk, entry: Entry) -> str:
        return "" if entry.error else entry.text or self.offers(desk)

    async def _take(self, desk: Desk, text: str) -> FieldAnswered | None:
        """The answer of a text; None where the field stays as it is."""
        field, entry = self.field, desk.draft.entry(self.field.key)
        if not text and entry.text == self._default(desk, entry):
            if not entry.text and not field.optional and desk.draft.route.wants(field.key):
                raise InvalidValueError(f"{field.key} is needed", allowed=field.line)
            return None
        if not text and entry.error:
            raise InvalidValueError(entry.error)
        if text == EMPTY and field.optional:
            return FieldAnswered(field.key, "")
        answer = answer_for(field, _meant(rule(field).choices(desk.draft, desk.known), text) or self.offers(desk))
        if isinstance(answer, FieldRefused):
            raise InvalidValueError(answer.error)
        if rule(field).stops and (wrong := rule(field).caution(desk.draft.after(answer), desk.known)):
            raise InvalidValueError(wrong)
        return answer


def _meant(choices: tuple[str, ...], text: str) -> str:
    """The line of the list that a number means, else the text; where the list holds names, a number of no line is a slip."""
    number = None if text in choices else numbered(len(choices), text)
    if number is not None:
        return choices[number]
    if choices and text.isdigit() and not any(choice[:1].isdigit() for choice in choices):
        raise InvalidValueError(f"the list has no line {text}", allowed=f"1 to {len(choices)}, or a name")
    return text
