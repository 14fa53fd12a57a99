"""A page takes the shape of its window before it is laid out: whoever opens it never sees that of another."""

from __future__ import annotations

from pathlib import Path

import pytest

from canvos_tui.tui.page import PageScreen
from canvos_tui.tui.painting.shape import COLUMNS, ROWS, shape
from tests import samples
from tests.tui.scenes import SCENES, Scene, play
from tests.tui.screen import settled, text_of

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


RESIZED = samples.every(SCENES, lambda: [scene for scene in SCENES if scene.stem in {"start", "step13-arg", "build-import", "failure"}])
COVERED = {"route"}  # by a dialog that needs all of the smallest window
TO_ITS_TOP = {"step15-secret"}  # a text that fits into the largest window has no place to be kept


@pytest.mark.parametrize("scene", RESIZED, ids=lambda scene: scene.stem)
async def test_a_window_that_grows_and_shrinks_loses_no_answer_and_cuts_no_verdict(scene: Scene, tmp_path: Path) -> None:
    async with play(scene, (80, 24), tmp_path) as pilot:
        app, before = pilot.app, text_of(pilot.app)
        answers, verdict = getattr(app, "draft", None), before.splitlines()[0].split("  ")[-1].strip()
        for size in ((200, 60), (60, 16)):
            await pilot.resize_terminal(*size)
            await settled(pilot)
            assert scene.stem in COVERED or text_of(app).splitlines()[0].rstrip().endswith(verdict), size
        await pilot.resize_terminal(80, 24)
        await settled(pilot)
        assert getattr(app, "draft", None) == answers
        assert scene.stem in TO_ITS_TOP or text_of(app) == before
