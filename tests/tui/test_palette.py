"""The Palette version on the page of the tags: what it marks, what it suggests, and that nobody is kept from another choice."""

from __future__ import annotations

import pytest

from canvos_tui.core.answers import draft as d
from canvos_tui.core.answers.beginning import fresh
from canvos_tui.core.answers.draft_file import from_data, to_data
from tests.doubles import canvos_repo
from tests.tui.screen import see, text_of, type_text, until


@pytest.fixture
def chosen(checkout) -> d.Draft:
    """A clone on a branch: no tag is chosen yet."""
    canvos_repo.git(checkout, "checkout", "-q", "-B", "main", "v4.9.37")
    return fresh().after(d.FolderChosen(checkout, "r"))


async def test_the_suggested_tag_becomes_the_one_that_fits(make_app, chosen):
    app = make_app(chosen, page="repo")
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "your Palette version or empty", "F8 Check out v4.9.38")
        app.screen.query_one("#palette").focus()
        await type_text(pilot, "4.9.46")
        assert await see(pilot, "fits 4.9.46", "table of 2026-11", "▲ newer than v4.9.37", "F8 Check out v4.9.37")
        assert "Palette 4.9.46 takes v4.9.37 (table of 2026-11)" in text_of(app)
        await pilot.press("backspace", *"8")
        assert await see(pilot, "fits 4.9.48", "F8 Check out v4.9.38")
        await pilot.press("ctrl+u")
        assert await see(pilot, "your Palette version or empty", "suggested for 4.9")
    again = from_data(to_data(app.draft.after(d.FieldAnswered("palette", "4.9.46"))))
    assert again is not None
    assert again.text("palette") == "4.9.46"
    assert "palette" not in again.args()


async def test_a_tag_that_does_not_fit_is_not_offered_but_can_be_chosen_and_is_warned_of(make_app, chosen):
    app = make_app(chosen.after(d.FieldAnswered("palette", "4.9.46")), page="repo")
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "F8 Check out v4.9.37")
        app.screen.query_one("#tag-list").focus()
        await pilot.press("up")
        assert await see(pilot, "▸ v4.9.38", "F8 Next")
        await pilot.press("enter")
        assert await see(pilot, "takes v4.9.37 (table of 2026-11), not v4.9.38")
        await until(pilot, lambda: app.draft.tag == "v4.9.38")
        await pilot.press("f8")
        await until(pilot, lambda: app.current_mode == "image")
        await app.switch_mode("review")
        assert await see(pilot, "▲ Tag", "v4.9.38: newer than v4.9.37 (2026-11)")


async def test_enter_takes_the_version_and_goes_on_to_the_filter(make_app, chosen):
    app = make_app(chosen, page="repo")
    async with app.run_test(size=(80, 24)) as pilot:
        await see(pilot, "suggested for 4.9")
        app.screen.query_one("#palette").focus()
        await type_text(pilot, "4.9.48")
        await pilot.press("enter")
        await until(pilot, lambda: app.focused is not None and app.focused.id == "tag-filter")
        assert app.draft.text("palette") == "4.9.48"


async def test_what_is_no_version_is_refused_where_it_stands(make_app, full):
    app = make_app(full, page="repo")
    async with app.run_test(size=(80, 24)) as pilot:
        await see(pilot, "suggested for 4.9")
        app.screen.query_one("#palette").focus()
        await type_text(pilot, "4.9")
        assert "refused" not in text_of(app)  # somebody is still typing
        await pilot.press("enter")
        assert await see(pilot, "✗ refused", "`4.9` is no Palette version; try 4.9.48")
        assert app.focused is not None
        assert app.focused.id == "palette"
        await pilot.press("f8")
        assert app.current_mode == "repo"
        await until(pilot, lambda: "✗ `4.9` is no Palette version" in text_of(app).split("\n")[-2])
        await type_text(pilot, ".46")
        assert await see(pilot, "takes v4.9.37 (table of 2026-11), not v4.9.38")


@pytest.mark.parametrize(
    ("version", "told"),
    [
        ("4.9.50", "is not in the table of 2026-11, between two of its rows;"),
        ("4.12.0", "is not in the table of 2026-11, newer than its rows;"),
        ("4.2.1", "is not in the table of 2026-11, older than its rows"),
        ("4.9.51", "takes v4.9.39 (table of 2026-11); there is no such tag"),
    ],
)
async def test_what_the_table_does_not_know_is_said_and_not_guessed(make_app, full, version, told):
    app = make_app(full.after(d.FieldAnswered("palette", version)), page="repo")
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, f"▲ Palette {version} {told}", "k8s_version.json ]")


async def test_the_help_is_there_on_f1_and_in_a_tall_window_at_once(make_app, full):
    app = make_app(full, page="repo")
    async with app.run_test(size=(120, 40)) as pilot:
        await see(pilot, "suggested for 4.9")
        app.screen.query_one("#palette").focus()
        assert await see(pilot, "palette · guide step 3", "Edge Compatibility Matrix")
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: "guide step 3" not in text_of(app))
        await pilot.press("f1")
        assert await see(pilot, "Palette (palette, guide step 3)", "Edge Compatibility Matrix")
