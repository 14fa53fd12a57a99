"""What we use of Textual's own inside is still there, does what we rely on, and is used in one place."""

from __future__ import annotations

import ast
import asyncio
import inspect
import io
from contextlib import redirect_stderr, suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from rich.segment import Segment
from textual import work
from textual._compositor import Compositor
from textual.app import App, ComposeResult, ScreenStackError
from textual.color import Color
from textual.css.query import NoMatches
from textual.css.stylesheet import Stylesheet
from textual.dom import DOMNode, NoScreen
from textual.filter import LineFilter
from textual.screen import Screen
from textual.widgets import Input, Static
from textual.widgets._toast import Toast
from textual.worker import WorkerFailed

import canvos_tui.tui
from canvos_tui.tui.textual_inside import (
    QuietlyLeavingApp,
    SparingApp,
    SparingScreen,
    StillScreen,
    add_filter,
    has_terminal,
    is_leaving,
    knows_the_styles,
    write,
)
from tests.tui.screen import until

ROOT = Path(canvos_tui.tui.__file__).parent


class Marks(LineFilter):
    """Remembers that a line went through it."""

    def __init__(self) -> None:
        super().__init__()
        self.lines = 0

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        self.lines += 1
        return segments


async def test_a_sequence_reaches_the_driver_and_nothing_is_lost_without_one():
    app = App[None]()
    assert not has_terminal(app)
    write(app, "\x1b]0;title\x07")  # nowhere to go, no error
    async with app.run_test():
        assert has_terminal(app)
        sent: list[str] = []
        app._driver.write = sent.append  # type: ignore[union-attr, method-assign]
        write(app, "")
        write(app, "\x1b]0;title\x07")
        assert sent == ["\x1b]0;title\x07"]


async def test_a_filter_sees_every_line_that_is_painted():
    app, marks = App[None](), Marks()
    add_filter(app, marks)
    async with app.run_test(size=(40, 10)) as pilot:
        app.refresh()
        await pilot.pause()
        app.screen._compositor.render_strips()  # what a terminal would be sent; a test has none
        assert marks.lines


async def test_it_is_known_that_the_app_was_told_to_end():
    app = App[None]()
    async with app.run_test():
        assert not is_leaving(app)
        app.exit()
        assert is_leaving(app)


async def test_an_error_of_a_screen_that_is_gone_is_heard_of_only_while_nobody_leaves():
    assert list(inspect.signature(App._handle_exception).parameters) == ["self", "error"]
    app = QuietlyLeavingApp[None]()
    async with app.run_test():
        app.exit()
        app._handle_exception(NoMatches("gone"))
        assert app._exception is None
        assert app.return_code == 0
    loud = QuietlyLeavingApp[None]()
    async with loud.run_test():
        loud._exception_event = None  # type: ignore[assignment]  # run_test would raise what comes now
        seen: list[Exception] = []
        App._handle_exception, kept = lambda self, error: seen.append(error), App._handle_exception  # type: ignore[method-assign]
        try:
            loud._handle_exception(NoMatches("still wanted"))
        finally:
            App._handle_exception = kept  # type: ignore[method-assign]
        assert [str(error) for error in seen] == ["still wanted"]


class Asks(QuietlyLeavingApp[None]):
    """A worker of a screen looks for what was taken down a moment ago, as an answer does that comes while the app ends."""

    def compose(self) -> ComposeResult:
        """What is looked for."""
        yield Static("", id="there")

    @work
    async def ask(self, taken_down: asyncio.Event) -> None:
        with suppress(asyncio.CancelledError):  # the answer comes all the same
            await taken_down.wait()
        while self.screen_stack and self.query("#there"):
            await asyncio.sleep(0)
        self.query_one("#there", Static).update("answered")


@pytest.mark.parametrize("told", [True, False], ids=["after exit()", "taken down without it"])
async def test_an_answer_that_comes_while_the_screens_go_is_no_error(told):
    app, taken_down = Asks(), asyncio.Event()
    async with app.run_test() as pilot:
        asking = app.ask(taken_down)
        await pilot.pause()
        if told:
            app.exit()
    with suppress(WorkerFailed):
        await asking.wait()
    assert isinstance(asking.error, NoMatches | NoScreen)
    assert app._exception is None


async def test_a_key_that_climbs_to_the_app_while_the_screens_go_is_no_error():
    app = QuietlyLeavingApp[None]()
    async with app.run_test():
        app.exit()
        stack, kept = app._screen_stack, list(app._screen_stack)
        stack.clear()
        with pytest.raises(ScreenStackError) as failed:
            await app._check_bindings("f8")
        app._handle_exception(failed.value)
        stack.extend(kept)
    assert app._exception is None


