"""Reads an answers file into a draft, or says every problem that is in it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from canvos_tui.core.errors import InvalidValueError

if TYPE_CHECKING:
    import argparse

    from canvos_tui.core.answers.draft import Draft
    from canvos_tui.core.answers.draft_file import Config
    from canvos_tui.core.ports import Ports


def config_of(ports: Ports, args: argparse.Namespace) -> Draft:
    """The draft of the answers file that `--config` names; `--checkout` and `--repo` of the command line win over what stands in it."""
    return whole_config(ports, args.config, args.checkout, args.repo).draft


def whole_config(ports: Ports, name: str, checkout: str | None, repo: str | None) -> Config:
    """The answers file with the names that it gives; what the command line names counts as given by it."""
    from canvos_tui.adapters.state_folder import home_of
    from canvos_tui.commands.answers import folder_of
    from canvos_tui.core.answers.draft import FolderChosen
    from canvos_tui.core.checkout.state import parse_repository

    config = _read(ports, name)
    if not (checkout or repo):
        return config
    draft = config.draft
    place = folder_of(ports, checkout) or draft.folder or home_of(ports.environ) / "CanvOS"
    draft = draft.after(FolderChosen(place, parse_repository(repo) if repo else draft.repository))
    named = {name for name, given in (("checkout", checkout), ("repository", repo)) if given}
    return replace(config, draft=draft, given=config.given | named)


def read_config(ports: Ports, name: str) -> Draft:
    """The draft of an answers file; InvalidValueError lists every problem, FilesError says why it cannot be read."""
    return _read(ports, name).draft


def _read(ports: Ports, name: str) -> Config:
    import asyncio

    from canvos_tui.adapters.state_folder import home_of
    from canvos_tui.core.answers.draft_file import from_config

    path = Path(name)

    async def parsed() -> object:
        text = await ports.files.read_text(path)
        if text is None:
            raise InvalidValueError(f"there is no file {path}", remedy="write one: NAME: value, one per line; the names are those of .arg")
        try:
            return await ports.files.yaml(text, texts=True)
        except InvalidValueError as error:
            raise InvalidValueError(f"{path}: {error}", remedy=error.remedy or "the file is YAML: one NAME: value a line") from None

    config = from_config(asyncio.run(parsed()), ports.environ, home_of(ports.environ))
    if config.problems:
        listed = "\n".join(f"  {p}" for p in config.problems)
        raise InvalidValueError(
            f"{path} has {len(config.problems)} problems:\n{listed}", remedy="mend them and start again; nothing was done"
        )
    return config
