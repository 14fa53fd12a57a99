"""A text outside the screens names no screen: it says what to do, and the screen adds where."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import canvos_tui
from canvos_tui.core.checks.check import CheckAnswer, Wait, waits
from canvos_tui.core.errors import Remedy
from canvos_tui.core.pages import BY_SLUG
from canvos_tui.core.status import Status
from canvos_tui.tui.checks.places import advice, observed

ROOT = Path(canvos_tui.__file__).parent
_SCREEN = re.compile(r"\b[Ss]creens? \d")


def texts(path: Path) -> Iterator[tuple[int, str]]:
    """The texts of a module with their lines; docstrings are no texts, nobody is shown them."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    inside = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    documented = (node for node in ast.walk(tree) if isinstance(node, inside) and ast.get_docstring(node))
    docs = {id(node.body[0].value) for node in documented if isinstance(node.body[0], ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            yield node.lineno, node.value


def test_only_a_screen_names_a_screen() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}: {text}"
        for path in sorted(ROOT.rglob("*.py"))
        if path.relative_to(ROOT).parts[0] != "tui"
        for line, text in texts(path)
        if _SCREEN.search(text)
    ]
    assert found == []


def test_data_of_the_package_names_no_screen_either() -> None:
    for path in (*ROOT.rglob("*.yaml"), *ROOT.rglob("*.json")):
        assert not _SCREEN.search(path.read_text(encoding="utf-8")), path


@pytest.mark.parametrize(
    ("pages", "told"),
    [((), "waits for it"), (("s3",), "waits for it (screen S3)"), (("s3", "keys"), "waits for it (screens S3 and Keys)")],
)
def test_the_screen_says_where_an_answer_is_given(pages: tuple[str, ...], told: str) -> None:
    assert observed(waits(Wait("it", pages))) == told


def test_the_screen_says_where_a_remedy_can_be_done() -> None:
    assert advice(Remedy("Correct REGION", page="s3")) == f"Correct REGION ({BY_SLUG['s3'].words})"
    assert advice(Remedy("Correct it")) == "Correct it"
    assert observed(CheckAnswer(Status.PASS, "all is well", "")) == "all is well"
