"""What stands behind an answer: whoever asks a program, a file, a server or the kernel tells what he asked and what came back.

It is told where it happens, in the adapters, so that nobody writes down afterwards what might have been asked. Nobody has to listen,
and then it costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

from canvos_tui.core.values import dataclass

LONGEST = 6000  # characters of an answer that are kept
MOST = 60  # of what one question may hear; a listing in many pages is cut there


@dataclass(frozen=True)
class Evidence:
    """What was asked and what came back, raw. `ran` says that `command` is a command line which was started here.

    `topic` tells what it was about, as in `git status`, `file .arg`, `ec2:DescribeImages`. `exit_code` is None where there was none.
    """

    command: str
    output: str
    exit_code: int | None = None
    ran: bool = False
    topic: str = ""


_NOTES: ContextVar[list[Evidence] | None] = ContextVar("canvos_tui_heard", default=None)


def listened() -> bool:
    """Whether anybody wants to know; for whoever would have to work for what he tells."""
    return _NOTES.get() is not None


def tell(topic: str, asked: str, output: str, exit_code: int | None = None, *, ran: bool = False) -> None:
    """Notes one question with its answer for whoever listens around here."""
    pass_on((Evidence(asked, output[:LONGEST], exit_code, ran, topic),))


def pass_on(heard: Sequence[Evidence]) -> None:
    """Notes what was heard elsewhere, as by the one question that several wait for."""
    notes = _NOTES.get()
    if notes is not None:
        notes.extend(one for one in heard[: max(0, MOST - len(notes))] if one not in notes)


@contextmanager
def hearing(notes: list[Evidence] | None = None) -> Iterator[list[Evidence]]:
    """A list that fills with all that is told within, also in threads and tasks that begin there; who listens around it hears nothing."""
    notes = [] if notes is None else notes
    token = _NOTES.set(notes)
    try:
        yield notes
    finally:
        _NOTES.reset(token)
