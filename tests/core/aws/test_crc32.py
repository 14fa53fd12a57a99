"""Checksums that are put together are those of the whole."""

from __future__ import annotations

import zlib

from hypothesis import given
from hypothesis import strategies as st

from canvos_tui.core.aws.crc32 import joined
from canvos_tui.rehearsal.aws.s3_uploads import _moved_on


@given(st.lists(st.binary(max_size=300), max_size=6))
def test_parts_in_a_row_have_the_checksum_of_the_whole(parts):
    assert joined((zlib.crc32(part), len(part)) for part in parts) == zlib.crc32(b"".join(parts))


@given(st.binary(max_size=300), st.binary(max_size=300))
def test_the_stand_in_has_a_way_of_its_own_that_agrees(first, second):
    assert _moved_on(zlib.crc32(first), len(second)) ^ zlib.crc32(second) == zlib.crc32(first + second)


def test_long_runs_of_nothing_cost_nothing():
    zeros = bytes(1 << 20)
    assert joined([(zlib.crc32(b"head"), 4), *[(zlib.crc32(zeros), len(zeros))] * 40]) == zlib.crc32(b"head" + zeros * 40)
