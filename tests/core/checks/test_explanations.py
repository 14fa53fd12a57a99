"""The page of each check: every check has one, and no page is left over."""

from __future__ import annotations

import pytest

from canvos_tui.adapters.explanations import load_explanations
from canvos_tui.core.checks.explanation import Explanation, data_of, markdown_page, page, parse_explanations
from canvos_tui.core.checks.registry import CHECKS
from canvos_tui.core.errors import CanvosError


def test_every_check_has_a_page_and_every_page_a_check():
    assert set(load_explanations()) == {check.id for check in CHECKS}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_a_page_says_why_how_and_what_helps(check):
    told = load_explanations()[check.id]
    text = "\n".join(page(check, told))
    document = "\n".join(markdown_page(check, told))
    for part in (check.id, check.title, check.source, told.asked, *check.docs, *check.needs):
        assert part in text
        assert part in document or part in check.docs
    for cause, fix in told.causes:
        assert cause in text
        assert fix.endswith(".")
        assert not cause.endswith(".")
    assert told.asked.endswith(".")
    assert text.isascii()
    assert f"--only {check.id}" in text
    assert data_of(check, told)["causes"][0] == {"cause": told.causes[0][0], "fix": told.causes[0][1]}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ([], "no mapping"),
        ({"A": {"asked": "x"}}, "A needs"),
        ({"A": {"asked": "x", "causes": {}}}, "no text"),
        ({"A": {"asked": 1, "causes": {"a": "b"}}}, "no text"),
        ({"A": {"asked": "x", "causes": {"a": None}}}, "no text"),
        ({"A": {"asked": "x", "causes": {"a": "b"}, "more": 1}}, "nothing else"),
    ],
)
def test_a_damaged_table_names_the_check(data, said):
    with pytest.raises(CanvosError, match=said):
        parse_explanations(data)
    assert parse_explanations({"A": {"asked": "x", "causes": {"a": "b"}}}) == {"A": Explanation("x", (("a", "b"),))}
