"""Somebody who answers questions by their names, whatever their order, and takes what is offered for all others."""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Mapping, Sequence

from canvos_tui.core.answers.draft import Draft
from canvos_tui.core.ports import Ports
from canvos_tui.core.session import Session
from canvos_tui.plain.conversation import converse
from canvos_tui.plain.desk import Desk
from canvos_tui.plain.talk import Talk

END = "\x04"
_PROMPT = re.compile(r"(.*?)(?: \[.*\]| \(not shown\))?: \Z")


class Out(io.StringIO):
    @property
    def asks(self) -> str:
        """The name of the question that waits for its answer."""
        found = _PROMPT.fullmatch(self.getvalue().rpartition("\n")[2])
        return found[1] if found else ""


class Script(io.StringIO):
    """An input that looks at what it is asked; each name has its answers in their order, and `END` ends it."""

    def __init__(self, out: Out, answers: Mapping[str, str | Sequence[str]], *, echo: bool) -> None:
        super().__init__()
        self._out, self._echo = out, echo  # what is typed stands on the terminal
        self._answers = {name: [given] if isinstance(given, str) else list(given) for name, given in answers.items()}
        self.asked: list[str] = []

    def answer(self) -> str:
        name = self._out.asks
        self.asked.append(name)
        assert len(self.asked) < 200, f"asked for ever: {self.asked[-5:]}\n{self._out.getvalue()[-2000:]}"
        left = self._answers.get(name)
        return left.pop(0) if left else ""

    def line(self, before: str) -> str:
        self._out.write(before)
        text = self.answer()
        self._out.write("\n")
        return text

    lines = line_or_paste = line

    def forget(self) -> bool:
        return False

    def quietly(self, *, forget: bool = True) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext()

    def readline(self, *_: object) -> str:  # type: ignore[override]
        text = self.answer()
        if self._echo and text != END:
            self._out.write(f"{text}\n")
        return "" if text == END else f"{text}\n"


class Talked:
    """A conversation with a script."""

    def __init__(self, ports: Ports, draft: Draft, answers: Mapping[str, str | Sequence[str]], *, typed: bool = True) -> None:
        self.ports = ports
        self._out = Out()
        self._in = Script(self._out, answers, echo=typed)
        self.desk = Desk(ports, draft, Session(accepted=draft.accepted))
        self.talk = Talk(self._in, self._out, self._in if typed else None)
        self.followed: list[str] = []

    async def run(self) -> int:
        async def follow(_: Ports, run_id: str) -> int:
            self.followed.append(run_id)
            return 0

        return await converse(self.desk, self.talk, follow)

    @property
    def said(self) -> str:
        return self._out.getvalue()

    @property
    def asked(self) -> list[str]:
        return self._in.asked