async def test_a_worker_cleans_up_before_the_app_is_gone():
    cleaned: list[str] = []

    class Cleans(QuietlyLeavingApp[None]):
        """A worker with something to put away."""

        @work
        async def ask(self) -> None:
            try:
                await asyncio.sleep(60)
            finally:
                await asyncio.sleep(0.05)
                cleaned.append("done")

    app = Cleans()
    async with app.run_test() as pilot:
        app.ask()
        await pilot.pause()
    assert cleaned == ["done"]


class Coloured(Screen[None]):
    """Its colour is the theme's."""

    CSS = "Coloured { background: $primary; }"


async def test_a_new_screen_has_its_styles_without_a_second_reading_and_follows_the_theme():
    app = App[None]()
    async with app.run_test() as pilot:
        await pilot.pause()
        read: list[str] = []
        reparse = app.stylesheet.reparse

        def count() -> None:
            read.append("again")
            reparse()

        app.stylesheet.reparse = count  # type: ignore[method-assign]
        screens = [Coloured(), Coloured()]
        for number, screen in enumerate(screens):
            knows_the_styles(app, screen)
            app.add_mode(f"{number}", lambda screen=screen: screen)  # type: ignore[misc]
            await app.switch_mode(f"{number}")
        assert read == ["again"], "for the style sheet of the first, which was not known yet"
        before = screens[1].styles.background
        assert before == Color.parse(app.current_theme.primary)
        app.theme = "textual-light"
        await pilot.pause()
        assert screens[1].styles.background == Color.parse(app.current_theme.primary) != before


async def test_a_page_that_is_opened_within_a_batch_is_painted_when_it_is_whole(monkeypatch):
    seen: list[tuple[str, bool]] = []  # which screen was painted, and whether within a batch
    whole = Compositor.render_update

    def count(self: Compositor, **how: Any) -> Any:
        seen.append((type(app.screen).__name__, app._batch_count > 0))
        return whole(self, **how)

    class Usual(Screen[None]):
        def compose(self):
            yield Static("words")

    class Sparing(SparingScreen[None], Usual):
        """The same of ours."""

    monkeypatch.setattr(Compositor, "render_update", count)
    app = App[None]()
    async with app.run_test() as pilot:
        for kind in (Usual, Sparing):
            app.add_mode(kind.__name__, kind)
            with app.batch_update():
                await app.switch_mode(kind.__name__)
                await pilot.pause()
            app.screen.refresh()
            await until(pilot, partial(seen.__contains__, (kind.__name__, False)))
            assert "words" in str(app.screen.query_one(Static).visual)
    assert ("Usual", True) in seen, "Textual paints within a batch no more, and ours is not needed"
    assert ("Sparing", True) not in seen


@pytest.mark.parametrize(("kind", "times"), [(Screen, 2), (SparingScreen, 1)])
async def test_what_is_laid_out_and_painted_anew_is_painted_once(kind, times, monkeypatch):
    """Textual's own twice: when it does so no longer, ours has nothing to do."""
    painted: list[Compositor] = []
    whole = Compositor.render_update

    def count(self: Compositor, **how: Any) -> Any:
        painted.append(self)
        return whole(self, **how)

    monkeypatch.setattr(Compositor, "render_update", count)

    class Page(kind):  # type: ignore[misc, valid-type]  # either
        def compose(self):
            yield Static("words")

    app = App[None]()
    async with app.run_test() as pilot:
        await app.push_screen(Page())
        await pilot.pause()
        app.screen.refresh(layout=True)
        painted.clear()
        app.screen._on_timer_update()
        assert len(painted) == times


@pytest.mark.parametrize(("kind", "times"), [(SparingScreen, 2), (StillScreen, 1)])
async def test_a_screen_that_is_complete_is_painted_once_when_it_comes(kind, times, monkeypatch):
    """Textual's own twice: when it does so no longer, ours has nothing to do."""
    painted: list[Compositor] = []
    whole = Compositor.render_update

    def count(self: Compositor, **how: Any) -> Any:
        painted.extend([self] * bool(self._dirty_regions or how.get("full")))
        return whole(self, **how)

    class Page(kind):  # type: ignore[misc, valid-type]  # either
        def compose(self):
            yield Static("words")

    app = App[None]()
    async with app.run_test() as pilot:
        monkeypatch.setattr(Compositor, "render_update", count)
        await app.push_screen(page := Page())
        await until(pilot, lambda: len(painted) >= times)
        for _ in range(3):
            await pilot.pause(0.05)
        assert len(painted) == times
        page.refresh(layout=True)
        await until(pilot, lambda: len(painted) > times)
        assert "words" in str(page.query_one(Static).visual)


