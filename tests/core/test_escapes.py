"""What of a line may be shown."""

from __future__ import annotations

import random
import re
import sys

import pytest

from canvos_tui.core.escapes import plain, showable, vanish

OBEYED = re.compile(r"\x1b(?!\[[0-9;:]*m)|[\x00-\x08\x0a-\x1a\x1c-\x1f\x7f-\x9f]")


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("\x1b[36m  +base\x1b[0m | text", "\x1b[36m  +base\x1b[0m | text"),
        ("a\x1b]0;title\x07b\x1b]52;c;ZXZpbA==\x1b\\c", "abc"),
        ("a\x1bP+q544e\x1b\\b\x1b_G1\x1b\\c\x1b^x\x1b\\d\x1bXy\x1b\\e", "abcde"),
        ("a\x1b[2J\x1b[1;1H\x1b[?1000h\x1b[?2004h\x1b[6n\x1b[5b\x1b[>1u\x1b[!pb", "ab"),
        ("a\x1b7\x1b8\x1bc\x1b(0\x1b#8\x1b=b", "ab"),
        ("a\x9b31mb\x90q\x9cc\x85d", "a31mbqcd"),
        ("a\x0e\x0f\x05\x07\x08b\x00\x7f", "ab"),
        ("10%\r50%\r100%", "100%"),
        ("50%\r   ", "50%"),
        ("a\tb\t\x1b[31mc", "a       b       \x1b[31mc"),
        ("user \u202egnp.exe\u202c", "user <U+202E>gnp.exe<U+202C>"),
        ("pass\u200bword\ufeff", "pass<U+200B>word<U+FEFF>"),
        ("🛰\ufe0f up 👩\u200d💻", "🛰 up 👩💻"),
        ("e\u0301 z\u0300\u0301\u0302\u0303\u0304!", "e\u0301 z\u0300\u0301!"),
        ("[bold]no markup[/bold]", "[bold]no markup[/bold]"),
        ("price 5 € Größe 世界", "price 5 € Größe 世界"),
    ],
)
def test_only_text_and_colours_are_shown(line: str, shown: str) -> None:
    assert showable(line) == shown
    assert plain(line) == re.sub(r"\x1b\[[0-9;:]*m", "", shown)


def test_nothing_that_a_terminal_obeys_survives_in_any_mixture() -> None:
    parts = [
        "\x1b",
        "[",
        "]",
        "P",
        "31",
        ";",
        "m",
        "H",
        "\x07",
        "\x1b\\",
        "\x9b",
        "\x90",
        "text",
        " ",
        "\x00",
        "0",
        "?",
        "\x18",
        "(",
        "B",
        "\r",
        "\t",
    ]
    dice = random.Random(5)
    for _ in range(20_000):
        line = "".join(dice.choice(parts) for _ in range(dice.randint(1, 14)))
        assert not OBEYED.search(showable(line)), repr(line)
        assert "\x1b" not in plain(line), repr(line)


def test_what_is_invisible_vanishes_though_python_takes_it_for_printable() -> None:
    hidden = [chr(n) for n in range(sys.maxunicode + 1) if showable(chr(n)) == f"<U+{n:04X}>"]
    assert {"\u115f", "\u1160", "\u3164", "\uffa0"} <= {char for char in hidden if char.isprintable()}
    assert {vanish(f"a{char}b") for char in hidden} == {"ab"}
