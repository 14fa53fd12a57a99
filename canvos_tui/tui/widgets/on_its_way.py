"""Answers that were given and are not part of the draft yet: meanwhile the draft tells what was, and must not be taken for what is."""

from __future__ import annotations

from collections import deque
from typing import Generic, TypeVar

Value = TypeVar("Value")


class OnItsWay(Generic[Value]):
    """The oldest first."""

    def __init__(self) -> None:
        self._values: deque[Value] = deque()

    def __bool__(self) -> bool:
        return bool(self._values)

    def sent(self, value: Value) -> None:
        """It was answered."""
        self._values.append(value)

    def came(self, value: Value) -> None:
        """The draft holds that: if it is one of ours, so were all before it."""
        if value in self._values:
            while self._values.popleft() != value:
                pass

    def latest(self, known: Value) -> Value:
        """What holds: the newest that was answered, else what the draft knows."""
        return self._values[-1] if self._values else known
