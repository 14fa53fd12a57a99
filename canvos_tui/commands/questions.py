"""Opens the wizard line by line, and says when it is left what becomes of the answers or of a build."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from canvos_tui.core.exit_codes import ExitCode

if TYPE_CHECKING:
    from canvos_tui.core.answers.draft import Draft
    from canvos_tui.core.ports import Ports
    from canvos_tui.core.session import Session
    from canvos_tui.plain.desk import Desk
    from canvos_tui.plain.talk import Talk

AGAIN = "canvos-tui --plain"


def ask(ports: Ports, draft: Draft, known: Session | None = None, given: frozenset[str] = frozenset()) -> int:
    """The conversation on the standard streams, to its end."""
    import asyncio

    from canvos_tui.commands.follow import follow_plain
    from canvos_tui.plain.conversation import converse
    from canvos_tui.plain.desk import Desk
    from canvos_tui.plain.talk import LeftError

    if hasattr(sys.stdin, "reconfigure"):
        sys.stdin.reconfigure(errors="surrogateescape")  # bytes that are no text are refused as an answer, and by its question
    typed = sys.stdin.isatty()
    desk = Desk(ports, draft, known, given)
    try:
        return asyncio.run(converse(desk, talk_of(typed=typed), follow_plain))
    except (LeftError, KeyboardInterrupt):
        sys.stdout.write(f"\n{asyncio.run(_left(desk)) if typed else _goes_on(desk)}\n")
        return ExitCode.INTERRUPTED


def talk_of(*, typed: bool) -> Talk:
    """On the standard streams; `typed` says that somebody sits there."""
    from canvos_tui.plain.talk import Talk

    if not typed:
        return Talk(sys.stdin, sys.stdout)
    from canvos_tui.commands.unseen import Unseen

    return Talk(sys.stdin, sys.stdout, Unseen(sys.stdout))


async def _left(desk: Desk) -> str:
    if said := _goes_on(desk):
        return said
    unkept = await desk.keep()
    return unkept or f"left: the answers are kept, but for the keys; {AGAIN} goes on with them"


def _goes_on(desk: Desk) -> str:
    run_id = desk.known.run_id
    if not run_id:
        return ""
    return f"the run {run_id} goes on; come back with: canvos-tui attach {run_id}; canvos-tui cancel stops it"
