"""Opens the wizard, and leaves a short summary on the terminal when it closes."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from canvos_tui.commands.output import write_raw
from canvos_tui.core.errors import CanvosError

if TYPE_CHECKING:
    from pathlib import Path

    from canvos_tui.core.answers.draft import Draft
    from canvos_tui.core.ports import Ports
    from canvos_tui.tui.app import Load
    from canvos_tui.tui.opening import Opening, Room

NO_TERMINAL = "the wizard needs a terminal"


def open_wizard(checkout: str | None = None, repo: str | None = None) -> int:
    """The wizard on this machine; CanvosError when a word of the command line is wrong."""
    need_terminal()

    async def room() -> Room:
        from canvos_tui.tui.opening import Room
        from canvos_tui.wiring import real_ports

        ports = real_ports(dict(os.environ))
        return Room(ports, await draft_of(ports, checkout, repo))

    return _run(room)


def need_terminal() -> None:
    """Refuses to draw into a pipe."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise CanvosError(NO_TERMINAL, remedy="without one: canvos-tui doctor, canvos-tui run --config FILE --yes")


def load(ports: Ports, checkout: str | None, repo: str | None) -> Draft:
    """As `draft_of`, for whoever has no event loop yet."""
    import asyncio

    return asyncio.run(draft_of(ports, checkout, repo))


def _from_here(checkout: str) -> str:
    """A path on a command line begins where its user stands; links stay links."""
    return checkout if checkout.startswith("~") else os.path.abspath(checkout)  # noqa: PTH100  `resolve` would follow links


def folder_of(ports: Ports, checkout: str | None) -> Path | None:
    """The folder that `--checkout` names; None where it was not given."""
    from canvos_tui.adapters.files import home_of
    from canvos_tui.core.checkout.state import parse_folder

    return parse_folder(_from_here(checkout), home_of(ports.environ)) if checkout else None


async def draft_of(ports: Ports, checkout: str | None, repo: str | None) -> Draft:
    """The draft of that checkout, else the newest one, else a fresh one."""
    from canvos_tui.adapters.files import home_of
    from canvos_tui.core.answers.draft import FolderChosen, fresh
    from canvos_tui.core.answers.draft_file import from_data
    from canvos_tui.core.checkout.state import checkout_id, parse_repository

    folder = folder_of(ports, checkout)
    names = [checkout_id(folder)] if folder else [name for name, _ in await ports.files.drafts()]
    draft = (from_data(await ports.files.load_draft(names[0])) if names else None) or fresh(ports.environ, folder)
    if folder or repo:
        place = folder or draft.folder or home_of(ports.environ) / "CanvOS"
        draft = draft.after(FolderChosen(place, parse_repository(repo) if repo else draft.repository))
    return draft


def show(ports: Ports, draft: Draft, opening: Opening | None = None) -> int:
    """Runs the app with what is loaded already."""
    from canvos_tui.tui.opening import Opening, Room

    return _run(Room(ports, draft, opening or Opening()))


def _run(room: Room | Load) -> int:
    """Runs the app; afterwards the result, or the way back to a build that goes on, stands on the terminal."""
    if "SSH_CONNECTION" in os.environ:
        os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
    from canvos_tui.tui.app import CanvosApp

    app = CanvosApp(room)
    try:
        app.run()
    finally:
        write_raw(sys.stdout, app.restoring())
        sys.stdout.flush()
    if app.problem is not None:
        raise app.problem
    known = app.left_with
    if known is None:
        return app.return_code or 0
    result = known.result
    if result is not None:
        from canvos_tui.core.verdict.summary import exit_code, plain_lines

        sys.stdout.write("\n".join(plain_lines(result)) + "\n")
        return exit_code(result)
    if known.run_id:
        sys.stdout.write(f"the build {known.run_id} goes on; come back with: canvos-tui attach {known.run_id}\n")
    return app.return_code or 0
