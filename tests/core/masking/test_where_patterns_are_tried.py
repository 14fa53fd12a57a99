"""A pattern is tried on those lines alone that hold one of its words: no line that it would find something in may be passed over."""

from __future__ import annotations

import random

from canvos_tui.core.masking import patterns
from canvos_tui.core.masking.patterns import RULES, Span, spans_by_pattern
from tests.logs import LOGS

KEY_ID, SECRET = b"AKIAIOSFODNN7EXAMPLE", b"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
SHAPES = (
    KEY_ID,
    b"ASIAIOSFODNN7EXAMPLE",
    KEY_ID + b", " + SECRET,
    b"ASIAIOSFODNN7EXAMPLE, " + SECRET,
    b"[ -z " + SECRET + b" ]",
    b"FwoGZXIvYXdzEXAMPLE",
    b"FQoGZXIvYXdzEXAMPLE",
    b"IQoJb3JpZ2luEXAMPLE",
    b"x-AMZ-signature=0123456789abcdef",
    b"https://me:hush@example.invalid/x",
    b"https://abcdefghijklmnopqrstuvwx@example.invalid/x",
    b"Authorization: Bearer example",
    b"eyJhbGciOiJIUzI1NiJ9.eyJzdWIi.c2ln",
    *(b"gh%c_0123456789abcdef0123" % letter for letter in b"opsur"),
    b"github_pat_0123456789abcdef",
    *(b"gl%s-0123456789abcdef0123" % kind for kind in (b"pat", b"dt", b"rt")),
    *(b"dckr_%cat_0123456789abcdef" % letter for letter in b"po"),
    b"AWS4 Signature=0123456789abcdef0123",
    b"docker login -u me -p hush",
    b"curl -u me:hush example.invalid",
    b"pro attach C1234567890abcdef",
    b"machine x login me password hush",
    b'content="#cloud-config"',
    b" s=aGVsbG8gaGVsbG8gaGVsbG8gaGVsbG8=",
    b"Password: hush",
    b'"edgeHostToken": "hush"',
    b"passphrase='hush'",
    b"PRO_KEY=hush",
    b"api_key=hush",
    b"ApiKey: hush",
    b"private_key: hush",
    b"privateKey=hush",
    b"client_secret=hush",
    b"    token: two words",
    b"x | passwd: two words",
    b"--api-key hush",
    b"--pro-key hush",
    b"--secret-access-key hush",
    b"--registry-token hush",
    b"--passphrase hush",
)
LINE_ENDS = (b"\n", b"\n", b"\r", b"\r\n")
PIECES = (*LINE_ENDS, b" ", b"x", b'"', b"'", b"\\", b" | ", b"=", b": ", b"://", b"@", b"--", b"-", b"token", b"PASSW", b"key")


def everywhere(text: bytes) -> list[Span]:
    """What the patterns find when each is tried on the whole text, whatever words stand in it."""
    whole = [(0, len(text))]
    found = [span for rule in RULES for span in patterns._by_rule(rule, text, whole)]
    found += [*patterns._pairs(text, whole), *patterns._options(text, whole)]
    found += patterns._logins(text)
    return [*found, *patterns._documents(text)]


def in_order(spans: list[Span]) -> list[tuple[int, int, str, bytes]]:
    return sorted((span.start, span.end, span.name, span.keep) for span in spans)


def test_each_shape_is_found_and_each_word_of_a_pattern_has_a_shape():
    assert not [shape for shape in SHAPES if not everywhere(shape)]
    for rule in RULES:
        found = [shape.lower() for shape in SHAPES if rule.pattern.search(shape)]
        assert not [word for word in rule.needs if not any(word in shape for shape in found)], rule
    assert not [word for word in patterns._NEEDS + patterns._KEYS if not any(word in shape.lower() for shape in SHAPES)]


def test_nothing_is_passed_over_wherever_a_secret_stands():
    chance = random.Random(12)
    for _ in range(1500):
        words = chance.choices(SHAPES, k=chance.randint(1, 4)) + chance.choices(PIECES, k=chance.randint(0, 9))
        chance.shuffle(words)
        text = b"".join(words)
        text = chance.choice((text, text, text.upper(), text.lower()))
        assert in_order(list(spans_by_pattern(text))) == in_order(everywhere(text)), text


def test_nothing_is_passed_over_in_a_log():
    for path in LOGS:
        text = path.read_bytes()[:100_000]
        assert in_order(list(spans_by_pattern(text))) == in_order(everywhere(text)), path


def test_nothing_is_passed_over_behind_many_words_of_its_kind():
    """Only the first places of words with the same letter are looked at one by one; a text that is full of them is looked at whole."""
    for many in (b"akia ", b"pro-key "):
        for times in (patterns._FEW - 1, patterns._FEW, 3 * patterns._FEW):
            text = many * times + b"x" * 2 * patterns._REACH + b"\nprivatekey=hush"
            assert [span.name for span in spans_by_pattern(text)] == ["secret"], (many, times)
