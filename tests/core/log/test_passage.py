"""What is made ready once for several readers is what each would find by itself."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from hypothesis import assume, given
from hypothesis import strategies as st

from canvos_tui.core.diagnosis.harmless import tells_nothing
from canvos_tui.core.log.line import Kind, Passage, parse_line
from canvos_tui.core.log.literals import Skim, any_of_words, lines_with, numbered
from canvos_tui.core.log.phase_reader import PhaseReader
from canvos_tui.core.log.record import OpenRecord, drawn_list, newest_state

AT = datetime(1970, 1, 1, tzinfo=UTC)
PIECES = st.sampled_from(
    [b"a", b"one", b" ", b"\r", b"\r", b"\r\r", b"\x1b[32m", b"\x1b[1A", b"\x1b[K", b"         +base-image | ", b" | ", b"\x00", b"x" * 600]
)
WORDS = ("error", "error: ", "err", "cancel", "canceled: context", "no such host", "such")
OTHERS = ("error: in", "no ", "cancel", "host", "-- host")
TEXTS = st.sampled_from([*WORDS, *OTHERS, " ", "x", "\n", "\n", "_"])


@given(st.lists(PIECES, max_size=9), st.integers(0, 2))
def test_the_newest_state_of_a_whole_line_is_what_an_open_one_would_show(pieces: list[bytes], ends: int) -> None:
    raw = b"".join(pieces).rstrip(b"\r")
    assume(b"\r" in raw)
    record = OpenRecord()
    record.add(raw + b"\r" * ends)
    assert record.close() == [newest_state(raw)]


LIST = st.sampled_from(
    [b"\x1b[2K", b"\x1b[2K", b"0123456789ab: Waiting", b"ba9876543210: Done", b"plain", b"\r", b"\r", b" ", b"\x1b[1A", b"y" * 400]
)


@given(st.lists(LIST, max_size=12))
def test_a_list_drawn_within_a_whole_line_is_what_an_open_one_would_show(pieces: list[bytes]) -> None:
    raw = b"".join(pieces)
    record = OpenRecord()
    record.add(raw)
    records = record.close()
    assert drawn_list(raw) == (records if b"\x1b[2K" in raw.rpartition(b"\r")[0] else [])


@given(st.lists(TEXTS, max_size=30))
def test_one_walk_finds_for_each_reader_the_lines_that_it_would_find_alone(parts: list[str]) -> None:
    low = "".join(parts).encode()
    alone = tuple(numbered(lines_with(any_of_words(words), low), low) for words in (WORDS, OTHERS))
    assert Skim(WORDS, OTHERS).lines(low) == alone


@given(st.lists(TEXTS, max_size=30))
def test_a_line_has_one_of_the_words_where_a_word_begins_so(parts: list[str]) -> None:
    low = "".join(parts)
    begins = re.compile(rf"\b(?:{'|'.join(WORDS)})")
    there = [number for number, line in enumerate(low.split("\n")) if begins.search(line)]
    assert numbered(lines_with(any_of_words(WORDS), low.encode()), low.encode()) == there


def test_a_passage_has_no_colours_and_takes_each_line_apart_once() -> None:
    passage = Passage(["\x1b[36m         +base-image\x1b[0m | \x1b[31mError: x\x1b[0m", "\x1b[0m"])
    assert passage.texts == ["         +base-image | Error: x", ""]
    assert passage.line(0) == parse_line(passage.texts[0])
    assert passage.line(0) is passage.line(0)
    assert passage.low == b"         +base-image | error: x\n"


def test_settings_and_packages_tell_nothing_and_all_else_is_left() -> None:
    front = "         +base-image | "
    settled = [
        "ARCH=amd64 PROXY= TOKEN=error:x ",
        "linux/amd64 | A=1 B=error",
        "Setting up libgpg-error0:amd64 (1.42-3build2) ...",
        "Unpacking tls-error (2) over (1) ...",
        "Selecting previously unselected package libcannot-fail.",
        "Preparing to unpack .../12-liberror_1.deb ...",
        "Get:7 http://archive.invalid/ubuntu jammy/main amd64 liberror amd64 1.2 [3,456 kB]",
        "[----------] 100% FROM registry.invalid/error:denied",
    ]
    repeated = [f"{front[:20]}{marks} | error: x" for marks in (" *failed*", " *local* *failed*")]
    passage = Passage([*(f"{front}{text}" for text in settled), *repeated])
    assert passage.telling == b"\n" * (len(settled) + len(repeated) - 1)
    for number in range(len(settled) + len(repeated)):
        line = passage.line(number)
        assert line.kind in {Kind.META, Kind.PROGRESS} or line.failed or tells_nothing(line.body)
    left = [
        *(f"{front}{text} x" for text in settled[1:-1]),
        f"{front}A=1 failed",
        f"{front}Setting up the proxy failed: connection refused",
        f"{front}Get:7 http://a.invalid x amd64 y 503 Service Unavailable",
        "web | A=1 B=error",
        "A=1 B=error",
        f"    +x *failed* | {settled[0]}",
    ]
    bodies = "\n".join(text.removeprefix(front) for text in left).lower().encode()
    assert Passage(left).telling == bodies


def test_a_target_between_the_lines_of_another_hides_nothing() -> None:
    """Lines of a known target are passed over where they can tell nothing; what tells is read wherever it stands."""
    base, cloud, aws = "         +base-image | ", "        +cloud-image | ", "    +aws-cloud-image | "
    noise = [
        f"{base}Get:1",
        f"{cloud}copying",
        f"{aws}++ echo x",
        f"{base}Get:2",
        f"{aws}++ echo y",
        f"{cloud}--> RUN x",
        f"{base}--> RUN y",
    ]
    told = [
        f"{cloud}8:23AM INF AuroraBoot v0.1",
        f"{aws}++ taskID=import-snap-0123456789abcdef0",
        f"{aws}2025-01-01 10:00:00 - Status Message: it broke",
        f"{aws}E unknown thing",
        f"{base}ERROR Earthfile:1:2",
        f"{base}      did not complete successfully. Exit code 7",
    ]
    reader = PhaseReader()
    reader.feed([*noise, *noise, *(line for one in told for line in (*noise, one))], AT)
    facts = reader.facts
    assert facts.ids == {"import_task": "import-snap-0123456789abcdef0"}
    assert facts.import_message == "it broke"
    assert (facts.first_error, facts.first_error_line) == ("Status Message: it broke", 38)
    assert facts.failure is not None
    assert (facts.failure.target, facts.failure.exit_code) == ("+base-image", 7)
    assert facts.phase is not None
    assert facts.phase.value == "raw"
    quiet = PhaseReader()
    quiet.feed([*noise, f"{cloud}x", f"{aws}E unknown thing", f"{base}x"], AT)
    assert quiet.facts.first_error == "E unknown thing"
