"""The app: holds the draft and the facts, saves on each change, moves between pages. Nothing else."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from textual import events, on, work
from textual.app import SystemCommand
from textual.binding import Binding
from textual.reactive import reactive
from textual.screen import Screen

from canvos_tui.core.errors import CanvosError
from canvos_tui.core.exit_codes import ExitCode
from canvos_tui.tui import collector
from canvos_tui.tui.doorstep import Doorstep
from canvos_tui.tui.job_control import watch_stops
from canvos_tui.tui.messages import Answered, BuildTold, CopyAsked, Entered, GoTo, Hinted, Learned, LeaveAsked, Until
from canvos_tui.tui.pace import Pace, PacedApp, far
from canvos_tui.tui.reflex import SAID, Reflex
from canvos_tui.tui.textual_inside import add_filter, is_leaving, write
from canvos_tui.tui.theme import DEFAULTS, dress
from canvos_tui.tui.way import Way

if TYPE_CHECKING:  # the first frame is painted before any of these is loaded: together they take as long as Textual itself
    from rich.console import RenderableType

    from canvos_tui.core.answers.draft import Draft
    from canvos_tui.core.pages import Page
    from canvos_tui.core.ports import Ports
    from canvos_tui.core.session import Session
    from canvos_tui.core.terminal.notice import Notice
    from canvos_tui.tui.opening import Room
    from canvos_tui.tui.page import PageScreen

    Load = Callable[[], Awaitable[Room]]


class CanvosApp(PacedApp[int]):
    """The wizard. Where `room` has to be loaded first, a frame is painted before, and keys that come too early wait."""

    TITLE = "canvos-tui"
    BINDINGS = [Binding("ctrl+c", "reflex", show=False, system=True), Binding("ctrl+z", "suspend_process", show=False)]

    # None only until the room is loaded; a real default would load it before the first frame
    draft: reactive[Draft] = reactive(cast("Draft", None), init=False)
    known: reactive[Session] = reactive(cast("Session", None), init=False)
    ports: Ports
    notice: Notice

    def __init__(self, room: Room | Load) -> None:
        super().__init__()
        environ = os.environ if callable(room) else room.ports.environ
        dress(self, environ)
        self.pace = Pace(active=far(environ))
        self._room = room
        self._early: list[events.Key] | None = [] if callable(room) else None  # typed before there is anything to receive it
        self._furnished = False
        self._reflex = Reflex()
        self._way = Way()
        self._opening = False
        self._leaving: tuple[int | None, int, RenderableType | None] | None = None  # how it is to end as soon as the page is open
        self.problem: CanvosError | None = None  # why nothing could be loaded
        self._saving = False
        self._saved: Draft | None = None
        if not callable(room):
            self._move_in(room)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """What a theme that is not ours lacks."""
        return DEFAULTS

    @property
    def left_with(self) -> Session | None:
        """What was known in the end, None when the user left before anything was loaded."""
        return self.known if self._furnished else None

    def restoring(self) -> str:
        """The sequence that gives the window its title back; to be written when the app has ended, whatever ended it."""
        return self.notice.restore() if self._furnished else ""

    def _move_in(self, room: Room) -> None:
        from canvos_tui.core.terminal.notice import Notice
        from canvos_tui.tui.painting.clean_filter import CleanFilter

        add_filter(self, CleanFilter())  # before this there is nothing to show that came from outside
        self._furnished = True
        self.ports = room.ports
        self.notice = Notice(room.ports.environ)
        self.set_reactive(CanvosApp.draft, room.draft)
        self.set_reactive(CanvosApp.known, room.known)
        self._saved = room.draft

    def get_default_screen(self) -> Screen[None]:
        """What stands there until the first page is made."""
        return Doorstep()

    async def on_mount(self) -> None:
        """Gives the terminal back whatever ends it; opens the first page where nothing has to be loaded."""
        with contextlib.suppress(ValueError):  # not the main thread
            watch_stops(self, lambda: write(self, self.restoring()))
        self.app_resume_signal.subscribe(self, lambda _: self.call_later(self.screen.refresh, layout=True))  # `fg` shows an empty window
        for number in (signal.SIGTERM, signal.SIGHUP):
            with contextlib.suppress(ValueError, NotImplementedError):  # not the main thread
                asyncio.get_running_loop().add_signal_handler(number, self.exit, None, 128 + number)
        if not callable(self._room):
            await self._open(self._room)

    def on_ready(self) -> None:
        """The first frame is on its way."""
        if callable(self._room):
            self.run_worker(self._load(), group="open")  # not in the app's own queue: what leaves has to be heard while it loads

    async def _load(self) -> None:
        assert callable(self._room)
        try:
            room = await self._room()
        except CanvosError as error:
            self.problem = error
            self.exit(return_code=ExitCode.USAGE)
            return
        if is_leaving(self):
            return  # the user has left meanwhile
        self._move_in(room)
        with self.batch_update():  # what was typed meanwhile has its effect in the first picture of the page
            await self._open(room)
            collector.release()
            keys, self._early = self._early or [], None
            await self.pressed(keys)
        self.screen.refresh()

    async def _open(self, room: Room) -> None:
        """Opens the first page; each page is a mode of its own, so that it keeps its widgets and its workers."""
        self._opening = True
        try:
            for page in self._pages():
                self.add_mode(page.slug, partial(self._make, page, room.opening.banner))
            await self._enter(room.opening.page)
        finally:
            self._opening = False
            if self._leaving is not None:
                self.exit(*self._leaving)
        if room.opening.hint:
            self.call_after_refresh(self.screen.post_message, Hinted(room.opening.hint))

    def _pages(self) -> tuple[Page, ...]:
        from canvos_tui.core.pages import PAGES

        return PAGES

    async def _enter(self, slug: str) -> None:
        with self.batch_update():  # else it is painted, laid out again and painted again
            await self.switch_mode(slug)
        self.screen.refresh()
        self.screen.post_message(Entered())

    def exit(self, result: int | None = None, return_code: int = 0, message: RenderableType | None = None) -> None:
        """Ends the app; a page that is being opened is waited for, because Textual cannot take down what it is still putting up."""
        if self._opening:
            self._leaving = (result, return_code, message)
        else:
            super().exit(result, return_code, message)

    async def on_event(self, event: events.Event) -> None:
        """Keys that come before the first page is there wait for it; those that leave do not."""
        if isinstance(event, events.Key) and self._early is not None and event.key not in {"ctrl+c", "ctrl+q"}:
            self._early.append(event)
            return
        if isinstance(event, events.Key) and event.key != "ctrl+c":
            self._reflex.forget()
        await super().on_event(event)

    def _make(self, page: Page, banner: str) -> PageScreen:
        from canvos_tui.tui.steps import new_page

        return new_page(self, page, self.ports, banner).begin(self.draft, self.known, self.size).data_bind(CanvosApp.draft, CanvosApp.known)

    @on(Answered)
    def _answered(self, event: Answered) -> None:
        self.draft = self.draft.after(event.answer)
        self._keep()

    @on(Learned)
    def _learned(self, event: Learned) -> None:
        self.known = self.known.after(event.fact)

    @on(BuildTold)
    def _told(self, event: BuildTold) -> None:
        write(self, self.notice.show(event.title, event.percent) + (self.notice.ring(event.ended) if event.ended else ""))

    @on(GoTo)
    async def _leave(self, event: GoTo) -> None:
        from canvos_tui.core.answers.draft import PageReached
        from canvos_tui.core.answers.on_route import passed_by
        from canvos_tui.tui.page import PageScreen

        slug = self._way.leads(self.current_mode, event, passed_by(self.draft))
        said = Hinted(event.why, Until.MENDED)
        if slug == self.current_mode and not (event.focus or event.why):
            said = Hinted(f"this is the { {'back': 'first', 'next': 'last'}.get(event.target, 'wanted') } screen already", Until.NEXT_KEY)
        self.screen.post_message(Hinted(""))  # it was about that page, and would stand there for ever
        self.draft = self.draft.after(PageReached(slug, self.known.run_id))
        self._keep()
        if slug != self.current_mode:
            await self._enter(slug)
        if said.text:
            self.screen.post_message(said)
        if event.focus and isinstance(self.screen, PageScreen):
            self.screen.stand_on(event.focus)

    @on(CopyAsked)
    @work(group="copy")
    async def _copy(self, event: CopyAsked) -> None:
        from canvos_tui.core.masking.outlet import shown

        try:
            copied = await self.ports.terminal.copy(shown(event.text))
        except CanvosError as error:
            self._say(f"x {event.what}: {error}. {error.remedy}")
            return
        write(self, copied.sequence)
        self._say(f"{event.what}: {copied.said}")

    def notify(self, message: str, **how: Any) -> None:
        """A box with words that may be somebody else's, such as an error of git."""
        from canvos_tui.core.masking.outlet import shown

        super().notify(shown(message), **how)

    def _say(self, text: str, until: Until = Until.REPLACED) -> None:
        """In the hint row where the screen has one: a box above the log would hide what the build says."""
        if self.screen.query("#hint"):
            self.screen.post_message(Hinted(text, until))
        else:
            self.notify(text, markup=False)

    def _keep(self) -> None:
        if not self._saving:
            self._saving = True
            self._save()

    @work(group="save", exit_on_error=False)
    async def _save(self) -> None:
        """Writes the newest draft until none is newer; a failure is said and never stops the wizard."""
        from canvos_tui.core.answers.draft_file import store

        try:
            while self._saved is not self.draft:
                latest = self.draft
                await store(self.ports.files, latest)
                self._saved = latest
        except CanvosError as error:
            self.notify(f"The answers could not be saved: {error}. {error.remedy}", severity="warning", markup=False)
        finally:
            self._saving = False

    @work(group="quit")
    async def action_quit(self, lost: str = "") -> None:  # type: ignore[override]  # a worker, because it asks
        """Asks when a build runs, which goes on unless it is cancelled; or when something is lost of which the user may not think."""
        if not self._furnished:
            self.exit(0)
            return
        from canvos_tui.tui.dialogs.quit_build import ask_to_leave

        if await ask_to_leave(self, self.ports, self.known, lost):
            if saving := [w for w in self.workers if w.group == "save"]:
                await self.workers.wait_for_complete(saving)
            await self.hush()
            self.exit(0)

    @on(LeaveAsked)
    def _leave_asked(self, event: LeaveAsked) -> None:
        self.action_quit(event.lost)

    def action_reflex(self) -> None:
        """Once it only says what it would do: keys that were typed are nowhere else. A build that runs is asked about anyway."""
        if not self._furnished or self.known.building or self._reflex.meant():
            self.action_quit()
        else:
            self._say(SAID, Until.NEXT_KEY)

    async def action_suspend_process(self) -> None:  # type: ignore[override]  # Textual awaits what an action returns
        """Ctrl+Z."""
        async with self.hushed():
            super().action_suspend_process()

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Every page by name, besides what Textual offers itself."""
        for page in self._pages() if self._furnished else ():
            yield SystemCommand(f"Go to {page.title}", f"screen {page.slug}", partial(self.post_message, GoTo(page.slug)))
        if self._furnished:
            yield from super().get_system_commands(screen)
