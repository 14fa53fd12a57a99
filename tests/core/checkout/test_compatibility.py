"""What the vendor's table says of a Palette, and of the real tags; never more than it says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canvos_tui.adapters.compatibility import load_matrix
from canvos_tui.core.checkout.compatibility import Place, Takes, parse_palette, suggested_for, version_of
from canvos_tui.core.checkout.earthfile import Earthfile
from canvos_tui.core.checkout.tags import classify
from canvos_tui.core.errors import InvalidValueError
from tests.core.checkout.test_tags import real_tags

MATRIX = load_matrix()
TAGS = real_tags()


def takes(palette: str) -> Takes:
    found = MATRIX.takes(palette)
    assert found is not None
    return found


def against(palette: str, name: str) -> str:
    return takes(palette).against(next(tag for tag in TAGS if tag.name == name))


def test_the_table_is_whole_and_goes_from_new_to_old():
    assert (MATRIX.day, MATRIX.date, len(MATRIX.rows)) == ("2026-11-26", "2026-11", 29)
    palettes, named = ([version_of(text) for text in texts] for texts in zip(*((r.palette, r.canvos) for r in MATRIX.rows), strict=True))
    assert None not in (*palettes, *named)
    assert palettes == sorted(set(palettes), key=lambda v: v or (0, 0, 0), reverse=True)
    assert named == sorted(named, key=lambda v: v or (0, 0, 0), reverse=True)
    assert [p[:2] for p in palettes if p] == [c[:2] for c in named if c]  # as the vendor's page says in words


@pytest.mark.parametrize(
    ("palette", "place", "sentence"),
    [
        ("4.9.48", Place.ROW, "Palette 4.9.48 takes v4.9.38 (table of 2026-11)"),
        (
            "4.9.50",
            Place.BETWEEN,
            "Palette 4.9.50 is not in the table of 2026-11, between two of its rows; the row below, 4.9.48, takes v4.9.38",
        ),
        (
            "4.11.0",
            Place.NEWER,
            "Palette 4.11.0 is not in the table of 2026-11, newer than its rows; the row below, 4.10.17, takes v4.10.4",
        ),
        ("4.6.31", Place.OLDER, "Palette 4.6.31 is not in the table of 2026-11, older than its rows"),
    ],
)
def test_where_a_palette_stands_in_the_table(palette, place, sentence):
    assert (takes(palette).place, takes(palette).sentence) == (place, sentence)


def test_without_a_version_there_is_nothing_to_take():
    assert MATRIX.takes("") is None
    assert MATRIX.takes("4.9") is None


@pytest.mark.parametrize(
    ("palette", "tag", "reason"),
    [
        ("4.9.48", "v4.9.38", ""),
        ("4.9.48", "v4.9.37", ""),  # the table says nothing against an older one of the same release
        ("4.9.48", "v4.10.0", "not for Palette 4.9"),
        ("4.9.48", "v4.9.39-rc.3", "newer than v4.9.38"),
        ("4.9.48", "v4.8.20", "not for Palette 4.9"),
        ("4.9.38", "v4.9.34", ""),
        ("4.9.38", "v4.9.37", "newer than v4.9.34"),
        ("4.9.8", "v4.9.b", "newer than v4.9.7"),  # by its agent, v4.9.22
        ("4.9.8", "v4.9.a", ""),
        ("4.9.50", "v4.9.37", ""),
        ("4.9.37", "v4.9.38", ""),  # between two rows: what it takes is not known
        ("4.9.50", "v4.10.0", "not for Palette 4.9"),
        ("4.10.17", "v4.9.38", "not for Palette 4.10"),
        ("4.10.17", "v4.10.0", "not for Palette 4.10"),  # by its agent, v4.9.21
    ],
)
def test_a_tag_is_marked_only_by_what_the_table_says(palette, tag, reason):
    assert against(palette, tag) == reason
    found = takes(palette)
    assert found.dated(next(t for t in TAGS if t.name == tag)) == (f"{reason} (2026-11)" if reason else "")


@pytest.mark.parametrize(
    ("palette", "tag"),
    [
        ("", "v4.9.38"),
        ("4.9.48", "v4.9.38"),
        ("4.9.46", "v4.9.37"),
        ("4.9.51", "v4.9.38"),  # there is no v4.9.39 yet
        ("4.9.16", "v4.9.10"),  # v4.9.11 was never tagged
        ("4.9.50", "v4.9.38"),  # what the row below takes
        ("4.9.45", "v4.9.36"),
        ("4.8.47", "v4.8.18"),
        ("4.9.2", None),  # below its first row of that release nothing is known
        ("4.10.17", None),  # v4.10.0 carries an agent of 4.9
        ("4.11.0", None),
        ("4.8.6", None),  # v4.8.1 has no target
        ("4.0.0", None),
    ],
)
def test_the_suggested_tag_is_the_highest_that_this_palette_can_take(palette, tag):
    best = suggested_for(TAGS, MATRIX.takes(palette))
    assert (best.name if best is not None else None) == tag


def test_the_tag_of_each_row_fits_it_where_there_is_one():
    names = {tag.name: tag for tag in TAGS}
    missing = {row.tag for row in MATRIX.rows if row.tag not in names}
    assert missing == {"v4.10.4", "v4.10.3", "v4.9.39", "v4.9.11"}
    for row in MATRIX.rows:
        if row.tag in names:
            assert takes(row.palette).fits(names[row.tag])
            assert [t.name for t in TAGS if takes(row.palette).fits(t)] == [row.tag]


def test_a_name_that_is_no_version_is_judged_by_the_agent_inside():
    odd = classify("archive/x", None, Earthfile(has_target=True, pe_version="v4.9.21"))
    assert takes("4.9.23").against(odd) == "newer than v4.9.20"
    assert takes("4.9.24").against(odd) == ""
    assert takes("4.9.24").against(classify("archive/x", None, Earthfile(has_target=True))) == ""


@pytest.mark.parametrize(
    ("text", "tries", "final"),
    [
        ("4.9", "4.9.48", False),
        ("4.9.48.1", "4.9.48", False),
        ("v4.9.46", "4.9.46", True),
        ("Palette 4.8.47", "4.8.47", True),
        ("latest", "4.9.48", True),
        ("04.9.1", "4.9.48", False),
        ("٤.٩.٤٨", "4.9.48", True),
        ("9" * 5000 + ".1.1", "4.9.48", False),
    ],
)
def test_what_is_no_version_is_refused_with_one_to_try(text, tries, final):
    with pytest.raises(InvalidValueError) as caught:
        parse_palette(text)
    assert (caught.value.remedy, caught.value.final) == (f"try {tries}", final)
    assert caught.value.allowed == "three numbers with dots, or empty"


def test_a_version_and_nothing_are_taken():
    assert parse_palette(" 4.9.48 \n") == "4.9.48"
    assert parse_palette("  ") == ""


@given(st.tuples(*[st.integers(0, 99999)] * 3))
def test_every_version_has_its_place_and_is_suggested_nothing_that_is_marked(numbers):
    found = takes(".".join(map(str, numbers)))
    assert found.sentence
    best = suggested_for(TAGS, found)
    assert best is None or not found.against(best)
