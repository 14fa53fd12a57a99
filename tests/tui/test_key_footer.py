"""The footer shows whole keys only, as many as the window holds."""

from __future__ import annotations

from functools import partial

import pytest
from textual.app import App, ComposeResult
from textual.binding import Binding

from canvos_tui.tui.widgets.key_footer import KeyFooter
from tests.tui.screen import text_of, until


class Keys(App[None]):
    BINDINGS = [  # noqa: RUF012  Textual reads it from the class
        Binding("a", "bell", "Alpha"),
        Binding("b", "app.quit", "Beta"),
        Binding("c", "help_quit", "Gamma"),
    ]

    def compose(self) -> ComposeResult:
        yield KeyFooter()


def reads(app: Keys, shown: str) -> bool:
    """Whether the footer shows these keys, besides the one with which Textual ends every app."""
    return text_of(app).split("\n")[-1].removesuffix(" ^q Quit") == shown


@pytest.mark.parametrize(
    ("width", "shown"),
    [
        (60, "a Alpha b Beta c Gamma"),
        (22, "a Alpha b Beta c Gamma"),
        (21, "a Alpha b Beta"),
        (14, "a Alpha b Beta"),
        (13, "a Alpha"),
        (6, ""),
    ],
)
async def test_a_key_that_does_not_fit_is_left_out_whole(width: int, shown: str) -> None:
    app = Keys()
    async with app.run_test(size=(width, 4)) as pilot:
        await until(pilot, partial(reads, app, shown))
        assert reads(app, shown)


async def test_it_follows_the_size_of_the_window() -> None:
    app = Keys()
    async with app.run_test(size=(14, 4)) as pilot:
        for width, shown in ((40, "a Alpha b Beta c Gamma"), (13, "a Alpha"), (14, "a Alpha b Beta")):
            await pilot.resize_terminal(width, 4)
            await until(pilot, partial(reads, app, shown))
            assert reads(app, shown)
