"""The film in the README: what it is drawn of, that it can be read as a picture, and that it shows no secret and no place of a machine."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pyte
import pytest

from tests.cast import GROUND, MOST, ROWS, TARGET, Frame, drawn, placed, row_of, thinned

SVG = "{http://www.w3.org/2000/svg}"


def frame(*lines: str, at: float = 0.0) -> Frame:
    screen = pyte.Screen(80, ROWS)
    pyte.Stream(screen).feed("\r\n".join(lines))
    return Frame(tuple(row_of(screen, y) for y in range(ROWS)), at)


def test_rows_that_come_again_are_drawn_once_and_every_frame_has_its_time():
    frames = [frame("same", "one", at=0), frame("same", "\x1b[1;7mtwo < 3\x1b[0m", at=0.1), frame("same", "last", at=9)]
    picture = ET.fromstring(drawn(frames))
    rows = picture.findall(f"{SVG}defs/{SVG}g")
    assert ["".join(row.itertext()) for row in rows] == ["same", "one", "two < 3", "last"]
    assert [ground.get("fill") != GROUND for ground in rows[2].iter(f"{SVG}rect")] == [True]
    assert [text.get("font-weight") for text in rows[2].iter(f"{SVG}text")] == ["bold"]
    style = picture.findtext(f"{SVG}style") or ""
    assert "animation:7.85s" in style, "a quarter of a second at least, 1.6 at most, and six for the last"
    assert "prefers-reduced-motion" in style
    assert [len(group) for group in picture.findall(f"{SVG}g/{SVG}g")] == [2, 2, 2]


def test_a_place_of_the_machine_is_another_and_the_columns_stay():
    row = frame("in /tmp/pytest-1/home/CanvOS \x1b[1mbold").rows[0]
    there = placed(row, "/tmp/pytest-1/home")
    assert "".join(text for text, *_ in there).startswith("in /home/you/CanvOS          bold")
    assert [len(text) for text, *_ in there] == [len(text) for text, *_ in row]


def test_fewer_frames_keep_the_last_and_a_picture_too_large_is_refused():
    frames = [frame(f"{n}", at=n) for n in range(50)]
    kept = thinned(frames, 7)
    assert len(kept) == 7
    assert kept[-1] is frames[-1]
    with pytest.raises(ValueError, match="more than 480000"):
        drawn([frame(*(f"{n} {y} {'x' * 60}" for y in range(ROWS)), at=n) for n in range(250)])


def test_the_film_of_the_readme_is_small_and_shows_nothing_that_it_should_not():
    text = TARGET.read_text(encoding="utf-8")
    assert len(text.encode()) < MOST
    words = " ".join(ET.fromstring(text).itertext())
    assert "Your image is ready" in words
    assert "Write and build" in words
    assert re.search(r"ami-[0-9a-f]{17}", words)
    assert not re.search(r"/tmp|/root|/home/(?!you)|(?:AKIA|ASIA)[A-Z0-9]{16}|\b[A-Za-z0-9/+]{40}\b", words)
