"""The top line of a page: what of folder, tag and region stands there in how much room, and never a part of a value."""

from __future__ import annotations

from pathlib import Path

import pytest

from canvos_tui.core.answers import draft as d
from canvos_tui.core.pages import BY_SLUG
from canvos_tui.core.session import Session
from canvos_tui.core.terminal.marks import Mark
from canvos_tui.tui.widgets.frame import mark, standing
from tests.tui.scenes import SCENES, play
from tests.tui.screen import text_of, until

FOLDER, VALUES = "~/edge/images/CanvOS", ("v4.9.38", "us-gov-west-1")
OF = {scene.stem: scene for scene in SCENES}


@pytest.mark.parametrize(
    ("room", "said"),
    [
        (60, "~/edge/images/CanvOS › v4.9.38 › us-gov-west-1"),
        (36, "~/...anvOS › v4.9.38 › us-gov-west-1"),
        (35, "v4.9.38 › us-gov-west-1"),
        (23, "v4.9.38 › us-gov-west-1"),
        (22, "~/e...CanvOS › v4.9.38"),
        (19, "v4.9.38"),
        (6, ""),
    ],
)
def test_a_value_stands_whole_or_not_at_all(room: int, said: str) -> None:
    assert standing(FOLDER, VALUES, room) == said
    assert len(said) <= room


@pytest.mark.parametrize(("typed", "sign"), [("", Mark.TO_COME), ("no good!", Mark.FAILED)])
def test_what_nobody_answered_has_not_failed(typed: str, sign: Mark) -> None:
    draft = d.Draft().after(d.FieldRefused("S3_KEY", typed, "a key is needed" if not typed else "no key"))
    assert mark(BY_SLUG["s3"], "check", draft, Session()) is sign


async def test_the_smallest_window_names_no_other_tag(tmp_path: Path) -> None:
    async with play(OF["build-import"], (80, 24), tmp_path) as pilot:
        await pilot.resize_terminal(60, 16)
        await until(pilot, lambda: "v4.9.38 › eu-west-1  " in text_of(pilot.app).splitlines()[0])
        assert text_of(pilot.app).splitlines()[0].endswith("running 1:16:12")
