"""No expression can be made slow: twice the text takes about twice the time, on the texts that are worst for each."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator

import pytest

from canvos_tui.adapters.catalogue import load_catalogue
from canvos_tui.core.diagnosis import harmless, recent
from canvos_tui.core.diagnosis.pattern import Pattern
from canvos_tui.core.diagnosis.speech import reasons, speakers

MATCHED = {"_NUMBERED", "WRAPPERS", "_COMMENT", "_PROGRESS", "_END"}  # tried at one place only
SIZES = 4_000, 16_000
GROWTH = 4 * 2.5  # four times the text; what is over is for caches that others empty
FLOOR = 0.01  # seconds of the processor; below that the clock says nothing


def of_catalogue() -> Iterator[tuple[str, str, Callable[[str], object]]]:
    for entry in load_catalogue().entries:
        yield from ((entry.id, pattern.text, pattern.find) for pattern in entry.patterns)
        yield from ((entry.id, other.pattern, other.search) for other in (*entry.unless, *([entry.target] if entry.target else [])))


def of_modules() -> Iterator[tuple[str, str, Callable[[str], object]]]:
    yield from ((words.reason, words.regex.pattern, words.regex.search) for words in reasons._TABLE)
    for module in (reasons, speakers, harmless, recent):
        for name, value in vars(module).items():
            items = value if isinstance(value, tuple) else (value,)
            found = [part for item in items for part in (item if isinstance(item, tuple) else (item,)) if isinstance(part, re.Pattern)]
            yield from ((name, regex.pattern, regex.match if name in MATCHED else regex.search) for regex in found)


EXPRESSIONS = [*of_catalogue(), *of_modules()]


def worst_texts(pattern: str, size: int) -> Iterator[str]:
    """The pattern's own pieces again and again, with what its open places may hold between them."""
    plain = re.sub(r"\\[a-zA-Z]|\(\?[:!=<]+|[\\^$()|?*+]|\[[^\]]*\]|\{[^}]*\}", "\0", pattern)
    pieces = [piece for piece in plain.split("\0") if piece.strip()][:4] or ["x"]
    for unit in (*pieces, "".join(pieces), pieces[0] + "a.-:/", "a", "1", " ", "a ", "://", "-> ", "'", '"', "a.a", ": "):
        yield (unit * (size // len(unit) + 1))[:size]


def seconds(find: Callable[[str], object], text: str) -> float:
    best = 9.0
    for _ in range(3):
        begin = time.thread_time()  # of the processor, for the machine may be busy with something else
        find(text)
        best = min(best, time.thread_time() - begin)
    return best


def grows(find: Callable[[str], object], short: str, long: str) -> bool:
    """Whether the longer text takes far more than its share; asked three times."""
    for _ in range(3):
        took = seconds(find, long)
        if took <= FLOOR or took <= GROWTH * max(seconds(find, short), FLOOR / 8):
            return False
    return True


@pytest.mark.parametrize("number", range(0, len(EXPRESSIONS), 40))
def test_time_grows_with_the_text(number: int) -> None:
    slow = [
        (name, pattern, long[:20])
        for name, pattern, find in EXPRESSIONS[number : number + 40]
        for short, long in zip(worst_texts(pattern, SIZES[0]), worst_texts(pattern, SIZES[1]), strict=True)
        if grows(find, short, long)
    ]
    assert not slow


def test_the_measure_finds_a_slow_one() -> None:
    bad = re.compile(r"a.*c")
    short, long = "a" * 2000, "a" * 16000
    assert grows(bad.search, short, long)
    assert isinstance(load_catalogue().entries[0].patterns[0], Pattern)
