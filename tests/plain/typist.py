"""Somebody at a terminal of 80 columns who reads the last line and types the answer to the question that stands there."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tests.terminal import Terminal

_PROMPT = re.compile(r"(.*?)(?: \[.*\]| \(not shown\))?: \Z")
LEAVE = "\x03"


class Typist:
    """Takes what is offered where there is no answer; `LEAVE` is Ctrl-C."""

    def __init__(self, terminal: Terminal, answers: Mapping[str, str]) -> None:
        self._terminal, self._answers = terminal, dict(answers)
        self.asked: list[str] = []
        self._seen = 0

    def question(self) -> str:
        """The name of the question that waits now, empty while none does."""
        text = self._terminal.said[self._seen :].replace("\r\n", "\n")
        found = _PROMPT.fullmatch(text.rpartition("\n")[2])
        return found[1] if found else ""

    def next(self) -> str:
        """Answers the next question; its name, empty when the command has ended or builds."""
        self._terminal.until(lambda: self.question() or self._terminal.process.poll() is not None or "\n== run 2" in self._terminal.said)
        name = self.question()
        if not name:
            return ""
        self.asked.append(name)
        assert self.asked[-9:] != [name] * 9, f"{name} refuses the same answer again and again: {self._answers.get(name, '')!r}"
        answer = self._answers.get(name, "")
        self._seen = len(self._terminal.said)
        self._terminal.type(LEAVE if answer == LEAVE else f"{answer}\n")
        return name

    def all(self) -> None:
        """Every question up to the build, or the end."""
        while self.next():
            pass
