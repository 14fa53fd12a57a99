"""Reads answers files into drafts, or says every problem that is in them."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from canvos_tui.core.answers.matrix import MOST, Image, chosen, spread
from canvos_tui.core.command_words import word
from canvos_tui.core.errors import InvalidValueError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from canvos_tui.core.answers.draft import Draft
    from canvos_tui.core.answers.draft_file import Config
    from canvos_tui.core.ports import Ports


def config_of(ports: Ports, args: argparse.Namespace) -> Draft:
    """The draft of the answers file that `--config` names; `--checkout` and `--repo` of the command line win over what stands in it."""
    return whole_config(ports, args.config, args.checkout, args.repo).draft


def whole_config(ports: Ports, name: str, checkout: str | None, repo: str | None) -> Config:
    """The answers file with the names that it gives; what the command line names counts as given by it."""
    return _placed(ports, _read(ports, name), checkout, repo)


def read_config(ports: Ports, name: str) -> Draft:
    """The draft of an answers file; InvalidValueError lists every problem, FilesError says why it cannot be read."""
    return _read(ports, name).draft


def images_of(ports: Ports, names: Sequence[str], only: Sequence[tuple[str, str]]) -> tuple[tuple[Image, Draft], ...]:
    """Every image that these files describe, in their order, as far as `only` wants it: its answers, and the draft that they make.

    InvalidValueError lists every problem of the first file that has any, or says that too many images are described.
    """
    found = [(name, image) for name in names for image in _spread(ports, name)]
    if len(found) > MOST:
        raise InvalidValueError(f"the files describe {len(found):,} images", allowed=f"{MOST} at most")
    kept = {id(image) for image in chosen([image for _, image in found], only)}
    return tuple((image, _config(ports, name, image).draft) for name, image in found if id(image) in kept)


def placed(ports: Ports, draft: Draft, checkout: str | None, repo: str | None) -> Draft:
    """The draft with the folder and the repository that the command line names; the same draft where it names none."""
    from canvos_tui.adapters.state_folder import home_of
    from canvos_tui.core.answers.draft import FolderChosen
    from canvos_tui.core.checkout.state import parse_repository

    if not (checkout or repo):
        return draft
    place = folder_of(ports, checkout) or draft.folder or home_of(ports.environ) / "CanvOS"
    return draft.after(FolderChosen(place, parse_repository(repo) if repo else draft.repository))


def _placed(ports: Ports, config: Config, checkout: str | None, repo: str | None) -> Config:
    named = {name for name, given in (("checkout", checkout), ("repository", repo)) if given}
    return replace(config, draft=placed(ports, config.draft, checkout, repo), given=config.given | named)


def _read(ports: Ports, name: str) -> Config:
    first, *more = _spread(ports, name)
    if more:
        raise InvalidValueError(
            f"{name} describes {1 + len(more)} images, and this takes one",
            remedy=f"canvos-tui answers export --config {word(name)} --only {_choice(first)} gives the answers of that one",
        )
    return _config(ports, name, first)


def _choice(image: Image) -> str:
    return " --only ".join(word(f"{name}={value}") for name, value in image.varied)


def _spread(ports: Ports, name: str) -> tuple[Image, ...]:
    import asyncio

    path = Path(name)

    text = asyncio.run(ports.files.read_text(path))
    if text is None:
        raise InvalidValueError(f"there is no file {path}", remedy="write one: NAME: value, one per line; the names are those of .arg")
    try:
        return spread(asyncio.run(ports.files.yaml(text, texts=True)))
    except InvalidValueError as error:
        remedy = error.remedy or "the file is YAML: one NAME: value a line"
        raise InvalidValueError(f"{path}: {error}", allowed=error.allowed, remedy=remedy) from None


def _config(ports: Ports, name: str, image: Image) -> Config:
    from canvos_tui.adapters.state_folder import home_of
    from canvos_tui.core.answers.draft_file import from_config

    config = from_config(image.data, ports.environ, home_of(ports.environ))
    if config.problems:
        listed = "\n".join(f"  {p}" for p in config.problems)
        where = f" for {image.label}" if image.varied else ""
        raise InvalidValueError(
            f"{name} has {len(config.problems)} problem{'s' if len(config.problems) > 1 else ''}{where}:\n{listed}",
            remedy="mend them and start again; nothing was done",
        )
    return config


def _from_here(checkout: str) -> str:
    """A path on a command line begins where its user stands; links stay links."""
    return checkout if checkout.startswith("~") else os.path.abspath(checkout)  # noqa: PTH100  `resolve` would follow links


def folder_of(ports: Ports, checkout: str | None) -> Path | None:
    """The folder that `--checkout` names; None where it was not given."""
    from canvos_tui.adapters.state_folder import home_of
    from canvos_tui.core.checkout.state import parse_folder

    return parse_folder(_from_here(checkout), home_of(ports.environ)) if checkout else None
