"""A theme that somebody chose in the menu is worn the next time; one that was asked for by an option is no choice."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.app import App

from canvos_tui.adapters.settings import keep_setting, read_settings
from canvos_tui.commands.kept_look import keep_mouse, keep_worn, wear_kept
from canvos_tui.tui.pace import NO_MOUSE, PacedApp
from canvos_tui.tui.theme import VARIABLE, dress
from tests.journeys.wizard import house

TELLS_OF_THE_MOUSE = 1000 << 5  # as pyte keeps the private mode


@pytest.fixture
def environ(tmp_path) -> dict[str, str]:
    return {"HOME": str(tmp_path)}


def kept_theme(environ: dict[str, str]) -> str:
    return read_settings(environ).theme


def settings(environ: dict[str, str], text: str) -> Path:
    path = Path(environ["HOME"], ".config", "canvos-tui", "settings.yaml")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="latin-1")
    return path


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
    kept = tmp_path / ".config" / "canvos-tui" / "settings.yaml"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in kept.parent.iterdir()] == ["settings.yaml"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("theme: no-such-theme\n", "there is no theme `no-such-theme`"),
        ("theme: [nord]\n", "theme is one name"),
        ("theme: nord\nmouse: perhaps\n", "mouse is true or false"),
        ("mous: true\n", "`mous` is no setting; there are theme, mouse, updates"),
        ("- theme\n", "one `NAME: value` a line is wanted"),
        ("theme: [\n", "it is no YAML"),
        ("\xff" * 300, "one `NAME: value` a line is wanted"),
        ("", ""),
        ("# nothing yet\n", ""),
    ],
)
def test_what_cannot_be_read_is_passed_over_and_said(environ, capsys, text, said):
    settings(environ, text)
    assert worn(environ).theme == ("nord" if "theme: nord" in text else "canvos-dark")
    told = capsys.readouterr().err
    assert said in told
    assert bool(told) is bool(said)


def test_where_nothing_can_be_kept_nothing_is_said(environ, tmp_path):
    (tmp_path / ".config").write_text("a file")
    keep_setting(environ, "theme", "nord")
    assert kept_theme(environ) == ""


def test_other_lines_and_a_link_stay(environ, tmp_path):
    path = settings(environ, "# mine\nmouse: no\ntheme: dark  # as ever\n")
    real = tmp_path / "dotfiles.yaml"
    path.rename(real)
    path.symlink_to(real)
    keep_setting(environ, "theme", "nord")
    assert path.is_symlink()
    assert real.read_text() == "# mine\nmouse: no\ntheme: nord\n"
    assert (read_settings(environ).theme, read_settings(environ).mouse) == ("nord", False)


@pytest.mark.parametrize(("word", "ours"), [("false", False), ("off", False), ("No", False), ("true", True), ("", True)])
def test_whose_the_mouse_is(environ, monkeypatch, word, ours):
    monkeypatch.delenv(NO_MOUSE, raising=False)
    settings(environ, f"mouse: {word}\n")
    wear_kept(environ)
    assert (NO_MOUSE in environ) is not ours
    if NO_MOUSE in environ:
        monkeypatch.setenv(NO_MOUSE, "1")
    app = PacedApp[None]()
    assert app.mouse is ours
    keep_mouse(environ, app)
    assert read_settings(environ).mouse in {ours, None}
    app.action_hand_mouse()
    keep_mouse(environ, app)
    assert read_settings(environ).mouse is not ours


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
        assert (home.home / ".config" / "canvos-tui" / "settings.yaml").read_text() == "theme: nord\n"
        with home.person() as person:
            person.see("New  ")
            assert any(cell.bg == "2e3440" for row in person.terminal.screen.buffer.values() for cell in row.values())
            person.leave()


@pytest.mark.slow
def test_the_mouse_is_the_terminals_where_that_was_asked_for_and_comes_back_by_the_menu(tmp_path):
    """1000 is the mode in which a terminal tells of its mouse."""
    with house(tmp_path) as home, home.person("--no-mouse") as person:
        person.see("New  ")
        modes = person.terminal.screen.mode
        assert TELLS_OF_THE_MOUSE not in modes
        person.terminal.type("\x10")
        person.terminal.type("mouse\r")
        person.terminal.until(lambda: TELLS_OF_THE_MOUSE in modes)
        person.terminal.type("\x10")
        person.terminal.type("mouse")
        person.see("Leave the mouse to the terminal")
        person.terminal.type("\r")
        person.terminal.until(lambda: TELLS_OF_THE_MOUSE not in modes)
        person.leave()
        assert (home.home / ".config" / "canvos-tui" / "settings.yaml").read_text() == "mouse: false\n"
