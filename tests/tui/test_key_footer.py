"""The footer shows whole keys only, as many as the window holds, and at its right end always help and the way out."""

from __future__ import annotations

from functools import partial

import pytest
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.events import Key

from canvos_tui.tui.widgets.key_footer import KeyFooter
from tests.tui.screen import text_of, until


class Keys(App[None]):
    BINDINGS = [  # noqa: RUF012  Textual reads it from the class
        Binding("a", "bell", "Alpha"),
        Binding("f1", "help", "Help", key_display="F1"),
        Binding("b", "refresh_css", "Beta"),
        Binding("c", "help_quit", "Gamma"),
        Binding("ctrl+q", "app.quit", "Quit", key_display="^Q", priority=True),
    ]
    detaches = False

    def compose(self) -> ComposeResult:
        yield KeyFooter(detaches=self.detaches)


def reads(app: Keys, shown: str, out: str = "^Q Quit") -> bool:
    """Whether the footer shows these keys, and the two at its end."""
    left, end = text_of(app).split("\n")[-1].strip(), f"F1 Help  {out}"
    return left.endswith(end) and left.removesuffix(end).rstrip() == shown


@pytest.mark.parametrize(
    ("width", "shown"),
    [
        (60, "a Alpha  b Beta  c Gamma"),
        (45, "a Alpha  b Beta  c Gamma"),
        (44, "a Alpha  b Beta"),
        (36, "a Alpha  b Beta"),
        (35, "a Alpha"),
        (27, ""),
    ],
)
async def test_a_key_that_does_not_fit_is_left_out_whole(width: int, shown: str) -> None:
    app = Keys()
    async with app.run_test(size=(width, 4)) as pilot:
        await until(pilot, partial(reads, app, shown))
        assert reads(app, shown)


async def test_it_follows_the_size_of_the_window() -> None:
    app = Keys()
    async with app.run_test(size=(36, 4)) as pilot:
        for width, shown in ((60, "a Alpha  b Beta  c Gamma"), (35, "a Alpha"), (36, "a Alpha  b Beta")):
            await pilot.resize_terminal(width, 4)
            await until(pilot, partial(reads, app, shown))
            assert reads(app, shown)


async def test_while_a_build_runs_the_way_out_leaves_it_running() -> None:
    app = Keys()
    app.detaches = True
    async with app.run_test(size=(60, 4)) as pilot:
        await until(pilot, partial(reads, app, "a Alpha  b Beta  c Gamma", "^Q Detach"))
        app.query_one(KeyFooter).detaches = False
        await until(pilot, partial(reads, app, "a Alpha  b Beta  c Gamma"))


@pytest.mark.parametrize(
    ("text", "pressed"), [("a Alpha", ["a"]), ("Beta", ["b"]), ("F1 Help", ["f1"]), ("  c Gamma", []), ("      F1", [])]
)
async def test_a_click_on_a_key_presses_it(text: str, pressed: list[str]) -> None:
    class Pressed(Keys):
        got: list[str] = []  # noqa: RUF012

        def on_key(self, event: Key) -> None:
            self.got.append(event.key)

        def simulate_key(self, key: str) -> None:
            self.got.append(key)

    app = Pressed()
    app.got = []
    async with app.run_test(size=(60, 4)) as pilot:
        await until(pilot, partial(reads, app, "a Alpha  b Beta  c Gamma"))
        column = text_of(app).split("\n")[-1].index(text)
        await pilot.click(offset=(column, 3))
        assert app.got == pressed


async def test_the_key_under_the_mouse_stands_out_and_no_longer_when_it_has_gone() -> None:
    app = Keys()
    async with app.run_test(size=(60, 4)) as pilot:
        await until(pilot, partial(reads, app, "a Alpha  b Beta  c Gamma"))
        plain = app.query_one(KeyFooter).render()
        await pilot.hover(offset=(4, 3))
        assert app.query_one(KeyFooter).render().spans != plain.spans
        await pilot.hover(offset=(4, 0))
        assert app.query_one(KeyFooter).render().spans == plain.spans


async def test_it_is_painted_anew_only_when_it_reads_differently(monkeypatch: pytest.MonkeyPatch) -> None:
    app = Keys()
    async with app.run_test(size=(60, 4)) as pilot:
        await until(pilot, partial(reads, app, "a Alpha  b Beta  c Gamma"))
        painted: list[Content] = []
        render = KeyFooter.render

        def counted(footer: KeyFooter) -> Content:
            painted.append(render(footer))
            return painted[-1]

        monkeypatch.setattr(KeyFooter, "render", counted)
        app.refresh_bindings()
        await pilot.pause()
        assert not painted
        app.query_one(KeyFooter).labels = {"bell": "Ring"}
        await until(pilot, partial(reads, app, "a Ring  b Beta  c Gamma"))
        assert painted
