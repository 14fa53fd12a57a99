"""Lines that alarm and mean nothing: in a build that succeeds, in one that still runs, and before a failure that nobody knows."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.build_log import BuildLog
from tests.causes_table import told

_DATA = yaml.safe_load(Path(__file__).with_name("healthy.yaml").read_text(encoding="utf-8"))
NOISE: dict[str, tuple[str, list[str]]] = {item["name"]: (item["target"], item["lines"]) for item in _DATA}
every = pytest.mark.parametrize("name", NOISE)


def noisy(name: str) -> BuildLog:
    target, texts = NOISE[name]
    return BuildLog().step("+base-image", "Get:1 http://archive.ubuntu.com/ubuntu jammy InRelease [270 kB]").step(target, *texts)


@every
def test_a_build_that_succeeds_has_no_cause(name: str) -> None:
    document = told(noisy(name).succeeds().data())
    assert (document["result"], document["cause"], document["evidence"]) == ("succeeded", None, [])


@every
def test_a_build_that_runs_has_none_yet(name: str) -> None:
    for log in (noisy(name), noisy(name).step("+aws-cloud-image", "RAW_FILE_PATH: /workdir/a.raw")):
        document = told(log.data())
        assert (document["result"], document["cause"]) == ("running", None)


@every
def test_an_unknown_failure_behind_it_stays_unknown(name: str) -> None:
    target = NOISE[name][0]
    document = told(noisy(name).says(target, "frobnicate: internal inconsistency 0x51").fails(target, 3).data())
    assert (document["result"], document["cause"]["id"]) == ("failed", "step-failed")
    assert document["evidence"][-1]["text"] == "frobnicate: internal inconsistency 0x51"


@every
def test_the_failure_of_another_step_is_not_laid_to_it(name: str) -> None:
    document = told(noisy(name).step("+iso-image", "zort: odd thing 7").fails("+iso-image", 3).data())
    assert (document["result"], document["cause"]["id"]) == ("failed", "step-failed")
    assert [row["text"] for row in document["evidence"]] == ["zort: odd thing 7"]
