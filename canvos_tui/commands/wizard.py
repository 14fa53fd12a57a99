"""Opens the wizard, and leaves a short summary on the terminal when it closes."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from canvos_tui.core.errors import CanvosError

if TYPE_CHECKING:
    from pathlib import Path

    from canvos_tui.core.draft import Draft
    from canvos_tui.core.ports import Ports
    from canvos_tui.tui.app import Opening

NO_TERMINAL = "the wizard needs a terminal"


def open_wizard(checkout: str | None = None, repo: str | None = None) -> int:
    """The wizard on this machine."""
    need_terminal()
    from canvos_tui.wiring import real_ports

    ports = real_ports(dict(os.environ))
    return show(ports, load(ports, checkout, repo))


def need_terminal() -> None:
    """Refuses to draw into a pipe."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise CanvosError(NO_TERMINAL, remedy="without one: canvos-tui doctor, canvos-tui run --config FILE --yes")


def load(ports: Ports, checkout: str | None, repo: str | None) -> Draft:
    """The draft of that checkout, else the newest one, else a fresh one."""
    import asyncio

    from canvos_tui.adapters.disk import home_of
    from canvos_tui.core.checkout import checkout_id, parse_folder, parse_repository
    from canvos_tui.core.draft import FolderChosen, fresh
    from canvos_tui.core.draft_file import from_data

    if checkout and not checkout.startswith("~"):
        checkout = os.path.abspath(checkout)  # noqa: PTH100  a path on a command line begins where its user stands; links stay links
    folder: Path | None = parse_folder(checkout, home_of(ports.environ)) if checkout else None

    async def stored() -> Draft | None:
        names = [checkout_id(folder)] if folder else [name for name, _ in await ports.files.drafts()]
        return from_data(await ports.files.load_draft(names[0])) if names else None

    draft = asyncio.run(stored()) or fresh(ports.environ, folder)
    if folder or repo:
        place = folder or draft.folder or home_of(ports.environ) / "CanvOS"
        draft = draft.after(FolderChosen(place, parse_repository(repo) if repo else draft.repository))
    return draft


def show(ports: Ports, draft: Draft, opening: Opening | None = None) -> int:
    """Runs the app; afterwards the result, or the way back to a build that goes on, stands on the terminal."""
    from canvos_tui.core.summary import exit_code, plain_lines
    from canvos_tui.tui.app import CanvosApp

    if "SSH_CONNECTION" in ports.environ:
        os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
    app = CanvosApp(ports, draft, opening)
    try:
        app.run()
    finally:  # whatever ended it, the window gets its title back
        sys.stdout.write(app.notice.restore())
        sys.stdout.flush()
    result = app.known.result
    if result is not None:
        sys.stdout.write("\n".join(plain_lines(result)) + "\n")
        return exit_code(result)
    if app.known.run_id:
        sys.stdout.write(f"the build {app.known.run_id} goes on; come back with: canvos-tui attach {app.known.run_id}\n")
    return app.return_code or 0
