"""The app: holds the draft and the facts, saves on each change, moves between pages. Nothing else."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from textual import on, work
from textual.app import App, SystemCommand
from textual.binding import Binding
from textual.reactive import reactive
from textual.screen import Screen

from canvos_tui.core.checkout import checkout_id
from canvos_tui.core.draft import Draft, PageReached
from canvos_tui.core.draft_file import to_data
from canvos_tui.core.errors import CanvosError
from canvos_tui.core.known import Known
from canvos_tui.core.notice import Notice
from canvos_tui.core.ports import Ports
from canvos_tui.tui.dialogs.quit_build import ask_to_leave
from canvos_tui.tui.messages import Answered, BuildTold, CopyAsked, GoTo, Hinted, Learned
from canvos_tui.tui.page import Page, PageScreen
from canvos_tui.tui.steps import FOLDED, PAGES, neighbour

STYLES = Path(__file__).parent


@dataclass(frozen=True)
class Opening:
    """How the app opens: on which page, with which word in the top bar, which first hint, and what is known already."""

    page: str = "start"
    banner: str = ""
    hint: str = ""
    known: Known = field(default_factory=Known)


class CanvosApp(App[int]):
    """The wizard."""

    TITLE = "canvos-tui"
    CSS_PATH = [STYLES / "app.tcss", *sorted(STYLES.glob("steps/*.tcss"))]
    BINDINGS = [Binding("ctrl+c", "quit", show=False, system=True), Binding("ctrl+z", "suspend_process", show=False)]
    ENABLE_COMMAND_PALETTE = True

    draft: reactive[Draft] = reactive(Draft, init=False)
    known: reactive[Known] = reactive(Known, init=False)

    def __init__(self, ports: Ports, draft: Draft, opening: Opening | None = None) -> None:
        super().__init__()
        opening = opening or Opening()
        self.ports = ports
        self.set_reactive(CanvosApp.draft, draft)
        self.set_reactive(CanvosApp.known, opening.known)
        self.notice = Notice(ports.environ)
        self._opening = opening
        self._saving = False
        self._saved: Draft | None = draft

    async def on_mount(self) -> None:
        """Opens the first page; each page is a mode of its own, so that it keeps its widgets and its workers."""
        for page in PAGES:
            self.add_mode(page.slug, partial(self._make, page))
        await self.switch_mode(self._opening.page)
        if self._opening.hint:
            self.call_after_refresh(self.screen.post_message, Hinted(self._opening.hint))
        self.app_suspend_signal.subscribe(self, lambda _: self._say(self.notice.restore()), immediate=True)
        self.app_resume_signal.subscribe(self, lambda _: self.call_later(self.screen.refresh, layout=True))  # `fg` shows an empty window
        for number in (signal.SIGTERM, signal.SIGHUP):
            with contextlib.suppress(ValueError, NotImplementedError):  # not the main thread
                asyncio.get_running_loop().add_signal_handler(number, self.exit, None, 128 + number)

    def _make(self, page: Page) -> PageScreen:
        screen = PageScreen(page, self.ports, self._opening.banner)
        return screen.begin(self.draft, self.known).data_bind(CanvosApp.draft, CanvosApp.known)

    @on(Answered)
    def _answered(self, event: Answered) -> None:
        self.draft = self.draft.after(event.answer)
        self._keep()

    @on(Learned)
    def _learned(self, event: Learned) -> None:
        self.known = replace(self.known, **event.changes)

    @on(BuildTold)
    def _told(self, event: BuildTold) -> None:
        self._say(self.notice.show(event.title, event.percent) + (self.notice.ring(event.ended) if event.ended else ""))

    def _say(self, sequence: str) -> None:
        """Straight to the terminal: Textual has no title and no progress of its own."""
        if sequence and self._driver is not None:
            self._driver.write(sequence)

    @on(GoTo)
    async def _leave(self, event: GoTo) -> None:
        slug = event.target if event.target in FOLDED else neighbour(self.current_mode, event.target, several=self.draft.several)
        self.draft = self.draft.after(PageReached(slug))
        self._keep()
        await self.switch_mode(slug)
        if event.focus and isinstance(self.screen, PageScreen):
            self.screen.stand_on(event.focus)

    @on(CopyAsked)
    def _copy(self, event: CopyAsked) -> None:
        self.copy_to_clipboard(event.text)
        self.notify(f"{event.what}: sent to the terminal's clipboard (OSC 52; a terminal cannot confirm it)", markup=False)

    def _keep(self) -> None:
        if not self._saving:
            self._saving = True
            self._save()

    @work(group="save", exit_on_error=False)
    async def _save(self) -> None:
        """Writes the newest draft until none is newer; a failure is said and never stops the wizard."""
        try:
            while self._saved is not self.draft:
                latest = self.draft
                name = checkout_id(latest.folder) if latest.folder else "new"
                await self.ports.files.save_draft(name, to_data(latest))
                self._saved = latest
        except CanvosError as error:
            self.notify(f"The answers could not be saved: {error}. {error.remedy}", severity="warning", markup=False)
        finally:
            self._saving = False

    @work(group="quit", exclusive=True)
    async def action_quit(self) -> None:  # type: ignore[override]  # a worker, because it asks
        """Asks when a build runs; the build goes on unless it was cancelled."""
        if await ask_to_leave(self, self.ports, self.known):
            if saving := [w for w in self.workers if w.group == "save"]:
                await self.workers.wait_for_complete(saving)
            self.exit(0)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Every page by name, besides what Textual offers itself."""
        for page in PAGES:
            yield SystemCommand(f"Go to {page.title}", f"screen {page.slug}", partial(self.post_message, GoTo(page.slug)))
        yield from super().get_system_commands(screen)
