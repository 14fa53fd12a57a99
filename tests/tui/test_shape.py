"""A page takes the shape of its window before it is laid out: whoever opens it never sees that of another."""

from __future__ import annotations

import pytest

from canvos_tui.tui.page import PageScreen
from canvos_tui.tui.painting.shape import COLUMNS, ROWS, shape

SIZES = [(59, 15), (60, 16), (80, 24), (99, 29), (100, 30), (120, 40), (200, 60)]


@pytest.mark.parametrize(("columns", "rows"), SIZES)
async def test_it_is_the_shape_that_textual_gives_after_a_resize(make_app, columns, rows):
    app = make_app()
    async with app.run_test(size=(100, 22)) as pilot:
        await pilot.resize_terminal(columns, rows)
        await pilot.pause()
        ours = {name for name in app.screen.classes if name in {name for _, name in COLUMNS + ROWS}}
        assert ours == set(shape(columns, rows))


async def test_the_first_page_is_laid_out_once_at_its_width(make_app, monkeypatch):
    widths: list[int] = []
    own = PageScreen.on_resize

    async def noted(page: PageScreen) -> None:
        widths.append(page.query_one("#body").size.width)
        await own(page)

    monkeypatch.setattr(PageScreen, "on_resize", noted)
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        assert app.screen.query_one("#side-rail").display
        assert widths
        assert set(widths) == {app.screen.query_one("#body").size.width}
