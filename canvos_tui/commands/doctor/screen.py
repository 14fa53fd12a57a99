"""The doctor on a terminal: the check screen, then its verdict on the terminal and in the exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from canvos_tui.core.exit_codes import ExitCode

if TYPE_CHECKING:
    from pathlib import Path

    from canvos_tui.commands.doctor.draft import Source
    from canvos_tui.core.answers.draft import Draft
    from canvos_tui.core.checks.report import Report
    from canvos_tui.core.checks.selection import Plan
    from canvos_tui.tui.doctor_app import DoctorApp
    from canvos_tui.tui.opening import Room

Prepare = Callable[[], "tuple[Plan, Source]"]


def open_doctor(prepare: Prepare, fail_on: str, *, save: bool = True) -> int:
    """Shows the screen until it is left; the wizard follows when that was asked for, with its own exit code.

    What `prepare` gives is loaded after the first frame; CanvosError from it ends the screen and is raised here.
    """
    from canvos_tui.commands.distance import suit
    from canvos_tui.tui import collector

    suit(os.environ)
    collector.hold()
    from canvos_tui.tui.doctor_app import DoctorApp

    plans: list[tuple[Plan, Source]] = []

    async def room() -> Room:
        from canvos_tui.core.checks.report import Report
        from canvos_tui.core.session import Session
        from canvos_tui.tui.opening import Opening, Room

        made, source = prepare()
        draft, trouble = await source.draft()
        made = made.on(draft.route)
        plans.append((made, source))
        known = Session(report=Report(made.asked), final=source.final)
        return Room(source.ports, draft, Opening(page="check", hint=f"! {trouble}" if trouble else "", known=known))

    app = DoctorApp(room)
    _run(app)
    if app.return_code or app.report is None:  # a crash, a signal, or left before there was anything to see
        return app.return_code or ExitCode.UNDETERMINED
    made, source = plans[0]
    if save:
        _kept(source, app.draft, app.report)
    code = _told(made, app.report, fail_on, app.draft.folder)
    return (_wizard(app.draft) or code) if app.go_on else code  # going on does not make a machine ready


def _run(app: DoctorApp) -> None:
    """Until it is left; what ended it otherwise is raised."""
    from canvos_tui.commands.kept_look import keep_mouse, keep_worn, wear_kept

    wear_kept(os.environ)
    app.run(mouse=app.mouse)
    keep_worn(os.environ, app)
    keep_mouse(os.environ, app)
    for problem in (app.crash, app.problem):
        if problem is not None:
            raise problem


def _kept(source: Source, draft: Draft, report: Report) -> None:
    """What passed, for the report of a day on which it does not."""
    import asyncio

    from canvos_tui.adapters.last_passed import keep_passes, load_passes
    from canvos_tui.core.checks.check import Context
    from canvos_tui.core.checks.reports.last_passed import after
    from canvos_tui.core.checks.reports.whole_report import about

    ports = source.ports
    facts = asyncio.run(about(Context(ports, draft), ports.clock.now(), source.origin(draft)))
    keep_passes(ports.environ, draft.folder, after(load_passes(ports.environ, draft.folder), report, facts))


def _told(made: Plan, left: Report, fail_on: str, folder: Path | None) -> int:
    from canvos_tui.core.checks.reports.report_text import short
    from canvos_tui.core.checks.selection import exit_code, told
    from canvos_tui.core.terminal.plain_ascii import to_ascii, wanted

    report = told(made, left)
    text = short(report, folder)
    sys.stdout.write(to_ascii(text) if wanted(os.environ) else text)
    return exit_code(report, fail_on)


def _wizard(draft: Draft) -> int:
    from canvos_tui.commands.wizard import open_wizard

    return open_wizard(str(draft.folder) if draft.folder else None)
