"""Bundles of a run and of a machine, collected through the small fakes as the program collects them, and the screens that open them."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

from canvos_tui.adapters.catalogue import load_catalogue
from canvos_tui.commands.bundle_screen import _room, _seen
from canvos_tui.commands.diagnose import diagnosed
from canvos_tui.core.bundle.archive import Opened, unpack
from canvos_tui.core.bundle.collect import Wanted, collect
from canvos_tui.core.bundle.contents import DOCTOR, EVENTS
from canvos_tui.core.bundle.seen import Seen
from canvos_tui.core.checks.check import Context
from canvos_tui.core.checks.registry import CHECKS
from canvos_tui.core.checks.report import Report
from canvos_tui.core.checks.reports.whole_report import whole_report
from canvos_tui.core.checks.runner import run
from canvos_tui.core.run.codec import event_line
from canvos_tui.core.run.result import RunResult
from canvos_tui.tui.bundle.app import BundleApp
from canvos_tui.tui.opening import Room
from tests.doubles import canvos_repo
from tests.tui import story
from tests.tui.conftest import answered
from tests.tui.fakes import FakeTerminal, make_ports

SAID = "An error occurred (InvalidParameter) when calling the ImportSnapshot operation: The service role vmimport provided does not exist"
LOG = f"{story.LOG}    +aws-cloud-image | {SAID} or does not have sufficient permissions\n    +aws-cloud-image | + exit 1\n"
NAME = "canvos-support-20260823-1412-3f9a.zip"


def collected(root: Path, result: RunResult | None, *, of_run: bool = True) -> Opened:
    """A bundle as it was written and opened again, of a machine whose role vmimport is missing."""
    return asyncio.run(_collected(root, result, of_run=of_run))


async def _collected(root: Path, result: RunResult | None, *, of_run: bool) -> Opened:
    ports: Any = make_ports(root)
    ports.aws.account.role = False
    folder = canvos_repo.make(root / "home" / "CanvOS")
    canvos_repo.git(folder, "checkout", "-q", "v4.9.38")
    context = Context(ports, answered(folder))
    results = {found.check.id: found for found in await run(CHECKS, context, lambda _: None)}
    doctor = await whole_report(Report(CHECKS, results), context, ports.clock.now())
    run_id = await ports.runs.start(story.PLAN, answered(folder).keys) if of_run else ""
    if of_run:
        ports.runs.folder.mkdir(parents=True, exist_ok=True)
        ports.runs.lines = LOG
        ports.runs.open_log(run_id).close()
        events = "".join(f"{event_line(event)}\n" for event in story.IMPORTING)
        (ports.runs.folder / EVENTS).write_text(events, encoding="utf-8")
        if result is not None:
            ports.runs.results[run_id] = result
    _, data = await collect(ports, Wanted("0.9.9", run_id, folder, doctor))
    return unpack(data, NAME)


def seen_of(opened: Opened) -> Seen:
    """What the screens are given of it."""
    return _seen(opened, NAME, lambda log: diagnosed(iter([log]), load_catalogue()))


def seen_anywhere(root: Path, result: RunResult | None) -> Seen:
    """The same of a bundle that tells nothing of where it was collected, so that its files have the same sizes everywhere."""
    found = collected(root, result)
    files = {name: data.replace(str(root).encode(), b"/srv") for name, data in found.files.items()}
    seen = seen_of(Opened(found.manifest, files))
    return replace(seen, files={**seen.files, DOCTOR: seen.files[DOCTOR].ljust(90_000)})  # whatever the checks say


def app_of(seen: Seen) -> BundleApp:
    """The screens, whose clipboard is a fake's."""
    terminal = FakeTerminal()

    async def load() -> tuple[Room, Seen]:
        room = _room(seen)
        ports: Any = room.ports
        object.__setattr__(ports, "terminal", terminal)
        return room, seen

    return BundleApp(load)
