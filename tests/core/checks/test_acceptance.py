from __future__ import annotations

import pytest

from canvos_tui.core.answers.draft import CheckAccepted
from canvos_tui.core.checks.acceptance import accept, split
from canvos_tui.core.checks.registry import CHECKS
from canvos_tui.core.errors import InvalidValueError


@pytest.mark.parametrize("check", [c.id for c in CHECKS])
def test_any_check_is_accepted_with_a_reason(check):
    assert accept(CHECKS, *split(f"{check}= closed network", "?")) == CheckAccepted(check, "closed network")
    assert accept(CHECKS, *split(check, "--accept")) == CheckAccepted(check, "--accept")


@pytest.mark.parametrize(("word", "why"), [("NET-DSN=x", "no check is called"), ("HOST-MEM=  ", "a reason is needed")])
def test_no_check_of_that_name_and_no_reason(word, why):
    with pytest.raises(InvalidValueError, match=why):
        accept(CHECKS, *split(word, ""))
