"""Keys of somebody who does not know the program: each acts, or the screen says why it does not."""

from __future__ import annotations

import pytest

from tests.tui.screen import see, text_of, type_text, until


@pytest.mark.parametrize(
    ("page", "focus", "key", "said"),
    [
        ("start", "#doors", "z", "z does nothing here; F1 names the keys"),
        ("start", "#doors", "f5", "f5 does nothing here"),
        ("image", "#next", "z", "z does nothing here"),
        ("repo", "#tag-list", "f9", "f9 does nothing here"),
    ],
)
async def test_a_key_that_nobody_takes_says_so(make_app, full, page, focus, key, said):
    app = make_app(full, page=page)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.screen.query(focus))
        app.screen.query_one(focus).focus()
        await pilot.press(key)
        assert await see(pilot, said)


async def test_a_key_that_acts_says_nothing_of_it(make_app, full):
    app = make_app(full, page="image")
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "IMAGE_REGISTRY")
        app.screen.query_one("#image-registry").focus()
        await type_text(pilot, "z")
        await pilot.press("left", "home", "end", "backspace", "tab")
        await until(pilot, lambda: app.screen.query_one("#next").has_focus)
        assert "does nothing" not in text_of(app)


async def test_ctrl_c_by_reflex_loses_no_keys(make_app, full):
    app = make_app(full, page="image")
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "IMAGE_REGISTRY")
        await pilot.press("ctrl+c")
        assert await see(pilot, "Ctrl+C once more leaves")
        assert app.is_running
        await pilot.press("f8")
        await until(pilot, lambda: app.current_mode == "os")
        await pilot.press("ctrl+c")
        assert await see(pilot, "Ctrl+C once more leaves")
        await pilot.press("ctrl+c")
        await until(pilot, lambda: not app.is_running)


async def test_the_key_that_explains_all_others_stands_in_every_footer(make_app, full):
    app = make_app(full, page="check")
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "took ")
        assert app.screen.query_one("#check-rows")
        app.screen.query_one("#check-rows").focus()
        assert await see(pilot, "Re-run this")
        await until(pilot, lambda: "F1 Help" in text_of(app).split("\n")[-1])
