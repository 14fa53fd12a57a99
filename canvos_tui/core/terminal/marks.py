"""The marks of the screens: one sign each, and the one that stands for it where only ASCII can be shown. The only table of them.

Every sign is one column wide (`wcwidth`) and has no emoji form. A mark always stands beside a word, so that it may be missed.
"""

from __future__ import annotations

from enum import Enum


class Mark(Enum):
    """A mark; the value is its sign and its ASCII twin."""

    DONE = ("✓", "*")
    FAILED = ("✗", "x")
    WARNING = ("▲", "!")
    UNKNOWN = ("?", "?")
    WAITING = ("·", ".")
    CURRENT = ("●", ">")
    TO_COME = ("○", "o")
    RUNNING = ("◐", "~")
    CHOSEN = ("▸", ">")
    BULLET = ("•", "-")

    @property
    def sign(self) -> str:
        """What is painted."""
        return self.value[0]


TWINS = {mark.value[0]: mark.value[1] for mark in Mark}
