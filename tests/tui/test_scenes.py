"""Every scene plays at both sizes, without a crash, and shows its words; every step has its scene and its pictures."""

from __future__ import annotations

from pathlib import Path

import pytest

import canvos_tui.tui.steps
from tests.tui.scenes import SCENES, SIZES, play
from tests.tui.screen import text_of

STEPS = sorted(p.stem for p in Path(canvos_tui.tui.steps.__file__).parent.glob("*.py") if p.stem != "__init__")
PICTURES = Path(__file__).parents[2] / "screenshots"


@pytest.mark.parametrize("size", SIZES, ids="{0[0]}x{0[1]}".format)
@pytest.mark.parametrize("scene", SCENES, ids=lambda s: s.stem)
async def test_a_scene_is_painted(scene, size, tmp_path):
    async with play(scene, size, tmp_path) as pilot:
        lines = text_of(pilot.app).split("\n")
        assert len(lines) == size[1]
        assert all(word in "\n".join(lines) for word in scene.words)
        assert pilot.app._exception is None


@pytest.mark.parametrize("stem", STEPS)
def test_every_step_has_a_scene(stem):
    assert stem.replace("_", "-") in {scene.stem for scene in SCENES}


@pytest.mark.parametrize("size", SIZES, ids="{0[0]}x{0[1]}".format)
@pytest.mark.parametrize("scene", SCENES, ids=lambda s: s.stem)
def test_every_scene_has_its_picture(scene, size):
    assert (PICTURES / f"{scene.stem}-{size[0]}x{size[1]}.svg").stat().st_size > 5000
