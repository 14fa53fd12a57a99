"""Opens the wizard line by line, and says when it is left what becomes of the answers or of a build."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from canvos_tui.core.answers.pasted import keys_in
from canvos_tui.core.exit_codes import ExitCode

if TYPE_CHECKING:
    from canvos_tui.core.answers.draft import Draft
    from canvos_tui.core.ports import Ports
    from canvos_tui.core.session import Session
    from canvos_tui.plain.desk import Desk

_PASTE_RESTS = 0.3  # seconds without another line, after which a paste that holds a pair of keys is over
AGAIN = "canvos-tui --plain"


def ask(ports: Ports, draft: Draft, known: Session | None = None, given: frozenset[str] = frozenset()) -> int:
    """The conversation on the standard streams, to its end."""
    import asyncio

    from canvos_tui.commands.follow import follow_plain
    from canvos_tui.plain.conversation import converse
    from canvos_tui.plain.desk import Desk
    from canvos_tui.plain.talk import LeftError, Talk

    if hasattr(sys.stdin, "reconfigure"):
        sys.stdin.reconfigure(errors="surrogateescape")  # bytes that are no text are refused as an answer, and by its question
    typed = sys.stdin.isatty()
    desk = Desk(ports, draft, known, given)
    try:
        return asyncio.run(converse(desk, Talk(sys.stdin, sys.stdout, *((_unseen, _unseen_lines) if typed else ())), follow_plain))
    except (LeftError, KeyboardInterrupt):
        sys.stdout.write(f"\n{asyncio.run(_left(desk)) if typed else _goes_on(desk)}\n")
        return ExitCode.INTERRUPTED


def _unseen(before: str) -> str:
    import getpass

    return getpass.getpass(before)


def _unseen_lines(before: str) -> str:
    """The lines up to an empty one; what is pasted in one go ends by itself. Nothing is shown, and nothing that was pasted is thrown away.

    EOFError for a terminal that was closed before any of it.
    """
    import select
    import termios

    fd = sys.stdin.fileno()
    shown = termios.tcgetattr(fd)
    silent = [*shown[:3], shown[3] & ~termios.ECHO, *shown[4:]]
    termios.tcsetattr(fd, termios.TCSADRAIN, silent)
    try:
        sys.stdout.write(before)
        sys.stdout.flush()
        lines: list[str] = []
        while line := sys.stdin.readline():
            lines.append(line.strip())
            found = keys_in("\n".join(lines))
            whole = found is not None and (bool(found.token) or not found.key_id.startswith("ASIA"))
            if not line.strip() or (whole and not select.select([fd], [], [], _PASTE_RESTS)[0]):
                break
    finally:
        termios.tcsetattr(fd, termios.TCSADRAIN, shown)
        sys.stdout.write("\n")
    if not lines:
        raise EOFError
    return "\n".join(lines)


async def _left(desk: Desk) -> str:
    if said := _goes_on(desk):
        return said
    unkept = await desk.keep()
    return unkept or f"left: the answers are kept, but for the keys; {AGAIN} goes on with them"


def _goes_on(desk: Desk) -> str:
    run_id = desk.known.run_id
    if not run_id:
        return ""
    return f"the build {run_id} goes on; come back with: canvos-tui attach {run_id}; canvos-tui cancel stops it"
