"""What panels tell the app: an answer, a fact, a wish to leave, a line for the hint row.

They go straight to whom they are for. A message that climbs from its widget ends at its sender, and that is whoever's handler is running:
what a panel says while its page calls it would end at the page.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from textual.dom import DOMNode

    from canvos_tui.core.answers.draft import Answer
    from canvos_tui.core.session import Fact


class Answered(Message):
    """The user answered something."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        super().__init__()


class ChoiceAsked(Message):
    """The user wants to pick a field's value from a list."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__()


class FieldChanged(Message):
    """There is something else to say of a field."""


class Learned(Message):
    """Something was found out."""

    def __init__(self, fact: Fact) -> None:
        self.fact = fact
        super().__init__()


class GoTo(Message):
    """Another page is wanted: `next`, `back`, or a page's slug; `focus` is the field to stand on there, `why` is said there.

    `jump` says that Esc is to lead back to where it was asked for.
    """

    def __init__(self, target: str, focus: str = "", why: str = "", *, jump: bool = False) -> None:
        self.jump = jump
        self.target = target
        self.focus = focus
        self.why = why
        super().__init__()


class Entered(Message):
    """The page came to the front. A dialog that closes above it is no entrance: what is typed goes on where it was."""


class Until(Enum):
    """How long a sentence in the hint row holds."""

    REPLACED = auto()  # what was done: until something else is said
    NEXT_KEY = auto()  # why a key did nothing, or what it would do when it is pressed again
    MENDED = auto()  # what is missing or wrong


class Hinted(Message):
    """A sentence for the row above the footer, or at the foot of a dialog; with `ours` nobody else's words are in it."""

    def __init__(self, text: str, until: Until = Until.REPLACED, *, ours: bool = False) -> None:
        self.text = text
        self.until = until
        self.ours = ours or not text
        super().__init__()


class LeaveAsked(Message):
    """The end is wanted, by a key that may have been meant otherwise; `lost` names what would have to be typed again."""

    def __init__(self, lost: str) -> None:
        self.lost = lost
        super().__init__()


class CopyAsked(Message):
    """A text for the clipboard; `what` names it in the answer."""

    def __init__(self, text: str, what: str) -> None:
        self.text = text
        self.what = what
        super().__init__()


class BuildTold(Message):
    """Where a build is, for the window's title; `percent` only where somebody counts; `ended` is the last word, said once."""

    def __init__(self, title: str, percent: int | None = None, ended: str = "") -> None:
        self.title = title
        self.percent = percent
        self.ended = ended
        super().__init__()


def tell(teller: DOMNode, message: Answered | Learned | GoTo | LeaveAsked | CopyAsked | BuildTold) -> None:
    """To the app."""
    teller.app.post_message(message)


def hint(teller: DOMNode, text: str, until: Until = Until.REPLACED, *, ours: bool = False) -> None:
    """To the row above the footer of the teller's own page, whichever is in front; a teller that is gone has none."""
    if teller.is_attached:
        teller.screen.post_message(Hinted(text, until, ours=ours))


def decline(teller: DOMNode, text: str) -> None:
    """Why a key did nothing; the next key takes it back."""
    hint(teller, text, Until.NEXT_KEY)