async def test_the_place_for_notifications_comes_with_the_first_and_there_is_no_box_for_tooltips():
    class Page(SparingScreen[None]):
        def compose(self):
            yield Static("words")

    def boxes(screen: Screen[Any]) -> list[str]:
        return [type(child).__name__ for child in screen.children]

    usual, app = App[None](), SparingApp[None]()
    async with usual.run_test(tooltips=True, notifications=True):
        assert boxes(usual.screen) == ["ToastRack", "Tooltip"], "Textual makes none of them, and ours has nothing to leave out"
    async with app.run_test(tooltips=True, notifications=True) as pilot:
        await app.push_screen(page := Page())
        assert boxes(page) == ["Static"]
        app.notify("the first", timeout=60)
        app.notify("the second", timeout=60)
        await until(pilot, lambda: len(page.query(Toast)) == 2)
        assert boxes(page) == ["ToastRack", "Static"]
        await app.push_screen(other := Page())  # it shows what is still told
        await until(pilot, lambda: len(other.query(Toast)) == 2)
        app.clear_notifications()
        await until(pilot, lambda: not other.query(Toast))


def _defined(node: ast.AST) -> set[str]:
    """The names that a statement of ours defines."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {node.name}
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return {name for target in targets for n in ast.walk(target) if (name := getattr(n, "id", None) or _of_self(n))}


def _of_self(node: ast.AST) -> str:
    """The attribute, where it is one of the object itself."""
    return node.attr if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self" else ""


def _looked_at(node: ast.AST) -> set[str]:
    """The private names that an expression or an import looks at."""
    names: list[str] = []
    if isinstance(node, ast.Attribute) and not (isinstance(node.ctx, ast.Store) and _of_self(node)):
        names = [node.attr]
    elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("textual"):
        names = [*(node.module or "").split("."), *(alias.name for alias in node.names)]
    return {name for name in names if name.startswith("_") and not name.startswith("__")}


def test_no_other_module_looks_inside():
    nodes = [(path.name, node) for path in ROOT.rglob("*.py") for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))]
    own = {name for _, node in nodes for name in _defined(node)} - set(vars(App))
    used: dict[str, set[str]] = {}
    for place, node in nodes:
        for name in _looked_at(node) - own:
            used.setdefault(name, set()).add(place)
    assert used == {
        name: {"textual_inside.py"}
        for name in (
            "_batch_count",
            "_close_messages_no_wait",
            "_compositor",
            "_css_update_count",
            "_dirty_widgets",
            "_disable_mouse_support",
            "_driver",
            "_enable_mouse_support",
            "_exit",
            "_filters",
            "_handle_exception",
            "_mouse",
            "_notifications",
            "_refresh_notifications",
            "_refresh_truecolor_filter",
            "_shutdown",
            "_toast",
        )
    }


async def test_a_crash_is_kept_for_whoever_ran_it_and_nothing_typed_is_printed(capsys):
    class Crashing(QuietlyLeavingApp[int]):
        def on_mount(self) -> None:
            typed = "hunter2" + "hunter2"
            raise ValueError(f"{len(typed)} characters")

    app = Crashing()
    with pytest.raises(ValueError, match="14 characters"):
        async with app.run_test():
            pass
    with redirect_stderr(io.StringIO()) as told:
        app._print_error_renderables()
    assert told.getvalue() + capsys.readouterr().err == ""
    assert str(app.crash) == "14 characters"
    assert app.return_code == 1


def test_what_we_override_is_still_called_so():
    assert "show_locals=True" in inspect.getsource(App._fatal_error)
    assert "_close_messages_no_wait()" in inspect.getsource(App._fatal_error)
    assert "_fatal_error" in inspect.getsource(App._handle_exception)


@pytest.mark.parametrize("kind", [App, SparingApp])
async def test_a_widget_that_is_nowhere_yet_is_given_no_styles(kind, monkeypatch):
    """Textual's own app gives them: when it does so no longer, ours has nothing to do."""
    asked: list[tuple[type, bool]] = []
    apply = Stylesheet.apply

    def counted(self: Stylesheet, node: DOMNode, **how: Any) -> None:
        asked.append((type(node), node.parent is not None))
        apply(self, node, **how)

    monkeypatch.setattr(Stylesheet, "apply", counted)

    class Page(kind):  # type: ignore[misc, valid-type]  # either
        CSS = "Input.-red { color: red; }"

    async with Page().run_test() as pilot:
        made = Input(compact=True, classes="-red")
        assert ((Input, False) in asked) is (kind is App)
        await pilot.app.mount(made)
        assert (made.has_class("-textual-compact"), made.styles.color) == (True, Color.parse("red"))
        assert (Input, True) in asked
        made.remove_class("-red")
        assert made.styles.color != Color.parse("red")
