"""Our themes: every colour can be read on whatever it stands on, and the one that was asked for is worn."""

from __future__ import annotations

import os
import sys
from itertools import product

import pytest
from textual.color import Color

from canvos_tui.core.errors import InvalidValueError
from canvos_tui.tui import theme
from canvos_tui.tui.theme import DARK, LIGHT, known
from tests.commands.test_doctor_screen import ROOT, doctor
from tests.terminal import Terminal
from tests.tui.scenes import SCENES, play
from tests.tui.screen import see, text_of

GROUNDS = ("ground", "raised", "code", "chosen")
WORDS = ("text", "accent", "success", "warning", "error", "unknown", "link")


@pytest.mark.parametrize("roles", [DARK, LIGHT], ids=["dark", "light"])
def test_every_role_can_be_read_on_every_ground(roles):
    """WCAG 2.2: 4.5 for text, 3 for what is not needed to understand a page, which is what `muted` is for."""
    weak = [
        f"{word} on {ground}: {ratio:.1f}"
        for word, ground in product((*WORDS, "muted"), GROUNDS)
        if (ratio := contrast(roles[word], roles[ground])) < (3 if word == "muted" else 4.5)
    ]
    assert weak == []
    assert set(roles) == {*GROUNDS, *WORDS, "muted", "line"}
    assert contrast(roles["muted"], roles["ground"]) >= 4.5


@pytest.mark.parametrize(("name", "roles"), [("", DARK), ("light", LIGHT)])
async def test_a_log_is_painted_in_the_roles_of_the_theme(tmp_path, name, roles):
    """A terminal's own sixteen colours are made for black: in a light window half of them could not be read."""
    scene = next(scene for scene in SCENES if scene.stem == "build-import")
    async with play(scene, (80, 24), tmp_path, name) as pilot:
        assert pilot.app.has_class("-light-mode") is (name == "light")
        row = next(n for n, line in enumerate(text_of(pilot.app).split("\n")) if "+iso-image" in line)
        line = pilot.app.screen._compositor.render_strips()[row].apply_filter(pilot.app._filters[0], Color.parse(roles["ground"]))
        tag = next(segment for segment in line if "+iso-image" in segment.text)
        assert tag.style is not None
        assert tag.style.color is not None
        assert tag.style.color.get_truecolor().hex == roles["accent"]


FILLED = ("accent", "success", "warning", "error", "link")  # what the verdict, the first button and the row under the cursor stand on


@pytest.mark.parametrize("roles", [DARK, LIGHT], ids=["dark", "light"])
def test_the_ground_can_be_read_as_text_on_every_colour_that_is_filled(roles):
    weak = [f"{role}: {ratio:.1f}" for role in FILLED if (ratio := contrast(roles["ground"], roles[role])) < 4.5]
    assert weak == []


def contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [part / 255 for part in Color.parse(colour).rgb]
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize(("name", "worn"), [("", "canvos-dark"), ("light", "canvos-light"), ("nord", "nord")])
async def test_the_theme_that_was_asked_for_is_worn_from_the_first_frame(make_app, ports, name, worn):
    ports.environ[theme.VARIABLE] = name
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "New  ")
        assert app.theme == worn
        if worn.startswith("canvos"):
            roles = LIGHT if name == "light" else DARK
            assert app.screen.styles.background == Color.parse(roles["ground"])
            assert app.screen.query_one("TopBar").styles.background == Color.parse(roles["raised"])
            assert app.screen.query_one("#side-rail").styles.color == Color.parse(roles["muted"])


def test_the_light_theme_is_painted_in_a_real_terminal(tmp_path):
    with doctor(tmp_path, "--only", "host", "--theme", "light", COLORTERM="truecolor") as terminal:
        terminal.see("passed", "ago")
        terminal.press("q")
        terminal.wait()
        ground = ";".join(map(str, Color.parse(LIGHT["ground"]).rgb))
        assert f"48;2;{ground}".encode() in terminal.printed


@pytest.mark.parametrize("words", [(), ("doctor",)])
def test_a_variable_that_names_no_theme_is_refused_before_anything_is_opened(tmp_path, words):
    environ = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONPATH": str(ROOT), theme.VARIABLE: "pink"}
    with Terminal([sys.executable, "-m", "canvos_tui", *words], environ, cwd=tmp_path) as terminal:
        assert terminal.wait() == 2
        assert "canvos-tui: there is no theme `pink`" in terminal.said
        assert "Traceback" not in terminal.said


def test_a_theme_that_there_is_not_is_refused_with_those_that_there_are():
    with pytest.raises(InvalidValueError, match="there is no theme `pink`") as caught:
        known("pink")
    assert "dark, light, none" in caught.value.allowed


async def test_the_verdict_stands_on_its_colour_and_the_rail_shows_where_one_is(tmp_path):
    scene = next(scene for scene in SCENES if scene.stem == "step00-prerequisites")
    async with play(scene, (80, 24), tmp_path) as pilot:
        top, rail, *_ = text_of(pilot.app).split("\n")
        for line, word, role, name in (
            (0, "✓ ready", "bgcolor", "success"),
            (0, "✓ ready", "color", "ground"),
            (0, "canvos-tui", "bgcolor", "accent"),
            (1, "● Check", "bgcolor", "accent"),
            (1, "✓ Repo", "color", "success"),
            (1, "○ AWS", "color", "muted"),
        ):
            style = pilot.app.screen.get_style_at((top, rail)[line].index(word), line)
            assert getattr(style, role).triplet.hex == DARK[name], word
