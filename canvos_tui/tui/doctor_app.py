"""The check screen alone: what `canvos-tui doctor` opens on a terminal. Nothing is stored, whatever is pressed."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from textual import on
from textual.screen import Screen

from canvos_tui.tui.app import CanvosApp
from canvos_tui.tui.doorstep import Doorstep
from canvos_tui.tui.messages import GoTo, LeaveAsked

if TYPE_CHECKING:  # as in the wizard, a frame is painted before these are loaded
    from canvos_tui.core.checks.report import Report

TITLE = "Checking the prerequisites"
_PATIENCE = 0.3  # seconds in which the frame alone may stand there; then the list is shown, with or without an answer


class DoctorApp(CanvosApp):
    """`report` holds the answers when it is left, None when there was no page yet; `go_on` says that the wizard is wanted next."""

    report: Report | None = None
    go_on = False

    def get_default_screen(self) -> Screen[None]:
        """What stands there until the checks are listed."""
        return Doorstep(TITLE)

    async def _enter(self, slug: str) -> None:
        with self.batch_update():
            await super()._enter(slug)
            await self._first_answers()
        self.screen.refresh()

    async def _first_answers(self) -> None:
        """They come within moments: the list is painted with them, not before and again."""
        from canvos_tui.tui.steps.step00_prerequisites import Prerequisites

        first = asyncio.Event()
        for panel in self.screen.query(Prerequisites):
            panel.when_told(first.set)
        with suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE):
                await first.wait()

    @on(GoTo)
    def _left(self, event: GoTo) -> None:
        """There are no other pages here: on goes to the wizard, back to the shell."""
        event.prevent_default()
        self.go_on = event.target == "next"
        self._close()

    async def action_quit(self) -> None:  # type: ignore[override]  # the wizard's is a worker, because it asks
        """No build of ours can be running: nothing to ask."""
        self._close()

    @on(LeaveAsked)
    def _leave_asked(self, event: LeaveAsked) -> None:
        """Nothing is typed here that could be lost."""
        event.prevent_default()
        self._close()

    def _close(self) -> None:
        if self.left_with is not None:
            from canvos_tui.tui.steps.step00_prerequisites import Prerequisites

            for screen in self.screen_stack:  # a question or a text may lie above the page
                for panel in screen.query(Prerequisites):
                    self.report = panel.report
        self.exit(0)

    def _keep(self) -> None:
        """The doctor changes nothing, not even our own files."""
