"""What texts are built of: units that stay with their numbers, and marks with the words behind them."""

from __future__ import annotations

import pytest
from textual.content import Content

from canvos_tui.tui.painting.blocks import hung, labelled


def test_a_number_and_its_unit_are_never_torn_apart():
    text = "object s3://acme-edge-images/palette-learn  4.1 GB, about 0.09 USD a month"
    pairs = ("4.1 GB", "0.09 USD a month")
    for width in range(24, len(text) + 4):
        for rows in (hung(Content(f"! left: {text}"), width), labelled("Left", text, width), labelled("Left", Content(text), width)):
            torn = [pair for pair in pairs if not any(pair in row.plain for row in rows)]
            assert torn == [], f"at {width}: {[row.plain for row in rows]}"
            assert "".join(text.split()) in "".join(c for row in rows for c in row.plain if not c.isspace())


def test_the_number_of_a_line_in_the_log_stands_with_its_words():
    text = "or does not have sufficient permissions   log line 198"
    for width in range(24, len(text) + 4):
        rows = [row.plain for row in labelled("Said", Content(text), width)]
        assert any("log line 198" in row for row in rows), f"at {width}: {rows}"


def test_what_follows_a_mark_stands_below_the_words_and_keeps_its_style():
    rows = hung(Content.assemble(("! ", "$text-warning"), "an object of 4.1 GB that nobody uses", ("  remove it soon", "bold")), 20)
    assert [row.plain for row in rows] == ["! an object of", "  4.1 GB that nobody", "  uses  remove it soon"]
    assert [[span.style for span in row.spans] for row in rows] == [["$text-warning"], [], ["bold"]]


@pytest.mark.parametrize("width", [24, 31, 40, 73])
def test_a_path_that_is_longer_than_the_line_keeps_every_letter_and_gets_no_blank(width):
    path = "/home/alice/CanvOS/build/kairos-ubuntu-24.04-core-amd64-generic-v4.0.4.raw"
    text = Content.assemble(("! ", "bold"), f"left: file {path}", ("  50.3 MB on this machine", "dim"))
    rows = [row.plain for row in hung(text, width)]
    assert path in "".join(row.removeprefix("  ") for row in rows).replace("file/", "file /"), rows
    assert all(len(row) <= width for row in rows)
    assert "50.3 MB" in " ".join(row.strip() for row in rows)
