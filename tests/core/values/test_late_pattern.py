from __future__ import annotations

import re
import subprocess
import sys
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
    holders = [path for path in ROOT.rglob("*.py") if "late_pattern import pattern" in path.read_text("utf-8")]
    names = [".".join(("canvos_tui", *path.relative_to(ROOT).with_suffix("").parts)) for path in holders]
    code = (
        "import gc, importlib, sys\n"
        "from canvos_tui.core.values.late_pattern import pattern\n"
        "for name in sys.argv[1:]: importlib.import_module(name)\n"
        "ours = [one for one in gc.get_objects() if type(one) is pattern]\n"
        "print(len(ours), sum(one.groups >= 0 for one in ours))"
    )
    done = subprocess.run([sys.executable, "-c", code, *names], capture_output=True, text=True, check=True)
    there, tried = map(int, done.stdout.split())
    assert there == tried > 90
