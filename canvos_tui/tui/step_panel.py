"""What every step's panel has in common, and the panel for steps that only ask for values."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.dom import DOMNode
from textual.events import DescendantBlur
from textual.message import Message
from textual.reactive import reactive

from canvos_tui.core.answers.draft import Answer, Draft
from canvos_tui.core.answers.fields import Field
from canvos_tui.core.ports import Ports
from canvos_tui.core.session import Fact, Session
from canvos_tui.tui.messages import Answered, ChoiceAsked, CopyAsked, GoTo, Learned, decline, hint, tell
from canvos_tui.tui.painting.hollow import Hollow
from canvos_tui.tui.widgets.panel import Panel

if TYPE_CHECKING:  # the first page has no field, and does not wait for what one is made of
    from textual.css.query import DOMQuery

    from canvos_tui.core.questions.rules import Rule
    from canvos_tui.tui.widgets.field_row import FieldRow


def rows_in(node: DOMNode) -> DOMQuery[FieldRow]:
    """The fields somewhere below."""
    return cast("DOMQuery[FieldRow]", node.query("FieldRow"))


class WayChanged(Message):
    """F8 would do something else now."""


class StepPanel(Hollow, Vertical):
    """One step of the guide, or one of ours; `GUIDE` holds the guide's numbers that it stands for."""

    GUIDE: ClassVar[tuple[int, ...]] = ()
    TITLE: ClassVar[str] = ""
    ABOUT: ClassVar[str] = ""  # for F1, in plain text
    WAYS: ClassVar[str] = "Go on"  # above the list of what can be done next
    WAY_ON: ClassVar[str] = ""  # what is said of F8 where there is nothing that it could do
    HAS_NEXT: ClassVar[bool] = False  # it draws the page's Next itself, so that its keys work while that has the focus

    draft: reactive[Draft] = reactive(Draft, init=False)
    known: reactive[Session] = reactive(Session, init=False)

    def __init__(self, ports: Ports) -> None:
        super().__init__()
        self.ports = ports

    def begin(self, draft: Draft, known: Session) -> StepPanel:
        """Sets what is known before the first widget is made."""
        self.set_reactive(StepPanel.draft, draft)
        self.set_reactive(StepPanel.known, known)
        return self

    def answer(self, answer: Answer) -> None:
        """Tells the app what the user answered."""
        tell(self, Answered(answer))

    def learn(self, fact: Fact) -> None:
        """Tells the app what was found out."""
        tell(self, Learned(fact))

    def hint(self, text: str) -> None:
        """Puts a sentence into the row above the footer."""
        hint(self, text)

    def decline(self, text: str) -> None:
        """Says there why a key did nothing, until the next key."""
        decline(self, text)

    def copy(self, text: str, what: str) -> None:
        """Asks the app to copy a text; `what` names it in the answer."""
        tell(self, CopyAsked(text, what))

    def leave(self, target: str, focus: str = "", why: str = "", *, jump: bool = False) -> None:
        """Asks the app for another page; who did not ask for that one by name is told why. From a `jump` Esc leads back here."""
        tell(self, GoTo(target, focus, why, jump=jump))

    def about(self) -> str:
        """For F1 and the help box, with the answers so far."""
        return self.ABOUT

    def way_on(self) -> str:
        """What F8 does here, in the words of the first button; empty where the page's own Next is the way on, or there is none.

        It is asked for anew with each answer and each fact; for anything else that changes it, post a WayChanged.
        """
        return ""

    def go_on(self) -> None:
        """Does it."""

    def other_way(self) -> str:
        """What may be done instead, in the words of the second button; empty where there is no choice. Asked for together with `way_on`."""
        return ""

    def go_other(self) -> None:
        """Does that."""

    def unkept(self) -> str:
        """What is typed here and is no answer yet, so that it would be lost with the program; empty when there is nothing."""
        return ""

    def entered(self) -> None:
        """The page came to the front; panels that look something up do it here."""


class FormStep(StepPanel):
    """A step that asks for values: a row for each field, the answers posted as they are typed."""

    FIELDS: ClassVar[tuple[Field[str], ...]] = ()
    GROUP: ClassVar[str] = ""  # what its panel is called, where that is not the step's title

    def compose(self) -> ComposeResult:
        """A row for each field."""
        from canvos_tui.tui.widgets.field_row import FieldRow

        with Panel(title=self.GROUP or self.TITLE, small=self.steps()):
            for field in self.FIELDS:
                yield FieldRow(field, field.blank).begin(self.draft).data_bind(draft=StepPanel.draft)
            yield from self.below()

    def steps(self) -> str:
        """`step 8`, `steps 9, 13`: where the guide asks for these values."""
        numbers = dict.fromkeys((*self.GUIDE, *(field.step for field in self.FIELDS)))
        return f"step{'s' if len(numbers) > 1 else ''} {', '.join(str(n) for n in numbers)}"

    @on(ChoiceAsked)
    @work(exclusive=True, group="pick")
    async def _pick(self, event: ChoiceAsked) -> None:
        """Opens the list that a field asks for."""
        event.stop()
        row = next(row for row in rows_in(self) if row.field.key == event.key)
        from canvos_tui.tui.dialogs.pick_one import PickOne

        chosen = await self.app.push_screen_wait(PickOne(row.field.title, row.choices, self.draft.text(event.key), _rule(row.field).label))
        if chosen is not None:
            row.take(chosen)

    def below(self) -> Iterable[Vertical]:
        """What stands under the fields; nothing unless a step says so."""
        return ()

    def watch_known(self) -> None:
        """Choices and cautions follow what was found out."""
        for row in rows_in(self):
            row.choices = self.choices(row.field)
            row.caution = self.caution(row.field)
            # a field that is being typed into stays, also while it is empty and would not be asked for
            row.display = self.wanted(row.field) or row.has_focus_within

    @on(DescendantBlur)
    def _left(self) -> None:
        """A field that stayed only because somebody was in it may go now."""
        self.call_after_refresh(self.watch_known)

    def watch_draft(self) -> None:
        """Cautions follow the answers as well."""
        self.watch_known()

    def choices(self, field: Field[str]) -> tuple[str, ...]:
        """Values to pick from, newest first; none for a free field."""
        return _rule(field).choices(self.draft, self.known)

    def wanted(self, field: Field[str]) -> bool:
        """Whether the field matters with the answers so far; others are not shown."""
        return _rule(field).wanted(self.draft, self.known)

    def caution(self, field: Field[str]) -> str:
        """What to know about the accepted value; empty when there is nothing to say."""
        return _rule(field).caution(self.draft, self.known)


def _rule(field: Field[str]) -> Rule:
    """What goes for it; loaded with the first page that has a field, which the first page of all has not."""
    from canvos_tui.core.questions.rules import rule

    return rule(field)
