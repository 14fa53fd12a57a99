from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from canvos_tui.core.checkout.earthfile import Earthfile, read_args, read_earthfile
from canvos_tui.core.checkout.sources import SEEN_UP_TO
from canvos_tui.core.checkout.tags import CanvosTag, TagKind, classify, listed, order, suggested
from canvos_tui.core.questions.checkout import remarks

TSV = Path(__file__).parents[2] / "data" / "canvos" / "tags.tsv"
DIFFERENT = {"v4.9.0": "v4.9.7", "v4.10.0": "v4.9.21", "v4.8.b": "v4.8.8", "v4.9.a": "v4.9.7", "v4.9.b": "v4.9.22"}


def real_tags() -> tuple[CanvosTag, ...]:
    tags = []
    for row in TSV.read_text().splitlines()[1:]:
        name, date, target = row.split("\t")
        facts = Earthfile(has_target=target == "1", pe_version=DIFFERENT.get(name, name))
        tags.append(classify(name, datetime.fromisoformat(date), facts))
    return order(tuple(tags))


def test_the_real_tags_fall_into_their_kinds():
    kinds = [t.kind for t in real_tags()]
    counts = {kind: kinds.count(kind) for kind in TagKind}
    assert counts == {
        TagKind.RELEASE: 97,
        TagKind.CANDIDATE: 53,
        TagKind.LETTER: 4,
        TagKind.PATCH: 2,
        TagKind.ALPHA: 1,
        TagKind.OTHER: 1,
    }


def test_the_suggested_tag_is_the_highest_release_whose_agent_agrees():
    tags = real_tags()
    best = suggested(tags)
    assert best is not None
    assert best.name == "v4.9.38"
    assert suggested(()) is None


def test_the_order_is_by_number_and_a_candidate_stands_below_its_release():
    names = [t.name for t in real_tags()]
    assert (
        names.index("v4.10.0") < names.index("v4.10.0-rc.10") < names.index("v4.10.0-rc.9") < names.index("v4.9.38") < names.index("v4.9.7")
    )
    assert names.index("v4.6.21-patch.7") < names.index("v4.6.21-patch.6")
    if "v4.6.21" in names:
        assert names.index("v4.6.21-patch.6") < names.index("v4.6.21")


@pytest.mark.parametrize(
    ("name", "beyond"),
    [
        (SEEN_UP_TO, False),
        ("v4.10.9", False),
        ("v4.9.38", False),
        ("v4.11.0", True),
        ("v5.0.0-rc.1", True),
        ("v4.12.a", True),
        ("v9", False),
    ],
)
def test_a_later_release_train_than_the_program_was_made_with_is_marked(name, beyond):
    tag = classify(name, None, Earthfile(has_target=True, pe_version=name))
    assert tag.beyond is beyond
    assert ("newer than canvos-tui" in remarks(tag, None, "")) is beyond


def test_the_guides_example_is_shown_as_unable():
    example = next(t for t in listed(real_tags()) if t.name == "v4.8.5")
    assert not example.selectable
    assert "no +aws-cloud-image target" in example.remark


def test_v4_10_0_is_warned_about():
    tag = next(t for t in listed(real_tags()) if t.name == "v4.10.0")
    assert tag.selectable
    assert tag.remark == "agent differs from its tag"


def test_the_list_hides_candidates_until_asked_and_filters():
    tags = real_tags()
    assert all(t.kind is TagKind.RELEASE for t in listed(tags))
    assert len(listed(tags)) == 40  # 39 with the target and the guide's example
    assert len(listed(tags, everything=True)) == 158
    assert all("9.3" in t.name for t in listed(tags, text="9.3"))


@pytest.mark.parametrize("name", ["archive/feat-x", "v1", "", "v1.2.3-rc", "v1.2.3.4", "x1.2.3", "v1.2.3-RC.1"])
def test_a_strange_name_is_other_and_never_offered(name):
    tag = classify(name, None, Earthfile(has_target=True))
    assert tag.kind is TagKind.OTHER
    assert not tag.selectable


def test_an_earthfile_is_read_at_column_0_only():
    text = (
        'ARG PE_VERSION=v4.9.21\nARG KAIROS_VERSION="v4.0.4"\nfoo:\n  BUILD +aws-cloud-image\n'
        "aws-cloud-image:\n  ARG --required X=1\n  ARG PE_VERSION=no\n"
    )
    args = ("PE_VERSION", "KAIROS_VERSION", "X")
    assert read_earthfile(text.encode()) == Earthfile(has_target=True, pe_version="v4.9.21", kairos_version="v4.0.4", args=args)
    assert not read_earthfile(b"foo:\n  aws-cloud-image:\n").has_target
    assert not read_earthfile(None).has_target
    assert read_args(text) == args
