"""What the README says of the house is so: every path and name that it gives, and the table of the floors."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import canvos_tui
from tests.test_floors import CORE

ROOT = Path(__file__).parents[1]
PACKAGE = Path(canvos_tui.__file__).parent
_BUILT = (ROOT / "README.md").read_text(encoding="utf-8").split("## How it is built", 1)[1].split("## Test it", 1)[0]
# a path, with a name that stands in that file behind a colon
NAMED = sorted(set(re.findall(r"`((?:[\w.-]+/)+[\w.-]*|[\w-]+\.(?:py|yaml))(?::(\w+))?`", _BUILT)))


def found(path: str) -> Path:
    """Below the package, unless it is of the tests."""
    return (ROOT if path.startswith("tests/") else PACKAGE) / path


def names_of(path: Path) -> set[str]:
    """What stands at the top level of a module."""
    names: set[str] = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names.update(target.id for target in targets if isinstance(target, ast.Name))
    return names


@pytest.mark.parametrize(("path", "name"), NAMED, ids=[":".join(pair).rstrip(":") for pair in NAMED])
def test_what_is_named_is_there(path, name):
    place = found(path)
    assert place.is_dir() if path.endswith("/") else place.is_file()
    assert not name or name in names_of(place)


def test_it_names_the_ways_and_the_recipes():
    assert len(NAMED) > 30
    assert [line[4:] for line in _BUILT.splitlines() if line.startswith("### ")] == [
        "To add a field",
        "To add a check",
        "To add a known error",
    ]


def test_the_floors_are_those_that_are_held():
    rows = re.findall(r"^\| (\d) \| (.*) \|$", _BUILT, re.MULTILINE)
    assert {name: int(floor) for floor, told in rows for name in re.findall(r"`(\w+)`", told)} == CORE
