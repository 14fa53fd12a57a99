"""The doctor's document with all that surrounds the results: asked once more where a check asked it already, and never waited for long."""

from __future__ import annotations

import asyncio
import contextlib
import platform
from datetime import datetime
from typing import Any

from canvos_tui import __version__
from canvos_tui.core.checks.check import Context
from canvos_tui.core.checks.questions import canvos, machine
from canvos_tui.core.checks.report import Report
from canvos_tui.core.checks.reports.report_head import About, telling
from canvos_tui.core.checks.reports.report_json import document
from canvos_tui.core.errors import CanvosError

GIT_PATIENCE = 5.0  # seconds; a git that hangs has a check that says so, and nobody waits for it in silence before


async def about(context: Context, started: datetime, answers: str) -> About:
    """What the report begins with; nothing is asked for it that the checks did not ask, but the machine and the checkout."""
    host = checkout = docker = None
    with contextlib.suppress(CanvosError, OSError):
        host = await machine(context)
    asked = context.memo.get(f"checkout {context.draft.folder}")
    if asked is None or asked.done():  # a git that hangs is not waited for twice
        with contextlib.suppress(CanvosError, TimeoutError):
            async with asyncio.timeout(GIT_PATIENCE):
                checkout = await canvos(context)
    if (engine := context.memo.get("engine")) is not None and engine.done() and not engine.cancelled() and engine.exception() is None:
        docker = engine.result()
    ports, draft = context.ports, context.draft
    return About(
        __version__,
        platform.python_version(),
        started,
        (ports.clock.now() - started).total_seconds(),
        host,
        checkout,
        draft.folder,
        docker,
        answers,
        draft.route,
        telling(ports.environ),
    )


async def whole_report(report: Report, context: Context, started: datetime, answers: str = "") -> dict[str, Any]:
    """The document of schema `canvos-tui.doctor/1` of a report that was begun at `started`; `answers` says where those came from."""
    return document(report, await about(context, started, answers))
