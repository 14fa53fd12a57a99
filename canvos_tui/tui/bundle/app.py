"""The screens of a bundle alone: what `canvos-tui diagnose BUNDLE` opens on a terminal. Nothing is asked, done or stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.screen import Screen

from canvos_tui.tui.app import CanvosApp
from canvos_tui.tui.doorstep import Doorstep
from canvos_tui.tui.messages import GoTo, LeaveAsked

if TYPE_CHECKING:  # as in the wizard, a frame is painted before these are loaded
    from collections.abc import Awaitable, Callable

    from canvos_tui.core.bundle.seen import Seen
    from canvos_tui.core.pages import Page
    from canvos_tui.tui.opening import Room
    from canvos_tui.tui.page import PageScreen

TITLE = "Reading the bundle"


class BundleApp(CanvosApp):
    """`seen` is there once the bundle was read."""

    def __init__(self, load: Callable[[], Awaitable[tuple[Room, Seen]]]) -> None:
        self.seen: Seen | None = None
        self._load_seen = load
        super().__init__(self._room_of_it)

    async def _room_of_it(self) -> Room:
        room, self.seen = await self._load_seen()
        return room

    def get_default_screen(self) -> Screen[None]:
        """What stands there until the bundle is read."""
        return Doorstep(TITLE)

    def _pages(self) -> tuple[Page, ...]:
        from canvos_tui.tui.bundle.places import places

        assert self.seen is not None
        return places(self.seen)

    def _make(self, page: Page, banner: str) -> PageScreen:  # noqa: ARG002  it has one of its own
        from canvos_tui.tui.bundle.page import BundlePage
        from canvos_tui.tui.bundle.panels import Files, SeenChecks, SeenFailure, SeenLog, SeenResult
        from canvos_tui.tui.painting.sheets import read_sheets
        from canvos_tui.tui.textual_inside import knows_the_styles

        panels = {"result": (SeenFailure, SeenResult), "build": (SeenLog,), "check": (SeenChecks,), "files": (Files,)}
        assert self.seen is not None
        read_sheets(self, page.slug)
        screen = BundlePage(page, panels[page.slug], self.ports, self.seen)
        knows_the_styles(self, screen)
        return screen.begin(self.draft, self.known, self.size).data_bind(CanvosApp.draft, CanvosApp.known)

    @on(GoTo)
    async def _goes(self, event: GoTo) -> None:
        """To another screen of the bundle, or out."""
        event.prevent_default()
        slugs = [page.slug for page in self._pages()]
        at = slugs.index(self.current_mode)
        steps = {"next": slugs[(at + 1) % len(slugs)], "back": slugs[max(0, at - 1)]}
        slug = steps.get(event.target, event.target)
        if slug not in slugs:
            self.exit(0)
        elif slug != self.current_mode:
            await self._enter(slug)

    async def action_quit(self) -> None:  # type: ignore[override]  # the wizard's is a worker, because it asks
        """No build of ours can be running: nothing to ask."""
        self.exit(0)

    @on(LeaveAsked)
    def _leave_asked(self, event: LeaveAsked) -> None:
        """Nothing is typed here that could be lost."""
        event.prevent_default()
        self.exit(0)

    def _keep(self) -> None:
        """Nothing of a bundle is kept."""
