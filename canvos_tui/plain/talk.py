"""One conversation: lines out, answers in. Knows whether somebody types or the answers come through a pipe."""

from __future__ import annotations

import contextlib
import signal
import textwrap
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from enum import Enum
from typing import Literal, Protocol, TextIO, TypeVar

from canvos_tui.core.errors import AwsError, CanvosError, InvalidValueError
from canvos_tui.core.questions.choice import Choice
from canvos_tui.core.values import dataclass

T = TypeVar("T")
WIDTH = 79  # of prose; a command or a path is never broken
LISTED = 12  # choices that are listed unasked
HELP, BACK_MARK = "?", "<"
HOW = (
    "Enter takes what stands in [ ]. A number takes that line of a list, any other text is the answer itself. "
    "? explains, < goes back a question. Ctrl-C leaves; the answers are kept, but for the keys."
)


class Way(Enum):
    """Where to go from a question."""

    NEXT = "next"
    BACK = "back"


Back = Literal[Way.BACK]


class LeftError(Exception):
    """Whoever typed has closed the input."""


class PipeError(CanvosError):
    """A pipe has no answer to a question, or one that was refused; the question is named."""


@dataclass(frozen=True)
class Prompt:
    """A question on its line: its name, what an empty line takes and where that comes from, what is said before and on request.

    `given` says that the answers file holds the answer: an empty line, which nobody has to type.
    """

    name: str
    default: str = ""
    origin: str = ""
    about: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
    help: str = ""
    hidden: bool = False
    lines: bool = False  # hidden, and of several lines
    pasted: bool = False  # hidden, and of several lines where a paste has them
    late: bool = False  # shown when it was read, and then only if it is an answer: a paste of secrets may come too early
    given: bool = False

    @property
    def line(self) -> str:
        """What stands before the answer."""
        told = ", ".join(filter(None, (self.default, self.origin))) if self.default else ""
        return f"{self.name} (not shown): " if self.hidden else f"{self.name} [{told}]: " if told else f"{self.name}: "


class Hidden(Protocol):
    """Reads what is not shown while it is typed, after the text that stands before it; EOFError where the terminal was closed."""

    def line(self, before: str) -> str:
        """One line."""

    def line_or_paste(self, before: str) -> str:
        """One line, and those that come with it where it is one of a paste."""

    def lines(self, before: str) -> str:
        """The lines up to an empty one, or to the end of a paste."""

    def quietly(self, *, forget: bool = True) -> AbstractContextManager[None]:
        """Nothing is shown between several of them either, and in the end what is left of a paste is forgotten, if `forget` says so."""

    def forget(self) -> bool:
        """Throws away what was typed before anybody asked; whether there was anything."""


