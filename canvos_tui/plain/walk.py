"""The way through a list of questions: on, back, or to one by its name, from which one comes back."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from canvos_tui.core.answers.draft import PageReached
from canvos_tui.core.pages import BY_SLUG, RAIL
from canvos_tui.core.values import dataclass
from canvos_tui.plain.desk import Desk
from canvos_tui.plain.talk import Talk, Way


@dataclass(frozen=True)
class To:
    """To the first question of that name or page; `returns` says that the one after it is where one came from."""

    target: str
    returns: bool = False


@dataclass(frozen=True)
class Done:
    """The end of the conversation, with the exit code."""

    code: int


Move = Way | To | Done


class Question(ABC):
    """One thing to ask; `name` is the name that a message gives it, `page` the page of the wizard that it belongs to."""

    page: str
    name: str

    def wanted(self, desk: Desk) -> bool:  # noqa: ARG002  for those that do not always
        """Whether it matters with the answers so far."""
        return True

    def asks(self, talk: Talk) -> bool:  # noqa: ARG002  for those that do not always
        """Whether it reads an answer here: one that does not is passed by on the way back."""
        return True

    @abstractmethod
    async def ask(self, desk: Desk, talk: Talk) -> Move:
        """Asks, counts the answer in, and says where to go."""


class Walk:
    """Goes through questions until one of them ends it."""

    def __init__(self, questions: Sequence[Question], desk: Desk, talk: Talk, *, stores: bool) -> None:
        self._questions, self._desk, self._talk, self._stores = questions, desk, talk, stores
        self._at = 0
        self._way = Way.NEXT
        self._comes_back: int | None = None
        self._page = ""

    async def run(self) -> int:
        """The exit code; 0 where there is nothing more to ask."""
        while self._at < len(self._questions):
            question = self._questions[self._at]
            if not question.wanted(self._desk) or (self._way is Way.BACK and not question.asks(self._talk)):
                self._step()
                continue
            self._head(question.page)
            if self._stores and (said := await self._desk.keep()):
                self._talk.prose(said)
            move = await question.ask(self._desk, self._talk)
            if isinstance(move, Done):
                return move.code
            self._go(move)
        return 0

    def _go(self, move: Way | To) -> None:
        if isinstance(move, To):
            self._comes_back = self._at if move.returns else None
            self._at, self._way = self._place(move.target), Way.NEXT
            self._desk.ask_again(self._questions[self._at].name)
        elif move is Way.NEXT and self._comes_back is not None:
            self._at, self._comes_back = self._comes_back, None
        else:
            self._comes_back, self._way = None, move
            self._step()

    def _step(self) -> None:
        self._at += 1 if self._way is Way.NEXT else -1
        if self._at < 0:
            self._at, self._way = 0, Way.NEXT
            self._talk.say("this is the first question")
        elif self._way is Way.BACK:
            self._desk.ask_again(self._questions[self._at].name)

    def _place(self, target: str) -> int:
        wanted = [n for n, question in enumerate(self._questions) if question.wanted(self._desk)]
        named = [n for n in wanted if self._questions[n].name == target]
        return next(iter([*named, *(n for n in wanted if self._questions[n].page == target), self._at]))

    def _head(self, slug: str) -> None:
        if slug == self._page or slug not in BY_SLUG:
            return
        self._page, page = slug, BY_SLUG[slug]
        self._desk.answer(PageReached(slug, self._desk.known.run_id))
        number = f"{page.number} of {len(RAIL)}  " if page.number else ""
        self._talk.say("", f"== {number}{page.title}")
