"""What is masked in a wrapped text: a secret that was cut in two is one when the rows are joined, and stays one where it was none."""

from __future__ import annotations

import re

from canvos_tui.core.masking.redactor import Redactor

_NOTHING = re.compile(rb"\*\*\*MASKED:[a-z_]+\*\*\*|\s")
_WORD = 5  # letters of a word that can be a secret, or name one
_PLAIN, _ENDS = re.compile(rb"[a-z]*"), b".,:;!?)]}'\""


def covers(row: bytes, after: bytes) -> bool:
    """Whether a secret was cut in two between these rows: joined, less of them can be read, and what goes on is no plain word."""
    word = after.partition(b" ")[0].rstrip(_ENDS)
    return _PLAIN.fullmatch(word) is None and _readable(row + after) < _letters(Redactor().mask(row + b"\n" + after))


def uncovers(row: bytes, after: bytes) -> bool:
    """Whether something that is masked in one of two rows can be read when they are joined without a blank."""
    if len(row.rpartition(b" ")[2]) < _WORD and len(after.partition(b" ")[0]) < _WORD:
        return False  # the words at the seam are no secrets, and none is named by them
    apart = row + b"\n" + after
    masked = Redactor().mask(apart)
    return masked != apart and _letters(masked) < _readable(row + after)


def _readable(text: bytes) -> int:
    return _letters(Redactor().mask(text))


def _letters(masked: bytes) -> int:
    return len(_NOTHING.sub(b"", masked))