class Talk:
    """`hidden` reads what must not be shown; None where nobody types."""

    def __init__(self, reads: TextIO, writes: TextIO, hidden: Hidden | None = None) -> None:
        self._reads, self._writes, self._hidden = reads, writes, hidden

    @property
    def typed(self) -> bool:
        """Whether somebody sits there, who can be asked again."""
        return self._hidden is not None

    def quietly(self, *, forget: bool = True) -> AbstractContextManager[None]:
        """Until its end nothing that is typed is shown, also between two questions: a paste may hold the answers to several."""
        return self._hidden.quietly(forget=forget) if self._hidden is not None else contextlib.nullcontext()

    def forget(self) -> bool:
        """Throws away what was typed before the next question; whether there was anything."""
        return self._hidden is not None and self._hidden.forget()

    def say(self, *lines: str) -> None:
        """Lines as they are."""
        self._writes.write("".join(f"{line}\n" for line in lines))
        self._writes.flush()

    def prose(self, text: str) -> None:
        """A text whose lines may be broken between words."""
        for line in text.splitlines():
            indent = "" if line == line.lstrip() else "  "
            folded = textwrap.wrap(line, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
            self.say(*(folded or [""]))

    async def ask(self, prompt: Prompt, take: Callable[[str], Awaitable[T]]) -> T | Back:
        """What `take` makes of the answer; it refuses one with a CanvosError, and the question is asked again.

        A pipe cannot be asked again: then the refusal goes on, with the name of the question.
        """
        for line in prompt.about:
            self.prose(line)
        self._list(prompt.choices, all_of_them=False)
        given = prompt.given
        while True:
            text = self._given(prompt) if given else self._read(prompt)
            given = False
            if text == HELP:
                self.prose(prompt.help)
                self._list(prompt.choices, all_of_them=True)
            elif text == BACK_MARK:
                return Way.BACK
            else:
                try:
                    return await take(text)
                except CanvosError as error:
                    self.refuse(prompt.name, error)

    def refuse(self, name: str, error: CanvosError) -> None:
        """Says why; through a pipe it ends there."""
        said = error.sentence() if isinstance(error, InvalidValueError) else ". ".join(filter(None, (str(error), error.remedy)))
        if self.typed:
            self.prose(f"x {said}")
        elif isinstance(error, AwsError | PipeError):
            raise error
        else:
            raise PipeError(f"{name}: {said}", remedy="mend that line of the answers; no file was written") from None

    async def choose(self, prompt: Prompt, choices: Sequence[Choice], default: str) -> str | Back:
        """The word of one of a few answers, which stands in the question's list."""
        known = tuple(choices)
        shown = next((str(n) for n, choice in enumerate(known, 1) if choice.word == default), "")

        async def take(text: str) -> str:
            return picked(known, text or default)

        asked = Prompt(prompt.name, shown, prompt.origin, prompt.about, known, prompt.help, given=prompt.given)
        return await self.ask(asked, take)

    def _list(self, choices: tuple[Choice, ...], *, all_of_them: bool) -> None:
        shown = choices if all_of_them or len(choices) <= LISTED + 1 else choices[:LISTED]
        self.say(*(f"  {number}) {choice.line}" for number, choice in enumerate(shown, 1)))
        if len(shown) < len(choices):
            self.say(f"  ... and {len(choices) - len(shown)} more: {HELP} lists them all")

    def _given(self, prompt: Prompt) -> str:
        self.say(prompt.line.rstrip())
        return ""

    def _read(self, prompt: Prompt) -> str:
        with _interruptible():
            text = self._unseen(prompt) if prompt.hidden or (prompt.late and self.typed) else self._line(prompt.line)
        if not text:
            self.say("")
            self._ended(prompt.name)
        if not self.typed:  # nobody's typing has shown it
            self.say(text.strip())
        return text.strip()

    def _line(self, before: str) -> str:
        self._writes.write(before)
        self._writes.flush()
        return self._reads.readline()

    def _unseen(self, prompt: Prompt) -> str:
        """With its end, as every line has one that was not cut off. Whoever reads it asks when nothing is shown any more, not sooner."""
        hidden = self._hidden
        assert hidden is not None
        reads = hidden.lines if prompt.lines else hidden.line_or_paste if prompt.pasted or prompt.late else hidden.line
        try:
            return reads(prompt.line) + "\n"
        except EOFError:
            return ""

    def _ended(self, name: str) -> None:
        if self.typed:
            raise LeftError
        raise PipeError(f"the input ended at the question {name}", remedy="one line a question, in order; no file was written")


def picked(choices: Sequence[Choice], text: str) -> str:
    """The word that a number, a word or the beginning of one means."""
    number = numbered(len(choices), text)
    if number is not None:
        return choices[number].word
    words = [choice.word for choice in choices]
    meant = [text] if text in words else [word for word in words if text and word.lower().startswith(text.lower())]
    if len(meant) != 1:
        raise InvalidValueError(f"`{text}` is none of the answers", allowed=f"1 to {len(choices)}, or {', '.join(words)}")
    return meant[0]


def numbered(count: int, text: str) -> int | None:
    """The place in a list of so many that a number means, counted from 0; None for what is no such number."""
    return int(text) - 1 if text.isascii() and text.isdigit() and len(text) < 5 and 1 <= int(text) <= count else None


@contextlib.contextmanager
def _interruptible() -> Iterator[None]:
    """Ctrl-C ends the reading of a line at once; the event loop would hear of it only when the line is there."""
    try:
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
    except ValueError:  # not the main thread
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
