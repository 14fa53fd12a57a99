"""Text that was copied from a terminal which broke its lines is joined again, and no other is touched."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from canvos_tui.core.log.forms import STAMPS, bare
from canvos_tui.core.log.wraps.joined import HEAD, Joined
from canvos_tui.core.log.wraps.wrap import columns_of
from tests.build_log import BuildLog
from tests.logs import chunks
from tests.samples import every
from tests.wraps import SAMPLES, WAYS, pasted, shown

LONG = "curl: (60) SSL certificate problem: unable to get local issuer certificate; more details are said to be at " + "x" * 90
LOG = BuildLog().step("+base-image", "fine", LONG, "E: one", f"W: {LONG}", command=f"RUN {LONG}").fails("+base-image", 60).lines


def joined(data: bytes, size: int = 0) -> tuple[list[str], Joined]:
    wraps = Joined(STAMPS)
    return b"".join(wraps.parts(chunks(data, size) if size else [data])).decode().removesuffix("\n").split("\n"), wraps


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("width", [72, 80, 101, 120, 132, 211])
def test_the_lines_are_those_that_were_printed(way: str, width: int) -> None:
    lines, wraps = joined(pasted(LOG, width, way))
    assert wraps.columns == width or way == "folded"  # of that only so much is seen as the words fill
    assert [line.rstrip() for line in lines] == [
        line.expandtabs().rstrip() if way in {"trimmed", "filled"} else line.rstrip() for line in LOG
    ]


@pytest.mark.parametrize("way", WAYS)
def test_each_line_has_the_number_of_its_first_row(way: str) -> None:
    data = pasted(LOG, 80, way)
    rows = data.decode().split("\n")
    lines, wraps = joined(data)
    places = wraps.placed(list(enumerate(lines, 1)))
    assert [number for number, _ in places] == sorted({number for number, _ in places})
    assert places[-1][0] == len(rows) - 1
    for number, line in places:
        assert line.startswith(rows[number - 1].rstrip())


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_how_the_text_comes_changes_nothing(size: int) -> None:
    data = pasted(LOG, 80, "cut")
    whole, wraps = joined(data)
    again, same = joined(data, size)
    assert again == whole
    assert same.placed([(9, "")]) == wraps.placed([(9, "")])
    assert joined(data.replace(b"\n", b"\r\n"))[0] == whole
    assert joined(data.removesuffix(b"\n"))[0] == whole


def test_stamps_of_a_build_server_and_wide_signs_are_seen() -> None:
    stamped = [f"2026-09-17T10:00:00.1234567Z {line}" for line in LOG]
    wraps = Joined(STAMPS)
    assert b"".join(bare([pasted(stamped, 100, "cut")], wraps.parts)).decode().split("\n")[:-1] == LOG
    assert wraps.columns == 100
    wide = [*LOG[:20], *(f"{'+base-image':>20} | {n} {'長い行' * 30} end" for n in range(9)), *LOG[20:]]
    assert joined(pasted(wide, 80, "cut"))[0] == wide
    assert (columns_of("a\t長"), columns_of("長❌e\u0301x"), columns_of("a\tb")) == (10, 6, 9)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_a_log_that_is_not_wrapped_comes_out_as_it_is(path) -> None:
    parts = list(chunks(path.read_bytes(), 4096))
    wraps = Joined(STAMPS)
    assert list(wraps.parts(parts)) == parts
    assert not wraps.columns
    numbered = [(7, "x")]
    assert wraps.placed(numbered) is numbered


def shortened() -> Iterator[tuple[str, int, bytes]]:
    """Logs whose longest line has any length: each sample without its longer lines."""
    for path in every(SAMPLES, lambda: SAMPLES[::9]):
        lines = [(columns_of(line), line) for line in shown(path.read_bytes())]
        for width in sorted({size for size, _ in lines if 60 <= size <= 320}):
            yield path.name, width, "\n".join([*(line for size, line in lines if size <= width), ""]).encode()


def test_a_longest_line_alone_is_no_wrap() -> None:
    tried = 0
    for name, width, data in shortened():
        wraps = Joined(STAMPS)
        assert b"".join(wraps.parts([data])) == data, (name, width)
        tried += 1
    assert tried > 300


@pytest.mark.parametrize(
    "text",
    [
        "",
        "one line",
        "\n".join(["x" * 64] * 40),  # a key, or something else that is packed
        "\n".join([f"{n:>3} " + "  0" * 20 + " --:--:-- --:--:-- 12345" for n in range(40)]),  # a table
        "\n".join(["—" * 80, "words", "=" * 80, "words"]),  # drawn as wide as a terminal
        f"{'+base-image':>20} | {'a b ' * 14}abc\n{'+base-image':>20} | what comes next\nand this",
        "\x1b[1m" + "\n".join(LOG),
    ],
)
def test_other_texts_are_not_joined(text: str) -> None:
    assert joined(text.encode())[0] == text.split("\n")


def test_what_somebody_wrote_around_his_paste_may_be_longer() -> None:
    note = "Hello, my build fails since yesterday and I do not know why, could somebody have a look at it please? This is what it says:"
    log = LOG * 4
    assert joined(f"{note}\n".encode() + pasted(log, 80, "cut"))[0] == [note, *log]


def test_a_text_without_end_stays_a_text_and_needs_no_memory() -> None:
    log = pasted(LOG * 20, 80, "cut")
    assert joined(log + b"y" * 3 * HEAD + b"\nlast\n", 4096)[0][-2:] == ["y" * 3 * HEAD, "last"]
    rows = [part for _ in range(9) for part in (b"z" * 79 + b" \n", b"and so on" * 8 + b"12345678\n")] * 400
    wraps = Joined(STAMPS)
    longest = max(len(line) for line in b"".join(wraps.parts([log, *rows])).split(b"\n"))
    assert longest <= 400 * 80
