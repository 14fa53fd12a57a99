"""A row of the field table: one thing to ask for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from canvos_tui.core.values import dataclass

V_co = TypeVar("V_co", covariant=True)


@dataclass(frozen=True)
class Field(Generic[V_co]):
    """One thing to ask for. `guide` is the guide's own value, "" where the guide has only a placeholder.

    `parse` gives the value of a text, in the one spelling that goes on from there, or raises InvalidValueError.
    """

    key: str
    title: str  # for people; the key is the small print
    step: int  # 0 where the guide does not ask for it
    guide: str
    line: str  # one line of help under the field
    parse: Callable[[str], V_co]
    help: str  # what it is, where to find it, an example, what breaks
    secret: bool = False
    optional: bool = False
    blank: str = "empty for none"  # what stands in an optional field while nothing does
    holder: str = "user-data"  # what it is for, where the guide does not ask for it

    @property
    def asked_by(self) -> str:
        """What asks for it, as the small print says it: a step of the guide, or what holds it."""
        return f"guide step {self.step}" if self.step else self.holder

    @property
    def anchor(self) -> str:
        """The CSS id of its row."""
        return self.key.lower().replace("_", "-")
