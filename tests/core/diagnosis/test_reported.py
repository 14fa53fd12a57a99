"""What people report in public threads, each as a log from a terminal, from a pipeline with time stamps, and pasted at 80 columns."""

from __future__ import annotations

from collections.abc import Callable
from itertools import zip_longest
from pathlib import Path

import pytest

from canvos_tui.adapters.catalogue import load_catalogue
from canvos_tui.commands.diagnose import diagnosed
from tests.build_log import BuildLog
from tests.core.diagnosis.test_wordings import log_of
from tests.wraps import cut, shown

ROWS = [
    row.split(" ", 2)
    for row in Path(__file__).with_name("reported.txt").read_text(encoding="utf-8").splitlines()
    if row and not row.startswith("#")
]


def terminal(data: bytes) -> bytes:
    return data


def pipeline(data: bytes) -> bytes:
    """As GitHub's runner prefixes each line."""
    lines = data.decode().split("\n")[:-1]
    return "".join(f"2026-04-21T09:{n // 60 % 60:02}:{n % 60:02}.1234567Z {line}\n" for n, line in enumerate(lines)).encode()


def pasted(data: bytes) -> bytes:
    return "\n".join([*cut(shown(data), 80), ""]).encode()


FORMS = (terminal, pipeline, pasted)


def answer(where: str, say: str, form: Callable[[bytes], bytes]) -> str:
    data = log_of({"where": where, "say": say.replace("\\n", "\n")})
    found = diagnosed(iter([form(data)]), load_catalogue())
    return found.known


@pytest.mark.parametrize(("where", "right", "say"), ROWS, ids=[f"{n}-{row[1].split(',')[0]}" for n, row in enumerate(ROWS)])
def test_what_is_reported_in_public_is_known_in_each_form(where: str, right: str, say: str) -> None:
    for form in FORMS:
        assert (answer(where, say, form) or "-") in right.split(","), form


def test_they_are_many() -> None:
    assert len(ROWS) >= 110


GENERAL = {"E-DOCKER-REFUSED", "E-RUNC", "E-AWS-REFUSED", "E-S3-DENIED", "E-EC2-DENIED", "E-APT-FETCH", "E-BUILDER-GONE"}
EVERYWHERE = {"E-DISK-FULL", "E-MEMORY", "E-WRONG-CPU"}  # true of the machine, whichever step said it


@pytest.mark.parametrize("part", range(4))
def test_a_log_that_stops_in_the_middle_of_a_line_has_no_other_cause(part: int) -> None:
    """Where the reason is cut away it is a more general one, or none."""
    for where, right, say in ROWS[part::8]:
        data = log_of({"where": where, "say": say.replace("\\n", "\n")})
        for kept in range(len(data) - 400, len(data), 41):
            found = diagnosed(iter([data[: max(kept, 0)]]), load_catalogue())
            assert found.known in {"", *right.split(","), *GENERAL}, (say, kept)
            assert found.result != "succeeded"


def test_of_two_failures_side_by_side_the_first_counts() -> None:
    steps = {where: [(right, say.split("\\n")) for place, right, say in ROWS if place == where] for where in ("base", "raw")}
    for number, (right, mine) in enumerate(steps["base"]):
        other, theirs = steps["raw"][number % len(steps["raw"])]
        log = BuildLog().step("+base-image").step("+cloud-image")
        for a, b in zip_longest(theirs, mine):
            log.says("+cloud-image", *filter(None, (a,))).says("+base-image", *filter(None, (b,)))
        data = log.fails("+base-image", 100).fails("+cloud-image", 1).data()
        known = diagnosed(iter([data]), load_catalogue()).known
        assert known in {*right.split(","), *EVERYWHERE.intersection(other.split(","))}, (mine, theirs)
