"""`answers`: what was answered, as a file. And the answers that any command starts with: of a checkout, used last, or fresh ones."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

    from canvos_tui.core.answers.draft import Draft
    from canvos_tui.core.ports import Ports


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command."""
    from canvos_tui.commands.argument_types import choice

    parser = commands.add_parser(
        "answers",
        help="your answers, or those of a run, as a file for --config",
        description="Prints an answers file for another machine, a colleague, a pipeline. No secret is in it.",
        epilog="Example: canvos-tui answers export --to edge.yaml",
    )
    parser.add_argument("action", choices=("export",), metavar="export", help="print them, or write them with --to")
    parser.add_argument("run_id", nargs="?", metavar="RUN", help="those of a run (default: the wizard's)")
    parser.add_argument("--config", metavar="FILE", help="one image of this answers file")
    parser.add_argument("--only", action="append", default=[], type=choice, metavar="NAME=VALUE", help="with --config: the image with it")
    parser.add_argument("--to", metavar="FILE", help="a new file, mode 0600 (default: standard output)")
    parser.set_defaults(run=export)


def export(args: argparse.Namespace) -> int:
    """0 when they were printed or written; FilesError where there is a file already, RunError for a run that there is not."""
    from canvos_tui.adapters.new_file import write_new
    from canvos_tui.core.answers.answers_file import to_answers_file
    from canvos_tui.core.errors import FilesError
    from canvos_tui.wiring import real_ports

    ports = real_ports(dict(os.environ))
    text = to_answers_file(_chosen(ports, args))
    if args.to is None:
        sys.stdout.write(text)
        return 0
    path = Path(args.to)
    if not write_new(path, text.encode()):
        raise FilesError(f"{path} is there already", remedy="name a new file; nothing is written over")
    sys.stderr.write(f"wrote {path}\n")
    return 0


def _chosen(ports: Ports, args: argparse.Namespace) -> Draft:
    """The answers of a run, of one image of a file, or the wizard's own; InvalidValueError where it is not clear whose."""
    import asyncio

    from canvos_tui.commands.config import images_of, placed
    from canvos_tui.core.answers.answers_file import of_plan
    from canvos_tui.core.errors import InvalidValueError

    if args.only and args.config is None:
        raise InvalidValueError("--only chooses an image of an answers file", remedy="name the file: --config FILE")
    if args.run_id and args.config is not None:
        raise InvalidValueError("RUN and --config are two sources", remedy="leave one out")
    if args.run_id:
        return of_plan(asyncio.run(ports.runs.plan(args.run_id)))
    if args.config is None:
        return load(ports, args.checkout, args.repo)
    found = images_of(ports, (args.config,), args.only)
    if len(found) > 1:
        listed = "\n".join(f"  {image.label}" for image, _ in found)
        raise InvalidValueError(f"these are {len(found)} images:\n{listed}", remedy="choose one with --only NAME=VALUE, or more of them")
    return placed(ports, found[0][1], args.checkout, args.repo)


def load(ports: Ports, checkout: str | None, repo: str | None, *, stored: bool = True) -> Draft:
    """As `draft_of`, for whoever has no event loop yet."""
    import asyncio

    return asyncio.run(draft_of(ports, checkout, repo, stored=stored))


async def draft_of(ports: Ports, checkout: str | None, repo: str | None, *, stored: bool = True) -> Draft:
    """The draft of that checkout, else the newest one, else a fresh one, of what was built last; one of nothing unless `stored`."""
    from canvos_tui.adapters.state_folder import home_of
    from canvos_tui.commands.config import folder_of
    from canvos_tui.core.answers.beginning import fresh
    from canvos_tui.core.answers.draft import FolderChosen
    from canvos_tui.core.answers.draft_file import from_data
    from canvos_tui.core.checkout.state import checkout_id, parse_repository

    folder = folder_of(ports, checkout)
    names = [checkout_id(folder)] if folder else [name for name, _ in await ports.files.drafts()]
    names = names if stored else []
    if folder is None and stored and not names:
        folder = await _built_last(ports)
    draft = (from_data(await ports.files.load_draft(names[0])) if names else None) or fresh(ports.environ, folder)
    if folder or repo:
        place = folder or draft.folder or home_of(ports.environ) / "CanvOS"
        draft = draft.after(FolderChosen(place, parse_repository(repo) if repo else draft.repository))
    return draft


async def _built_last(ports: Ports) -> Path | None:
    """The checkout of the newest run, whoever started it; None where there is no run, or its checkout went away."""
    runs = await ports.runs.infos()
    folder = Path(runs[0].checkout) if runs else None
    return folder if folder and (folder / "earthly.sh").is_file() else None
