from __future__ import annotations

import ast
import importlib
import re
from pathlib import Path

import pytest

import canvos_tui
from canvos_tui.core.values.late_pattern import pattern

ROOT = Path(canvos_tui.__file__).parent


def test_it_does_what_a_pattern_does() -> None:
    word, same = pattern(r"(?P<first>[a-z])\w*", re.IGNORECASE), re.compile(r"(?P<first>[a-z])\w*", re.IGNORECASE)
    text = "One two"
    for _ in range(2):
        assert [m["first"] for m in word.finditer(text)] == ["O", "t"]
        assert word.sub("x", text) == "x x"
        assert (word.fullmatch(text), word.pattern, word.groups, word.flags) == (None, same.pattern, 1, same.flags)


def test_nothing_is_compiled_before_the_first_text(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    compiled = re.compile

    def noted(text: str, flags: int = 0) -> re.Pattern[str]:
        made.append(text)
        return compiled(text, flags)

    monkeypatch.setattr(re, "compile", noted)
    word = pattern("a+")
    assert made == []
    assert word.match("aa")
    assert word.match("b") is None
    assert made == ["a+"]


def test_a_wrong_one_says_so_with_the_first_text() -> None:
    with pytest.raises(re.error):
        pattern("(").match("")


def test_each_of_ours_can_be_compiled() -> None:
    """Where it is written nobody would see a wrong one before its page is opened."""
    tried = 0
    for path in ROOT.rglob("*.py"):
        text = path.read_text("utf-8")
        if "late_pattern import pattern" not in text:
            continue
        module = importlib.import_module(".".join(("canvos_tui", *path.relative_to(ROOT).with_suffix("").parts)))
        for node in ast.parse(text).body:
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and getattr(node.value.func, "id", "") == "pattern":
                assert isinstance(node.targets[0], ast.Name)
                assert getattr(module, node.targets[0].id).groups >= 0
                tried += 1
    assert tried > 50
