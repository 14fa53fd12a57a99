"""`diagnose` on a bundle, for whoever sits at a terminal: the screens of run and doctor, then the verdict in a few lines."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from canvos_tui.core.exit_codes import ExitCode

if TYPE_CHECKING:
    from canvos_tui.core.answers.draft import Draft
    from canvos_tui.core.bundle.archive import Opened
    from canvos_tui.core.bundle.seen import Seen
    from canvos_tui.core.diagnosis.diagnosis import Diagnosis
    from canvos_tui.tui.bundle.app import BundleApp
    from canvos_tui.tui.opening import Room

Read = Callable[[bytes], "Diagnosis"]


def open_bundle(opened: Opened, name: str, read: Read) -> int:
    """Shows it until it is left; `read` says what its log proves. The exit code is that of the same bundle in lines."""
    from canvos_tui.commands.distance import suit
    from canvos_tui.tui import collector

    suit(os.environ)
    collector.hold()
    from canvos_tui.tui.bundle.app import BundleApp

    async def load() -> tuple[Room, Seen]:
        seen = await asyncio.to_thread(_seen, opened, name, read)
        return _room(seen), seen

    app = BundleApp(load)
    _run(app)
    return app.return_code or (_told(opened, app.seen) if app.seen is not None else ExitCode.OK)


def _seen(opened: Opened, name: str, read: Read) -> Seen:
    from canvos_tui.core.bundle.contents import LOG
    from canvos_tui.core.bundle.masked_again import masked_again
    from canvos_tui.core.bundle.seen import seen

    found = read(opened.files[LOG]) if LOG in opened.files else None
    return seen(masked_again(opened), name, found)


def _room(seen: Seen) -> Room:
    from canvos_tui.core.bundle.contents import LOG
    from canvos_tui.core.session import Session
    from canvos_tui.tui.bundle.places import places
    from canvos_tui.tui.opening import Opening, Room
    from canvos_tui.wiring import sealed_ports

    ports = sealed_ports(dict(os.environ), Path(Path(seen.name).name) / LOG, seen.files.get(LOG, b""), seen.at)
    known = Session(report=seen.report, reported_at=seen.asked_at, run_id=seen.run, plan=seen.plan, result=seen.result)
    return Room(ports, _draft(seen), Opening(page=places(seen)[0].slug, known=known))


def _draft(seen: Seen) -> Draft:
    from canvos_tui.core.answers.beginning import fresh

    draft = replace(fresh(), folder=seen.folder)
    return replace(draft, tag=seen.plan.tag) if seen.plan is not None else draft


def _run(app: BundleApp) -> None:
    """Until it is left; what ended it otherwise is raised."""
    from canvos_tui.commands.kept_look import keep_mouse, keep_worn, wear_kept
    from canvos_tui.commands.output import write_raw

    wear_kept(os.environ)
    app.run(mouse=app.mouse)
    keep_worn(os.environ, app)
    keep_mouse(os.environ, app)
    write_raw(sys.stdout, app.restoring())
    for problem in (app.crash, app.problem):
        if problem is not None:
            raise problem


def _told(opened: Opened, seen: Seen) -> int:
    """What stays on the terminal."""
    from canvos_tui.commands.output import write_lines
    from canvos_tui.core.bundle.contents import DOCTOR
    from canvos_tui.core.bundle.opened import head_lines
    from canvos_tui.core.checks.reports import read_report

    lines, found = head_lines(opened), seen.found
    document = opened.document(DOCTOR)
    if found is None:
        lines.append(f"doctor    {read_report.headline(document)}")
    else:
        lines.append(f"result    {found.result}" + (f" in {found.phase.title}" if found.phase is not None else ""))
        lines += [f"cause     {found.cause.id}: {found.cause.title}"] if found.cause is not None else []
    lines.append(f"more      canvos-tui diagnose --plain {seen.name}")
    write_lines(lines)
    return found.exit_code if found is not None else read_report.exit_code(document)
