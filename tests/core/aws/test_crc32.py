"""Checksums that are put together are those of the whole."""

from __future__ import annotations

import zlib

from hypothesis import given
from hypothesis import strategies as st

from canvos_tui.core.aws.crc32 import joined


@given(st.lists(st.binary(max_size=300), max_size=6))
def test_parts_in_a_row_have_the_checksum_of_the_whole(parts):
    assert joined((zlib.crc32(part), len(part)) for part in parts) == zlib.crc32(b"".join(parts))


def test_long_runs_of_nothing_cost_nothing():
    zeros = bytes(1 << 20)
    assert joined([(zlib.crc32(b"head"), 4), *[(zlib.crc32(zeros), len(zeros))] * 40]) == zlib.crc32(b"head" + zeros * 40)
