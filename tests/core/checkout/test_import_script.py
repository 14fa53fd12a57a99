from __future__ import annotations

import pytest

from canvos_tui.core.checkout.import_script import DONE, IMPORTED, IMPORTING, REGISTERING, STARTING, UPLOADING, read_script

WORDS = (STARTING, UPLOADING, IMPORTING, IMPORTED, REGISTERING, DONE)


@pytest.mark.parametrize(
    ("head", "traces"),
    [
        ("#!/bin/bash\n\n# stops at once\nset -ex\nset -u\nset -o pipefail\n", True),  # as in every tag up to v4.10.0-rc.10
        ("#!/bin/bash\nset -e\nset -u\nset -o pipefail\n", False),  # as reported of later ones
        ("#!/bin/bash -x\n", True),
        ("#!/usr/bin/env bash\nset -euo pipefail\n", False),
        ("#!/bin/bash\n  set -o xtrace\n", True),
        ("#!/bin/bash\nset -eo xtrace\n", True),
        ("#!/bin/bash\n# set -x shows the keys\nset -e\n", False),
        ("#!/bin/bash\nset +x\n", False),
        ("", False),
    ],
)
def test_whether_a_script_prints_its_commands(head, traces):
    assert read_script(head.encode()).traces is traces


def test_the_words_that_it_never_prints_are_named_in_their_order():
    assert read_script("\n".join(WORDS).encode()).unsaid == ()
    assert read_script(IMPORTING.encode()).unsaid == tuple(words for words in WORDS if words != IMPORTING)
    assert read_script(b"\xff\xfe").unsaid == WORDS
