"""Only lines that hold a telling word are looked at closely: no secret stands in the others."""

from __future__ import annotations

import random

from hypothesis import example, given
from hypothesis import strategies as st

from canvos_tui.core.escapes import ANY_BYTES
from canvos_tui.core.masking import patterns, redactor
from canvos_tui.core.masking.patterns import RULES, lines_with, spans_by_pattern
from tests.core.masking.test_forms import SHAPES
from tests.core.masking.test_redaction import test_a_secret_is_known_by_its_shape as by_shape

ROWS = [row[0] for row in by_shape.pytestmark[0].args[1]]  # type: ignore[attr-defined]  # what pytest keeps of its parameters
SHOWN = [text.encode() for text in (*(shape.format("Tr0ub4dor3xyz") for shape in SHAPES), *ROWS)]
FILLER = [
    b"Get:1 http://archive/pool main amd64",
    b"+ mkfs -t ext4 [ -z ok ]",
    b"key: value --flag",
    b"",
    b"\r",
    b" | ",
    b"login",
    b"token",
]


def everywhere(text: bytes) -> set[tuple[int, int, str]]:
    """What the rules find when each is tried on the whole text."""
    whole = [(0, len(text))]
    found = [span for rule in RULES for span in patterns._by_rule(rule, text, whole)]
    found += [*patterns._logins(text), *patterns._pairs(text, whole), *patterns._options(text, whole), *patterns._documents(text)]
    return {(span.start, span.end, span.name) for span in found}


def found_in(text: bytes) -> set[tuple[int, int, str]]:
    return {(span.start, span.end, span.name) for span in spans_by_pattern(text)}


def test_each_text_that_is_masked_is_masked_among_lines_that_are_not() -> None:
    assert len(SHOWN) > 45
    shuffled = random.Random(7)
    for text in SHOWN:
        for _ in range(4):
            around = [shuffled.choice(FILLER) for _ in range(6)]
            around.insert(shuffled.randrange(7), text)
            lines = b"\n".join(around)
            assert found_in(lines) == everywhere(lines) != set(), text


@given(st.lists(st.sampled_from([*SHOWN, *FILLER, b"\n", b"\n", b"\n", b'"', b"' ", b"="]), max_size=14))
@example([b"password", b"\n", b"=x"])
def test_any_company_gives_the_same(parts: list[bytes]) -> None:
    text = b"".join(parts)
    assert found_in(text) == everywhere(text)


def test_every_rule_has_a_word_that_each_of_its_finds_holds() -> None:
    """The words are found in small letters."""
    for rule in RULES:
        assert rule.needs
        assert all(word == word.lower() for word in rule.needs)
    for text in SHOWN:
        lower = text.lower()
        for rule in RULES:
            for match in rule.pattern.finditer(text):
                assert any(word in match[0].lower() for word in rule.needs), (rule, match)
        assert all(lower[start:end].count(b"\n") == 0 for start, end in lines_with((b"token",), lower))


def test_the_lines_with_a_word() -> None:
    assert lines_with((b"a",), b"") == []
    assert lines_with((b"a",), b"a") == [(0, 1)]
    assert lines_with((b"a", b"b"), b"x\na a\nb\nxa b\n") == [(2, 5), (6, 7), (8, 12)]


SIGNS = [bytes([sign]) for sign in b"\x1bm0;\x07\x08\n\ra\\( \x7f?"] + [b"\x1b[", b"\x1b]", b"\x1b\\", b"\xc2\x9b"]


@given(st.lists(st.sampled_from(SIGNS), max_size=20))
def test_what_is_visible_is_what_is_left_without_sequences_and_controls(parts: list[bytes]) -> None:
    assert ANY_BYTES in redactor._HIDDEN.pattern
    text = b"".join(parts)
    assert redactor._visible(text) == redactor._HIDDEN.sub(b"", text)
