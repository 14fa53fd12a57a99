"""The catalogue's form: what an entry must have, what is refused with a reason, and how a line is claimed."""

from __future__ import annotations

import re
from importlib.resources import files
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from canvos_tui.adapters.catalogue import load_catalogue
from canvos_tui.core.diagnosis.catalogue import Priority, parse_catalogue
from canvos_tui.core.diagnosis.places import PLACES, explained, filled
from canvos_tui.core.errors import CanvosError, Command, Remedy
from canvos_tui.core.log.line import parse_line
from canvos_tui.core.log.literals import fixed_text
from canvos_tui.core.run.phase import Phase

GOOD: dict[str, Any] = {
    "id": "E-DISK-FULL",
    "title": "The disk is full",
    "priority": "A",
    "patterns": ["[Nn]o space left"],
    "explanation": "Nothing fits any more.",
    "fix": [{"text": "Free some", "commands": ["df -h"]}],
    "sample": ["        +cloud-image | write: No space left on device"],
}
OTHER = {**GOOD, "id": "E-OTHER", "patterns": ["left on device"], "priority": "B"}


def test_an_entry_as_data():
    more = {"phase": "raw", "docs": ["https://example.org/"], "since": "v4.8.8", "until": "v4.9.38", "target": "\\+cloud-image"}
    (entry,) = parse_catalogue([{**GOOD, **more}]).entries
    assert (entry.id, entry.priority, entry.phase) == ("E-DISK-FULL", Priority.A, Phase.RAW)
    assert entry.remedies == (Remedy("Free some", (Command("df -h"),)),)
    assert entry.docs == ("https://example.org/",)
    assert entry.concerns() == "Concerns the tags v4.8.8 to v4.9.38."
    assert not entry.is_symptom


def test_each_cause_that_came_with_this_version_says_phase_and_tags():
    """Where it holds everywhere it says so, and no entry is left unthought of."""
    items = yaml.safe_load(files("canvos_tui.core.diagnosis").joinpath("known_errors.yaml").read_text(encoding="utf-8"))
    assert [item["id"] for item in items if not {"phase", "since", "source", "docs"} <= item.keys()] == []
    for item in items:
        in_aws = item["phase"] in {"checks", "upload", "import", "register", "ami", "awscli"}
        assert not in_aws or item["since"] != "any", f"{item['id']}: no tag before v4.8.8 has these steps"
    anywhere = parse_catalogue([{**GOOD, "phase": "any", "since": "any"}]).entries[0]
    assert (anywhere.phase, anywhere.since, anywhere.concerns()) == (None, "", "")
    assert parse_catalogue([{**GOOD, "since": "v4.8.8"}]).entries[0].concerns() == "", "that is every tag with the target"
    assert "v4.10.0-rc.2 on" in parse_catalogue([{**GOOD, "since": "v4.10.0-rc.2"}]).entries[0].concerns()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"title": ""}, "lacks title"),
        ({"sample": []}, "lacks sample"),
        ({"cause": "x"}, "unknown cause"),
        ({"id": "disk"}, "not like E-"),
        ({"priority": "D"}, "not A, B or C"),
        ({"patterns": ["no(space"]}, "no regular expression"),
        ({"patterns": "No space left"}, "no list of texts"),
        ({"patterns": ["(?i)no space left"]}, "sets a flag"),
        ({"patterns": ["No .* le"]}, "5 characters of fixed text"),
        ({"patterns": ["No space left|ENOS"]}, "5 characters of fixed text"),
        ({"patterns": ["[Nn]o space left", "disk quota exceeded"]}, "no sample for the pattern disk quota"),
        ({"phase": "nowhere"}, "nowhere"),
        ({"docs": ["http://example.org"]}, "no https address"),
        ({"since": "4.8"}, "since is no release tag"),
        ({"fix": ["do it"]}, "a fix has a text"),
        ({"fix": [{"text": "x", "command": "y"}]}, "a fix has a text"),
        ({"explanation": 5}, "explanation is no text"),
    ],
    ids=str,
)
def test_a_bad_entry_is_named_with_what_is_wrong(change, words):
    with pytest.raises(CanvosError, match=re.escape(words)) as caught:
        parse_catalogue([{**GOOD, **change}])
    assert str(caught.value).startswith(f"known error {change.get('id', 'E-DISK-FULL')}: ")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, "no list of entries"),
        ([], "no list of entries"),
        (["x"], "no. 1: no mapping"),
        ([OTHER, GOOD], "E-DISK-FULL: must stand before E-OTHER"),
        ([GOOD, GOOD], "only once"),
    ],
)
def test_bad_data_is_refused(data, words):
    with pytest.raises(CanvosError, match=re.escape(words)):
        parse_catalogue(data)


def test_the_strongest_entry_comes_first_and_conditions_hold():
    line = parse_line("        +cloud-image | No space left on device")
    assert [c.entry.id for c in parse_catalogue([GOOD, OTHER]).claims(line)] == ["E-DISK-FULL", "E-OTHER"]
    best = parse_catalogue([{**GOOD, "unless": ["device$"]}, OTHER]).best(line)
    assert best is not None
    assert best.entry.id == "E-OTHER"
    for target, claimed in (("\\+cloud-image", True), ("\\+cloud", False), ("", False)):
        assert bool(parse_catalogue([{**GOOD, "target": target}]).claims(line)) is claimed, target
    assert parse_catalogue([{**GOOD, "target": ""}]).best(parse_line("No space left")) is not None


@pytest.mark.parametrize(
    ("pattern", "fixed"),
    [
        ("no such host", "no such host"),
        ("a (b|c) defgh", " defgh"),
        ("^start of (x(y)z)end$", "start of "),
        ("one|two", ""),
        ("colou?r of", "colo"),
        ("abc+def", "abc"),
        ("ab{2}cdef", "cdef"),
        ("\\(Code\\)\\.\\w+ here", "(Code)."),
        ("set [a-z\\]()] behind", " behind"),
        ("\\bword\\d", "word"),
    ],
)
def test_the_fixed_text_of_a_pattern(pattern, fixed):
    assert fixed_text(pattern) == fixed


@given(st.from_regex(r"x(ab|c)?d\.e+[fg]*hi(j{1,2}|k) l", fullmatch=True))
def test_the_fixed_text_is_in_every_match(text):
    pattern = r"x(ab|c)?d\.e+[fg]*hi(j{1,2}|k) l"
    assert fixed_text(pattern) == "d.e"
    assert "d.e" in text


def test_a_name_that_is_looked_for_is_no_place_for_a_value() -> None:
    """`grep REGION .arg` would look for eu-west-1 as soon as the run's region is known."""
    values = dict.fromkeys(PLACES.values(), "a-value")
    looks = [c for entry in load_catalogue().entries for fix in entry.remedies for c in fix.commands if c.run.startswith("grep ")]
    assert len(looks) > 10
    for command in looks:
        assert filled(Remedy("", (command,)), values).commands == (command,)
        assert "put" not in explained(Remedy("", (command,))).text
