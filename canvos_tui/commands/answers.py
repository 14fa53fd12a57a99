"""The answers that a command starts with: those of a checkout, the ones used last, or fresh ones."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from canvos_tui.core.answers.draft import Draft
    from canvos_tui.core.ports import Ports


def load(ports: Ports, checkout: str | None, repo: str | None, *, stored: bool = True) -> Draft:
    """As `draft_of`, for whoever has no event loop yet."""
    import asyncio

    return asyncio.run(draft_of(ports, checkout, repo, stored=stored))


def _from_here(checkout: str) -> str:
    """A path on a command line begins where its user stands; links stay links."""
    return checkout if checkout.startswith("~") else os.path.abspath(checkout)  # noqa: PTH100  `resolve` would follow links


def folder_of(ports: Ports, checkout: str | None) -> Path | None:
    """The folder that `--checkout` names; None where it was not given."""
    from canvos_tui.adapters.state_folder import home_of
    from canvos_tui.core.checkout.state import parse_folder

    return parse_folder(_from_here(checkout), home_of(ports.environ)) if checkout else None


async def draft_of(ports: Ports, checkout: str | None, repo: str | None, *, stored: bool = True) -> Draft:
    """The draft of that checkout, else the newest one, else a fresh one; always a fresh one where `stored` says no."""
    from canvos_tui.adapters.state_folder import home_of
    from canvos_tui.core.answers.beginning import fresh
    from canvos_tui.core.answers.draft import FolderChosen
    from canvos_tui.core.answers.draft_file import from_data
    from canvos_tui.core.checkout.state import checkout_id, parse_repository

    folder = folder_of(ports, checkout)
    names = [checkout_id(folder)] if folder else [name for name, _ in await ports.files.drafts()]
    names = names if stored else []
    draft = (from_data(await ports.files.load_draft(names[0])) if names else None) or fresh(ports.environ, folder)
    if folder or repo:
        place = folder or draft.folder or home_of(ports.environ) / "CanvOS"
        draft = draft.after(FolderChosen(place, parse_repository(repo) if repo else draft.repository))
    return draft
