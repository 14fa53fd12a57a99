"""Every sample log there is, against what is right about it: goals in figures, and no known cause where none is known."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest

from tests.causes_table import REPORTS, Row, rows, table, told

EXPECTED: dict[str, dict[str, Any]] = json.loads((REPORTS / "expected.json").read_text(encoding="utf-8"))


@cache
def graded() -> tuple[Row, ...]:
    return tuple(rows())


def share(folder: str, grade: str) -> float:
    found = [row for row in graded() if row.log.startswith(folder)]
    assert found
    return sum(row.grade == grade for row in found) / len(found)


def test_the_goals_are_reached_and_nothing_is_wrong() -> None:
    assert [row.log for row in graded() if row.grade == "wrong"] == [], table(list(graded()))
    for folder in ("reports/", "variants/", "cross/"):
        assert share(folder, "right") >= 0.9, table(list(graded()))
    for folder in ("healthy/", "earthly/", "aws-import/"):
        assert share(folder, "right") == 1, table(list(graded()))


@pytest.mark.parametrize("name", [name for name in EXPECTED if name.endswith("-unknown.log")])
def test_a_failure_that_nobody_knows_shows_how_its_step_ended(name: str) -> None:
    document = told((REPORTS / name).read_bytes())
    assert (document["result"], document["cause"]["id"]) == ("failed", "step-failed")
    texts = [row["text"] for row in document["evidence"]]
    assert texts[-1] == "frobnicate: internal inconsistency 0x51", "the last words of the step are the last line"
    assert 1 <= len(texts) <= 8
    assert [row["line"] for row in document["evidence"]] == sorted({row["line"] for row in document["evidence"]})
    said = document["cause"]["explanation"]
    assert "exit code 3 (" in said
    assert "What ran last: `" in said
    assert document["cause"]["fix"][0]["text"].startswith("Read the log from line ")


@pytest.mark.parametrize("name", [name for name, wanted in EXPECTED.items() if wanted["right"]])
def test_a_known_cause_has_its_line_and_something_to_do(name: str) -> None:
    data = (REPORTS / name).read_bytes()
    document = told(data)
    assert document["cause"]["fix"][0]["text"]
    first = document["evidence"][0]
    numbered = data.decode("utf-8", "replace").split("\n")[first["line"] - 1]
    assert first["text"][:40].removesuffix(" ...") in numbered or "***" in first["text"]


def test_the_host_of_the_line_is_in_what_to_do() -> None:
    document = told((REPORTS / "reports" / "30-apt-connect-403.log").read_bytes())
    assert "apt.postgresql.org" in document["cause"]["explanation"]
    assert ["curl -sSI https://apt.postgresql.org/"] in [fix["commands"] for fix in document["cause"]["fix"]]
    document = told((REPORTS / "reports" / "11-quay-502.log").read_bytes())
    assert ["curl -sSI https://quay.io/v2/"] in [fix["commands"] for fix in document["cause"]["fix"]]
