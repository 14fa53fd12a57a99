"""From an AMI that is ready to three more regions, by keys on its own screen; and the copies are found again by the command."""

from __future__ import annotations

import json
import re

import pytest

from tests.journeys.test_left_over import marked
from tests.on_stage import on_stage

pytestmark = pytest.mark.slow
REGIONS = ("eu-central-1", "eu-west-1", "us-west-2")


def test_an_ami_is_copied_to_three_regions_from_its_screen(tmp_path):
    with on_stage(tmp_path) as scene:
        assert scene.inside("run", "--config", scene.answers(), "--yes").returncode == 0
        (info,) = scene.infos()
        with scene.terminal("attach", info.run_id) as terminal:
            terminal.see("Your image is ready", "Copy, share, retire")
            while not terminal.highlighted("Copy, share, retire"):
                before = marked(terminal)
                terminal.press("down")
                terminal.until(lambda: marked(terminal) != before)  # noqa: B023  it is looked at before the next turn
            terminal.press("enter")
            terminal.see("Copy to other regions", "Share with accounts", info.ami)
            terminal.press("enter")
            terminal.see("Regions, with blanks or commas")
            terminal.type(" ".join(REGIONS))
            terminal.press("enter")
            terminal.see("USD a month", "Do nothing")
            terminal.press("down", "enter")
            terminal.until(lambda: all(re.search(rf"{region} +\[#+\] 100% available ami-\w{{17}}\b", terminal.text) for region in REGIONS))
            terminal.press("escape")
            terminal.until(lambda: "Set its end" not in terminal.text)
        words = [word for region in REGIONS for word in ("--copy-to", region)]
        told = json.loads(scene.inside("publish", info.run_id, *words, "--yes", "--output", "json").stdout)
        assert [(copy["region"], copy["state"], copy["earlier"]) for copy in told["copies"]] == [(r, "available", True) for r in REGIONS]
