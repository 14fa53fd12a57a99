"""Searching a log piece by piece, against the plain way to do it."""

from __future__ import annotations

import random
import re
from array import array

import pytest

from canvos_tui.core.errors import InvalidValueError
from canvos_tui.core.log.literals import words_of_regex
from canvos_tui.core.log.query import Search, after, before, parse_query
from tests.logs import EARTHLY

SGR = re.compile(rb"\x1b\[[0-9;]*m")
LOG = b"".join(
    [
        b"\x1b[36m         +base-image\x1b[0m | --> RUN apt-get update\n",
        b"\x1b[36m         +base-image\x1b[0m *\x1b[91mfailed\x1b[0m* | E: Failed to fetch http://x\n",
        b"36 bottles, FETCHED\n",
        b"\n",
        b"plain fetch fetch fetch\n",
        b"        +base-image | Gr\xc3\xb6\xc3\x9fe -> 5\n",
        b"       +cloud-image | \x1b[90m09:22\x1b[0m \x1b[32mINF\x1b[0m \x1b[36mimage=\x1b[0mquay.io/kairos\n",
    ]
)


def found(text: str, data: bytes = LOG, size: int = 0) -> list[int]:
    search = Search(parse_query(text), lambda at: data.count(b"\n", 0, at))
    lines = data.splitlines(keepends=True)
    step = size or len(lines)
    byte = 0
    for at in range(0, len(lines), step):
        piece = b"".join(lines[at : at + step])
        search.feed(piece, byte)
        byte += len(piece)
    return list(search.hits)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("fetch", [1, 2, 4]),
        ("Fetch", []),
        ("FETCHED", [2]),
        ("36", [2]),  # not the colour
        ("[36m", []),
        ("+base-image | -->", [0]),  # across a colour
        ("*failed*", [1]),
        ("Größe", [5]),
        ("->", [0, 5]),
        ("apt-get update", [0]),
        ("nowhere", []),
        ("re:fetch$", [4]),
        ("re:^ +\\+base-image \\*failed", [1]),
        ("re:\\d+ bottles", [2]),
        ("re:FETCH", [2]),
        ("image=quay", [6]),  # a colour ends within what looks like one word
        ("INF image=quay.io", [6]),
        ("re:^$", [3]),
        ("re:x*", [0, 1, 2, 3, 4, 5, 6]),
    ],
)
@pytest.mark.parametrize("size", [0, 1, 2])
def test_every_line_with_a_hit_is_found_once(text: str, lines: list[int], size: int) -> None:
    assert found(text, size=size) == lines


def plainly(text: str, data: bytes) -> list[int]:
    """The same by the plainest way: line by line, without colours, with the expression itself."""
    source = text.removeprefix("re:") if text.startswith("re:") else re.escape(text)
    exact = any(c.isupper() for c in re.sub(r"\\.", "", text.removeprefix("re:")))
    regex = re.compile(source.encode(), re.MULTILINE | (0 if exact else re.IGNORECASE))
    return [n for n, line in enumerate(SGR.sub(b"", data).split(b"\n")[:-1]) if regex.search(line)]


@pytest.mark.parametrize("size", [7, 600, 100_000])
@pytest.mark.parametrize(
    "text",
    [
        "kairos",
        "+base-image",
        " | ",
        "Get:",
        "-->",
        "e",
        "exit code",
        "a",
        "36",
        "404",
        "1 ",
        "m",
        "+base-image | Get:2",
        "re:[0-9a-f]{12}",
        "re:get:[0-9]+ http",
        "re:(get|put)",
        "re:\\bRUN\\b",
        "re:^ +\\+base-image \\| (-->|get)",
        "re:[^a-z]x?99",
        "re:kb]$",
    ],
)
def test_a_real_log_gives_what_a_plain_search_gives(text: str, size: int) -> None:
    data = (EARTHLY / "success-v4.10.0.log").read_bytes().replace(b"\r", b"")
    data = re.sub(rb"\x1b\[\d*[A-K]", b"", data)
    assert found(text, data, size) == plainly(text, data)


@pytest.mark.parametrize("text", ["rare-word", "usual-word", "usual-word 77", "word", "re:w[o]rd 5.$", "7", "nowhere-word"])
def test_what_is_rare_at_first_may_be_usual_later_and_the_other_way_round(text: str) -> None:
    dice = random.Random(5)
    kinds = [b"\x1b[36mrare\x1b[0m-word %d", b"usual-\x1b[1mword\x1b[0m %d", b"something else %d", b"%d"]
    lines = []
    for weights in ((0, 1, 9, 9), (9, 1, 1, 1), (0, 30, 1, 1), (0, 0, 1, 1), (9, 9, 0, 0)):
        lines += [kind % dice.randrange(1000) for kind in dice.choices(kinds, weights, k=4000)]
    data = b"\n".join(lines) + b"\n"
    assert found(text, data, 500) == plainly(text, data)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("Get:[0-9]*99999 ", ["Get", ":", "99999", " "]),
        ("fetch$", ["fetch"]),
        ("^ab+c", ["ab", "c"]),
        ("ab*c", ["a", "c"]),
        ("ab?c{2}d", ["a", "d"]),
        (r"a\.b\dc", ["a", ".", "b", "c"]),
        (r"[]x]y[^]z]", ["y"]),
        (r"[\]|(]y", ["y"]),
        (r"\(a\|b\)", ["(", "a", "|", "b", ")"]),
        ("a|b", []),
        ("x(a)", []),
        ("(?i)x", []),
        ("x*", []),
        ("x*?y", ["y"]),
        ("", []),
    ],
)
def test_words_that_every_match_of_an_expression_has(source: str, words: list[str]) -> None:
    assert [word.decode() for word in words_of_regex(source.encode())] == words


def test_the_first_hits_are_told_at_once_and_only_they() -> None:
    search = Search(parse_query("x"), lambda byte: byte // 2)
    assert [search.feed(piece, at) for at, piece in ((0, b"a\n"), (2, b"x\n"), (4, b"x\n"))] == [False, True, False]
    assert list(search.hits) == [1, 2]
    assert [search.number_of(line) for line in range(4)] == [0, 1, 2, 0]


@pytest.mark.parametrize("text", ["re:(", "re:(a+)+$", "re:(a*)*b", "re:(?:x|y+)*", "re:.*.*.*.*x", "re:*"])
def test_an_expression_that_is_none_or_could_take_for_ever_is_refused(text: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        parse_query(text)
    assert caught.value.allowed
    assert caught.value.remedy


def test_hits_are_marked_in_the_text_shown() -> None:
    assert parse_query("fetch").spans("Fetch, fetch") == [(0, 5), (7, 12)]
    assert parse_query("Fetch").spans("Fetch, fetch") == [(0, 5)]
    assert parse_query("a.b").spans("axb a.b") == [(4, 7)]
    assert parse_query("re:a.b").spans("axb a.b") == [(0, 3), (4, 7)]
    assert parse_query("re:x*").spans("axxb") == [(1, 3)]


def test_next_and_previous_of_sorted_lines() -> None:
    dice = random.Random(2)
    numbers = array("I", sorted(dice.sample(range(200), 40)))
    for line in range(-1, 202):
        assert after(numbers, line) == next((n for n in numbers if n > line), None)
        assert before(numbers, line) == next((n for n in reversed(numbers) if n < line), None)
