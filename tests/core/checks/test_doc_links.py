"""Every check says where to read on, and no row of ours is for a check that there is not."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from canvos_tui.core.checks.check import Check
from canvos_tui.core.checks.doc_links import _OF, read_on
from canvos_tui.core.checks.registry import CHECKS

KNOWN = {"docs.aws.amazon.com", "docs.docker.com", "docs.spectrocloud.com"}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_each_check_has_a_public_page(check: Check):
    pages = read_on(check)
    assert pages
    if not check.docs:
        assert [(urlsplit(page).scheme, urlsplit(page).hostname in KNOWN) for page in pages] == [("https", True)]
    else:
        assert pages == check.docs


def test_a_right_is_read_on_where_aws_lists_the_rights():
    by_id = {check.id: read_on(check)[0] for check in CHECKS}
    assert by_id["AWS-S3-PUT"].endswith("/required-permissions.html")
    assert by_id["AWS-EBS-PUT"].endswith("/ebsapi-permissions.html")
    assert by_id["REPO-TAG"].startswith("https://docs.spectrocloud.com/")


def test_every_row_is_of_a_check_without_pages_of_its_own():
    assert set(_OF) <= {check.id for check in CHECKS if not check.docs}
