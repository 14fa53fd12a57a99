"""A theme that somebody chose in the menu is worn the next time; one that was asked for by an option is no choice."""

from __future__ import annotations

import pytest
from textual.app import App

from canvos_tui.adapters.state_folder import keep_theme, kept_theme
from canvos_tui.commands.kept_look import keep_worn, wear_kept
from canvos_tui.tui.theme import VARIABLE, dress
from tests.journeys.wizard import house


@pytest.fixture
def environ(tmp_path) -> dict[str, str]:
    return {"HOME": str(tmp_path)}


def worn(environ: dict[str, str]) -> App[None]:
    """An app as the commands begin it."""
    wear_kept(environ)
    app = App[None]()
    dress(app, environ)
    return app


def test_what_was_chosen_is_worn_again_and_what_was_asked_for_wins(environ, tmp_path):
    app = worn(environ)
    keep_worn(environ, app)
    assert kept_theme(environ) == "", "nobody chose anything"
    app.theme = "nord"
    keep_worn(environ, app)
    assert worn({**environ}).theme == "nord"
    assert worn({**environ, VARIABLE: "light"}).theme == "canvos-light"
    again = {**environ, VARIABLE: "light"}
    keep_worn(again, worn(again))
    assert kept_theme(environ) == "nord", "--theme is for this time alone"
    kept = tmp_path / ".local" / "state" / "canvos-tui" / "theme"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in kept.parent.iterdir()] == ["theme"]


@pytest.mark.parametrize("kept", ["no-such-theme\n", "", "\xff" * 300, "../../etc\n"])
def test_a_kept_name_that_is_no_theme_is_passed_over(environ, tmp_path, kept):
    folder = tmp_path / ".local" / "state" / "canvos-tui"
    folder.mkdir(parents=True)
    (folder / "theme").write_text(kept, encoding="latin-1")
    assert worn(environ).theme == "canvos-dark"


def test_where_nothing_can_be_kept_nothing_is_said(environ, tmp_path):
    (tmp_path / ".local").write_text("a file")
    keep_theme(environ, "nord")
    assert kept_theme(environ) == ""


@pytest.mark.slow
def test_the_menu_keeps_it(tmp_path):
    with house(tmp_path) as home:
        with home.person() as person:
            person.see("New  ")
            person.terminal.type("\x10")
            person.terminal.type("theme\r")
            person.see("nord")
            person.terminal.type("nord\r")
            person.terminal.until(lambda: "nord" not in person.terminal.text)
            person.leave()
        assert (home.state / "theme").read_text() == "nord\n"
        with home.person() as person:
            person.see("New  ")
            assert any(cell.bg == "2e3440" for row in person.terminal.screen.buffer.values() for cell in row.values())
            person.leave()
