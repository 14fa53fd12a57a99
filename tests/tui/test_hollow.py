"""Containers of which one line stands for most: they look as Textual's own do, on every page, in every part, with every filter."""

from __future__ import annotations

import pytest
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from canvos_tui.tui.painting.hollow import Hollow
from tests.tui.screen import text_of, until


def parts(widget: Widget) -> list[Region]:
    """The whole, each half, the middle, and the last line."""
    width, height = widget.outer_size
    half = height // 2
    rows = {(0, height), (0, half), (half, height - half), (1, max(0, height - 2)), (height - 1, 1), (2, max(0, height - 4))}
    return [Region(left, y, width - left, rows_) for y, rows_ in rows if rows_ > 0 for left in (0, 3) if width > left]


def by_textual(widget: Widget, part: Region) -> list[Strip]:
    return Widget.render_lines(widget, part)


@pytest.mark.parametrize("environ", [{}, {"NO_COLOR": "1"}], ids=["colours", "none"])
@pytest.mark.parametrize("page", ["start", "check", "os", "s3", "review"])
async def test_each_looks_as_textual_has_it(make_app, full, page, environ, monkeypatch) -> None:
    for name, text in environ.items():
        monkeypatch.setenv(name, text)
    app = make_app(full, page=page)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.current_mode == page and bool(text_of(app).strip()))
        await pilot.pause()
        hollow = [widget for widget in (app.screen, *app.screen.query(Widget)) if isinstance(widget, Hollow) and widget.size]
        assert len(hollow) >= 3
        for widget in hollow:
            for part in parts(widget):
                made, wanted = widget.render_lines(part), by_textual(widget, part)
                assert [list(strip) for strip in made] == [list(strip) for strip in wanted], f"{widget} {part}"


async def test_three_lines_are_made_of_each_and_no_more(make_app, full, monkeypatch) -> None:
    app = make_app(full, page="start")
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: "Build an AWS" in text_of(app))
        lines = 0
        whole = Widget.render_lines

        def count(self: Widget, part: Region) -> list[Strip]:
            nonlocal lines
            lines += part.height
            return whole(self, part)

        monkeypatch.setattr(Widget, "render_lines", count)
        made = app.screen.render_lines(Region(0, 0, 120, 40))
        assert (len(made), lines) == (40, 3)
