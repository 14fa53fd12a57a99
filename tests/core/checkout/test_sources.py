"""What is said of the vendor has one home: its pages, and the tag up to which CanvOS was read. Regions come from the SDK."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from botocore.session import Session

import canvos_tui
from canvos_tui.core import guide
from canvos_tui.core.checkout.sources import GUIDE, MATRIX, SEEN_UP_TO
from canvos_tui.core.checks.registry import CHECKS

PACKAGE = Path(canvos_tui.__file__).parent
TEXTS = [p for p in sorted(PACKAGE.rglob("*")) if p.suffix in {".py", ".yaml", ".json"} and "rehearsal" not in p.parts]
HOME = PACKAGE / "core" / "checkout" / "sources.py"


@pytest.mark.parametrize("once", [SEEN_UP_TO, "build-aws-cloud-image/", "edge-compatibility-matrix"])
def test_each_stands_in_one_file(once):
    assert [path for path in TEXTS if once in path.read_text(encoding="utf-8")] == [HOME]


def test_the_readme_claims_up_to_the_same_tag():
    readme = (PACKAGE.parent / "README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"up to (v[\d.]+\d(?:-rc\.\d+)?)", readme)) == {SEEN_UP_TO}


def test_the_pages_are_shown_where_they_say_more():
    docs = {check.id: check.docs for check in CHECKS}
    assert docs["REPO-TAG"] == (MATRIX,)
    assert docs["REPO-TARGET"] == (GUIDE,)
    assert GUIDE in guide.ABOUT
    assert SEEN_UP_TO in guide.ABOUT


def test_no_module_has_a_list_of_regions():
    """Three in one file are an example in a sentence; more would be a list that grows old."""
    known = [name for partition in ("aws", "aws-us-gov", "aws-cn") for name in Session().get_available_regions("ec2", partition)]
    assert len(known) > 30
    for path in TEXTS:
        if path.suffix == ".py":
            text = path.read_text(encoding="utf-8")
            assert len({name for name in known if re.search(rf"\b{name}\b", text)}) <= 3, path
