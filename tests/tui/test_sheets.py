"""No style sheet is parsed twice, when one page after the other is opened: that took as long as the first page itself."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import Any

import pytest
from textual.color import Color
from textual.css import stylesheet
from textual.css.stylesheet import Stylesheet

from canvos_tui.tui.dialogs.confirm import Ask, Choice
from canvos_tui.tui.messages import GoTo
from tests.tui.screen import text_of, until


async def test_no_sheet_is_parsed_twice_on_the_way_through_the_pages(make_app, full, monkeypatch: pytest.MonkeyPatch):
    parsed: Counter[tuple[str, str]] = Counter()
    parse = vars(stylesheet)["parse"]

    def count(scope: str, css: str, read_from: Any, **how: Any) -> Any:
        parsed[(*read_from, how["tie_breaker"])] += 1  # a class that is met first as the base of another is parsed for that, too
        return parse(scope, css, read_from, **how)

    def all_again(_: Stylesheet) -> None:
        pytest.fail("all sheets are read anew")

    def shown(slug: str) -> bool:
        return app.current_mode == slug and bool(app.screen.is_mounted)

    monkeypatch.setattr(stylesheet, "parse", count)
    monkeypatch.setattr(Stylesheet, "reparse", all_again)
    app = make_app(full, page="start")
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: "Build an AWS" in text_of(app))
        assert ("pages", "") not in app.stylesheet.source, "the first page does not wait for what the others look like"
        for slug in ("image", "os", "review"):
            app.screen.post_message(GoTo(slug))
            await until(pilot, partial(shown, slug))
        assert {("everywhere", ""), ("pages", "")} <= set(app.stylesheet.source)
        assert [name for name, times in parsed.items() if times > 1] == [], f"{len(app.stylesheet.source)} sources"


async def test_the_start_page_does_without_controls_and_a_dialog_brings_them(make_app, full):
    app = make_app(full, page="start")
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: "Build an AWS" in text_of(app))
        assert set(app.stylesheet.source) & {("controls", ""), ("check", ""), ("pages", "")} == set()
        asked = Ask("Really?", "It is gone then.", (Choice("", "No"), Choice("go", "Yes")))
        await app.push_screen(asked)
        await until(pilot, lambda: "Really?" in text_of(app))
        box = asked.query_one(".dialog")
        assert (box.styles.border_top[0], box.styles.background) == ("round", Color.parse(app.get_css_variables()["surface"]))
        app.pop_screen()
        app.screen.post_message(GoTo("image"))
        await until(pilot, lambda: app.current_mode == "image" and app.screen.is_mounted)
        assert {("everywhere", ""), ("controls", ""), ("pages", "")} <= set(app.stylesheet.source)
