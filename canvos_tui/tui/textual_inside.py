"""The parts of Textual that are nobody's business but its own, and that we use all the same: each with the reason.

Everything private stands here, so that a new version of Textual has one place to look at; tests/tui/test_textual_inside.py fails when
one of them is gone, works differently, or is used elsewhere.
"""

from __future__ import annotations

import asyncio
from typing import Any, TypeVar

from textual.app import App, ScreenStackError
from textual.css.query import NoMatches
from textual.dom import DOMNode, NoScreen
from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver
from textual.filter import LineFilter
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets._toast import ToastRack
from textual.worker import WorkerFailed

Result = TypeVar("Result")
LAST_WISH = 2.0  # seconds for workers to kill their processes and to close what they opened


def write(app: App[Any], sequence: str) -> None:
    """Sends a sequence straight to the terminal; nothing where there is none.

    `App._driver`: Textual has no public way for the window's title, progress, a copy wrapped for tmux, or a question to the terminal.
    """
    if sequence and app._driver is not None:
        app._driver.write(sequence)


def has_terminal(app: App[Any]) -> bool:
    """Whether what is written goes anywhere (`App._driver`)."""
    return app._driver is not None


def driver_of(app: App[Any]) -> Driver | None:
    """What stands between the app and its terminal (`App._driver`); None before it runs."""
    return app._driver


def hold_mouse(app: App[Any], *, on: bool) -> None:
    """Has the terminal tell of its mouse, or keep it (`LinuxDriver._mouse` and what it asks: Textual decides that once, at the start)."""
    driver = app._driver
    if not isinstance(driver, LinuxDriver):
        return
    if on:
        driver._mouse = True
        driver._enable_mouse_support()
    else:
        driver._disable_mouse_support()
        driver._mouse = False


def add_filter(app: App[Any], added: LineFilter) -> None:
    """Has every line go through one more filter before it is painted (`App._filters`: Textual chooses its own and takes no others)."""
    app._filters.append(added)


def wears(app: App[Any]) -> None:
    """Has an app that does not run yet wear the theme that was set (`App._refresh_truecolor_filter`).

    Textual makes its filter for a terminal's colours when the app is made, and anew only when the theme of a running app changes.
    """
    dark = app.current_theme.dark
    app.set_class(dark, "-dark-mode", update=False)
    app.set_class(not dark, "-light-mode", update=False)
    app._refresh_truecolor_filter(app.ansi_theme)


def is_leaving(app: App[Any]) -> bool:
    """Whether the app was told to end (`App._exit`: `exit()` only asks for it, and nothing public says that it was asked)."""
    return app._exit


def knows_the_styles(app: App[Any], screen: Screen[Any]) -> None:
    """Tells a new screen that the app's style sheets are those of now (`_css_update_count` of both).

    Each widget takes its styles when it is mounted. Textual holds every new screen for outdated all the same, and reads all style sheets
    anew, twice, whenever a page is shown for the first time.
    """
    screen._css_update_count = app._css_update_count


class SparingScreen(Screen[Result]):
    """A screen that is painted once when it is opened within `App.batch_update`, and once when it is laid out and painted anew.

    `Screen._compositor_refresh`, `App._batch_count`: Textual paints all of it meanwhile, twice, and throws it away.
    `Screen._on_timer_update`, `_layout_required`, `_repaint_required`, `_dirty_widgets`: it paints what it has laid out, and then, where
    all was to be painted anyway, all of that again.
    `Screen._extend_compose`: it puts a box for tooltips on every screen, of which we have none, and the place for notifications, which
    comes with the first of them.
    """

    def _extend_compose(self, widgets: list[Widget]) -> None:
        """Nothing beside what the screen composes itself."""

    def _on_timer_update(self) -> None:
        if self._layout_required and self._repaint_required:
            self._repaint_required = False
            self._dirty_widgets.add(self)  # painted with the layout
        super()._on_timer_update()

    def _compositor_refresh(self) -> None:
        if not self.app._batch_count:
            super()._compositor_refresh()


class StillScreen(SparingScreen[Result]):
    """A screen that is complete when it is shown first.

    `Screen._on_timer_update` lays it out and paints it a second time, because its widgets asked for that when they were mounted.
    """

    _stands = False

    def _on_timer_update(self) -> None:
        if not self._stands and self._compositor.size == self.outer_size:  # painted as a whole when it came up
            self._stands, self._layout_required, self._repaint_required = True, False, False
            self._dirty_widgets.clear()
        super()._on_timer_update()


class SparingApp(App[Result]):
    """An app that gives no styles to what is nowhere yet.

    `App.update_styles`: a widget's constructor sets classes, Textual looks for its styles each time, and again when it is mounted.
    """

    def update_styles(self, node: DOMNode, animate: bool = True) -> None:  # noqa: FBT001, FBT002  Textual's signature
        """Those of a node and of all below it."""
        if node is self or node.parent is not None:
            super().update_styles(node, animate)

    def _refresh_notifications(self) -> None:
        """`App._refresh_notifications` shows them in a place that a SparingScreen has only where there are some (`App._notifications`)."""
        screen = self.screen_stack[-1] if self.screen_stack else None
        if self._notifications and isinstance(screen, SparingScreen) and screen.is_mounted and not screen.query_children(ToastRack):
            self.call_later(screen.mount(ToastRack(id="textual-toastrack"), before=0))
        super()._refresh_notifications()


class QuietlyLeavingApp(SparingApp[Result]):
    """An app whose handlers may still run while its screens are taken down.

    `App._handle_exception`: such a handler misses what is gone already, and Textual would print a traceback over a good end. What
    fails in a worker comes wrapped. `App._shutdown`: screens also go without `exit()`, when the terminal does.
    """

    _taken_down = False

    async def _shutdown(self) -> None:
        self._taken_down = True
        await super()._shutdown()
        ending = [asyncio.ensure_future(worker.wait()) for worker in self.workers if worker.is_running]
        if ending:  # told to stop; whoever ends the loop now would cut off how they clean up
            await asyncio.wait(ending, timeout=LAST_WISH)
            for done in ending:
                if done.done() and not done.cancelled():
                    done.exception()  # heard of by its own handler already

    crash: BaseException | None = None  # a bug of ours that ended it; whoever ran the app tells of it

    def _fatal_error(self) -> None:
        """`App._fatal_error` prints every local of every frame, and a typed secret is one of them: the terminal is left without a word.

        `App._close_messages_no_wait` ends the app as Textual's own does.
        """
        self.bell()
        self._close_messages_no_wait()

    def _handle_exception(self, error: Exception) -> None:
        failed = error.error if isinstance(error, WorkerFailed) else error
        leaving = self._taken_down or is_leaving(self)
        if not (leaving and isinstance(failed, NoMatches | NoScreen | ScreenStackError)):
            self.crash = self.crash or failed
            super()._handle_exception(error)
