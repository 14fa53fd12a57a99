"""Every scene plays at both sizes, without a crash, and shows its words; every step has its scene and its pictures."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import pytest

import canvos_tui.tui.steps
from tests import samples
from tests.screenshots import difference, words_of
from tests.tui.scenes import SCENES, SIZES, play
from tests.tui.screen import text_of

STEPS = sorted(p.stem for p in Path(canvos_tui.tui.steps.__file__).parent.glob("*.py") if p.stem != "__init__")
PICTURES = Path(__file__).parents[2] / "screenshots"


# before anything lands every picture is compared with its scene, played at both sizes (`.ci/run`); here a third of them is played, at one
PLAYED = samples.every(product(SCENES, SIZES), lambda: [(scene, SIZES[number % len(SIZES)]) for number, scene in enumerate(SCENES[::3])])


@pytest.mark.parametrize(("scene", "size"), PLAYED, ids=lambda x: getattr(x, "stem", None) or f"{x[0]}x{x[1]}")
async def test_a_scene_is_painted(scene, size, tmp_path):
    async with play(scene, size, tmp_path) as pilot:
        lines = text_of(pilot.app).split("\n")
        assert len(lines) == size[1]
        assert all(word in "\n".join(lines) for word in scene.words)
        assert pilot.app._exception is None
        assert words_of(pilot.app.export_screenshot(simplify=True)) == lines, "a picture shows what is painted"


@pytest.mark.parametrize("stem", STEPS)
def test_every_step_has_a_scene(stem):
    assert stem.replace("_", "-") in {scene.stem for scene in SCENES}


@pytest.mark.parametrize("size", SIZES, ids="{0[0]}x{0[1]}".format)
@pytest.mark.parametrize("scene", SCENES, ids=lambda s: s.stem)
def test_every_scene_has_its_picture(scene, size):
    assert (PICTURES / f"{scene.stem}-{size[0]}x{size[1]}.svg").stat().st_size > 5000


def test_pictures_differ_by_their_words_alone():
    picture = (PICTURES / "start-80x24.svg").read_text(encoding="utf-8")
    assert words_of(picture)[0].startswith(" canvos-tui ")
    assert difference(picture, picture.replace("#121212", "#000000")) == ""
    told = difference(picture, picture.replace("guide&#x27;s&#160;step&#160;1", "guide&#x27;s&#160;step&#160;2"))
    assert told.startswith("line "), told
    assert "scene:   " in told
    assert "step 2" in told.splitlines()[-1]


# what may be cut: keys, but for their ends; paths, in the middle; lines of a log, which `w` wraps; a document of a command, which c copies
MAY = re.compile(r"\.\.\.[A-Z]{4}|A[KS]IA\.\.\.|build\.log| \| .*…|… +c copies")
BEHIND = {"quit"}  # scenes with a dialog above a log, of whose lines only the cut ends are seen


@pytest.mark.parametrize("size", SIZES, ids="{0[0]}x{0[1]}".format)
@pytest.mark.parametrize("scene", [scene for scene in SCENES if scene.stem not in BEHIND], ids=lambda s: s.stem)
def test_no_picture_shows_a_word_that_was_cut(scene, size):
    picture = (PICTURES / f"{scene.stem}-{size[0]}x{size[1]}.svg").read_text(encoding="utf-8")
    cut = [line for line in words_of(picture) if ("…" in line or "..." in line) and not MAY.search(line)]
    assert cut == []
