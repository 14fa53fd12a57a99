"""What a face offers for a field, when it asks for it, and what it says of an answer: plain values, no screen."""

from __future__ import annotations

import pytest

from canvos_tui.core import pages
from canvos_tui.core.answers import fields
from canvos_tui.core.answers.beginning import fresh
from canvos_tui.core.answers.draft import FieldAnswered, SeveralChosen, TagChosen
from canvos_tui.core.aws.facts import Bucket
from canvos_tui.core.checkout.earthfile import read_earthfile
from canvos_tui.core.checkout.tags import classify
from canvos_tui.core.errors import InvalidValueError
from canvos_tui.core.masking.outlet import shown
from canvos_tui.core.questions import bucket
from canvos_tui.core.questions.groups import GROUPS
from canvos_tui.core.questions.rules import rule
from canvos_tui.core.session import BucketSeen, RegionsSeen, Session, TagsSeen

EARTHFILE = 'IF [ "$OS_DISTRIBUTION" = "ubuntu" ]\nELSE IF [ "$OS_DISTRIBUTION" = "rhel" ]\n'
KNOWN = Session(versions={"kubeadm": ("1.32.1", "1.33.5"), "k3s": ("1.30.0",)}, systems={"ubuntu": ("22.04", "20.04")})


def draft(**answers: str):
    found = fresh()
    for key, value in answers.items():
        found = found.after(FieldAnswered(key, value))
    return found


def test_every_field_of_a_page_stands_in_one_group_and_the_other_way_round():
    grouped = [field.key for group in GROUPS for field in group.fields]
    assert sorted(grouped) == sorted(field.key for field in fields.ASKED)
    assert [g.guide for g in GROUPS if g.guide] == sorted(g.guide for g in GROUPS if g.guide)
    order = [pages.PAGES.index(pages.BY_SLUG[pages.OF_FIELD[key]]) for key in grouped]
    assert order == sorted(order)


def test_choices_come_from_the_checkout_and_from_the_sdk():
    known = KNOWN.after(RegionsSeen(("eu-west-1",))).after(TagsSeen((classify("v4.9.38", None, read_earthfile(EARTHFILE.encode())),)))
    tagged = fresh().after(TagChosen("v4.9.38"))
    assert rule(fields.OS_DISTRIBUTION).choices(tagged, known) == ("ubuntu", "rhel")
    assert rule(fields.OS_VERSION).choices(tagged, known)[0] == "24.04"
    assert rule(fields.K8S_DISTRIBUTION).choices(tagged, known) == ("kubeadm", "k3s")
    assert rule(fields.K8S_VERSION).choices(tagged, known) == ("1.33.5", "1.32.1")
    assert rule(fields.REGION).choices(tagged, known) == ("eu-west-1",)
    assert rule(fields.IMAGE_REGISTRY).choices(tagged, known) == ()


@pytest.mark.parametrize(
    ("field", "answers", "matters"),
    [
        (fields.BASE_IMAGE, {}, False),
        (fields.BASE_IMAGE, {"OS_DISTRIBUTION": "rhel"}, True),
        (fields.BASE_IMAGE, {"BASE_IMAGE": "mine:1"}, True),
        (fields.HTTP_PROXY, {}, False),
        (fields.HTTPS_PROXY, {}, True),
        (fields.NO_PROXY, {"HTTPS_PROXY": "http://proxy:3128"}, True),
        (fields.K8S_VERSION, {}, True),
    ],
)
def test_a_field_is_asked_for_where_it_matters(field, answers, matters):
    assert rule(field).wanted(draft(**answers), KNOWN) is matters


def test_one_version_is_not_asked_for_where_several_are_wanted():
    assert rule(fields.K8S_VERSION).wanted(fresh().after(SeveralChosen(True)), KNOWN) is False


@pytest.mark.parametrize(
    ("field", "answers", "said"),
    [
        (fields.CUSTOM_TAG, {"CUSTOM_TAG": "a.b"}, "dots are allowed"),
        (fields.CUSTOM_TAG, {}, ""),
        (fields.OS_VERSION, {"OS_VERSION": "25.10"}, "no base image is known for ubuntu 25.10"),
        (fields.OS_VERSION, {"OS_VERSION": "20.04"}, "deprecated"),
        (fields.OS_VERSION, {"OS_VERSION": "24.04"}, ""),
        (fields.OS_VERSION, {"OS_DISTRIBUTION": "opensuse-leap", "OS_VERSION": "15.6"}, "no base image is known"),
        (fields.OS_VERSION, {"OS_DISTRIBUTION": "rhel", "OS_VERSION": "9", "BASE_IMAGE": "mine:1"}, ""),
        (fields.BASE_IMAGE, {"OS_DISTRIBUTION": "sles"}, "sles needs an image"),
        (fields.K8S_DISTRIBUTION, {"K8S_DISTRIBUTION": "rke2"}, "not in this tag's"),
        (fields.K8S_VERSION, {"K8S_VERSION": "1.1.1"}, "not among the 2 versions"),
        (fields.K8S_VERSION, {}, ""),
        (fields.S3_BUCKET, {"S3_BUCKET": "a.b.c"}, "a dot"),
    ],
)
def test_what_is_said_of_an_accepted_value(field, answers, said):
    found = rule(field).caution(draft(**answers), KNOWN)
    assert said in found
    assert bool(found) is bool(said)


@pytest.mark.parametrize(
    ("seen", "told", "offered", "caution"),
    [
        (Bucket("mine", True, "eu-west-1"), "exists; its region is eu-west-1", "eu-west-1", "the bucket is in eu-west-1"),
        (Bucket("mine", True, "us-east-1"), "exists; its region is us-east-1", "", ""),
        (Bucket("mine", False, None), "x there is no bucket mine", "", ""),
        (Bucket("other", True, "eu-west-1"), "", "", ""),
    ],
)
def test_the_bucket_tells_its_region(seen, told, offered, caution):
    mine, known = draft(S3_BUCKET="mine", REGION="us-east-1"), Session().after(BucketSeen(seen))
    assert bucket.told(mine, known).startswith(told)
    assert bool(bucket.told(mine, known)) is bool(told)
    assert bucket.offered_region(mine, known) == offered
    assert caution in rule(fields.REGION).caution(mine, known)
    assert bool(rule(fields.REGION).caution(mine, known)) is bool(caution)


@pytest.mark.parametrize("field", [*fields.ASKED, *fields.KEYS], ids=lambda field: field.key)
def test_what_is_said_of_a_field_holds_nothing_that_the_gate_would_mask(field):
    with pytest.raises(InvalidValueError) as refused:
        field.parse("\x07 no value of any field\x07")
    for text in (field.line, field.help, refused.value.allowed):
        assert shown(text) == text
