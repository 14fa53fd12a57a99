"""Patterns that are compiled when the first text is held against them.

A pattern takes a tenth of a millisecond and more, a module holds up to a dozen, and most of them wait for a page that is opened later.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from re import compile as pattern
else:

    class pattern:  # noqa: N801  it stands for a function
        """`re.compile`, but for the moment. A wrong pattern raises `re.error` at its first use; tests/core/values tries each of ours."""

        def __init__(self, text: str, flags: int = 0) -> None:
            self._written = text, flags

        def __getattr__(self, name: str) -> Any:
            found = getattr(re.compile(*self._written), name)
            setattr(self, name, found)  # the second time nobody asks here
            return found


__all__ = ["pattern"]
