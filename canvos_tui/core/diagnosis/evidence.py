"""A line of a log as evidence: short enough to be shown, and cut where its reason does not stand."""

from __future__ import annotations

from canvos_tui.core.values import dataclass

WIDTH = 400  # characters of a line of evidence
_MARK = " ... "
_ROW = 160
_BEHIND = 80  # characters behind the reason that go with it


@dataclass(frozen=True)
class LogEvidence:
    """A line of the log, by its number from 1."""

    line: int
    text: str
    begin: int = 0  # of the reason in it
    end: int = 0

    @property
    def short(self) -> str:
        """The text for one row of a terminal, with its reason."""
        return cut(self.text, self.begin, self.end, width=_ROW)


def cut(text: str, begin: int = 0, end: int = 0, width: int = WIDTH) -> str:
    """The text in so many characters: its beginning and its end, or where the reason at `begin` stands in the middle, that."""
    lead = len(text) - len(text.lstrip())
    text, begin, end = text.strip(), max(0, begin - lead), max(0, end - lead)
    if len(text) <= width:
        return text
    end = min(len(text), end + _BEHIND) if end > begin else end
    room = width - len(_MARK)
    head = room // 2
    if end <= head or begin >= len(text) - (room - head) or end <= begin:
        return text[:head] + _MARK + text[len(text) - (room - head) :]
    if end <= room:  # the reason just reaches into what would be left out
        return text[: end + 1].rstrip() + _MARK + text[len(text) - max(0, room - end - 1) :] if end < room - 1 else text[:room] + _MARK
    head = room // 4
    around = room - head - len(_MARK)
    start = max(head, min(begin - around // 4, len(text) - around))
    return text[:head] + _MARK + text[start : start + around] + (_MARK if start + around < len(text) else "")
