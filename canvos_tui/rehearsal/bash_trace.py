"""Prints what bash prints under `set -x`: each command with as many plus signs as it is deep, quoted in bash's own way."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

_PLAIN = re.compile(r"[A-Za-z0-9_./:@%+=,-]+")


class Trace:
    """A script's two streams on one terminal; `say` takes whole lines."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.say = say

    def step(self, depth: int, *words: str) -> None:
        """One traced command; the words are quoted where bash would."""
        self.raw(depth, " ".join(quoted(word) for word in words))

    def raw(self, depth: int, text: str) -> None:
        """One traced command as it stands; several lines stay several lines."""
        for line in f"{'+' * depth} {text}".splitlines():
            self.say(line)

    def log(self, depth: int, text: str, *, shown: bool = True) -> str:
        """The script's own message: traced, and also printed when nothing captures it. Returns the line."""
        line = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} - {text}"
        self.step(depth, "log", text)
        self.raw(depth + 1, "date '+%Y-%m-%d %H:%M:%S'")
        self.step(depth, "echo", line)
        if shown:
            for part in line.splitlines():
                self.say(part)
        return line

    def compare(self, depth: int, value: str, *words: str) -> None:
        """`[[ value == word ]]` for each word, up to the one that fits; bash escapes every letter of the pattern."""
        for word in words:
            self.raw(depth, f"[[ {value} == {''.join(f'{chr(92)}{c}' for c in word)} ]]")
            if word == value:
                return


def quoted(word: str) -> str:
    """The word as `set -x` shows it."""
    if _PLAIN.fullmatch(word):
        return word
    return "'" + word.replace("'", "'\\''") + "'"
