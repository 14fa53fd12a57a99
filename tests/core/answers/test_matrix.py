"""An answers file for several images: which there are, how each is named, and what is refused before the first build."""

from __future__ import annotations

from pathlib import Path

import pytest

from canvos_tui.adapters.files import parse_yaml
from canvos_tui.core.answers.draft import Draft
from canvos_tui.core.answers.draft_file import from_config
from canvos_tui.core.answers.matrix import MOST, Image, chosen, clashes, parse_choice, spread
from canvos_tui.core.errors import InvalidValueError

FOUR = """
OS_VERSION: [22.04, 24.04]
REGION: [eu-west-1, us-east-1]
S3_BUCKET: {eu-west-1: acme-eu, us-east-1: acme-us, ap-south-1: acme-ap}
S3_KEY: edge-{OS_VERSION}
K8S_VERSION: 1.30.0
k8s_versions: [1.31.1, 1.32.3]
accept: {HOST-MEM: known}
"""


def read(text: str) -> tuple[Image, ...]:
    return spread(parse_yaml(text, texts=True))


def drafts(text: str) -> tuple[Draft, ...]:
    return tuple(from_config(image.data, {}, Path("/home/me")).draft for image in read(text))


def test_the_last_list_varies_fastest_and_every_text_stays_as_it_is_written():
    images = read(FOUR)
    assert [image.label for image in images] == [
        "OS_VERSION 22.04, REGION eu-west-1",
        "OS_VERSION 22.04, REGION us-east-1",
        "OS_VERSION 24.04, REGION eu-west-1",
        "OS_VERSION 24.04, REGION us-east-1",
    ]
    assert [(image.data["S3_KEY"], image.data["S3_BUCKET"]) for image in images] == [
        ("edge-22.04", "acme-eu"),
        ("edge-22.04", "acme-us"),
        ("edge-24.04", "acme-eu"),
        ("edge-24.04", "acme-us"),
    ]
    assert {str(image.data["k8s_versions"]) for image in images} == {"['1.31.1', '1.32.3']"}, "a list of its own meaning"
    (one,) = read("OS_VERSION: 1.30\n")
    assert (one.data, one.varied, one.label) == ({"OS_VERSION": "1.30"}, (), "")


def test_an_object_key_that_is_not_given_follows_the_image_tag_of_each():
    found = drafts("OS_VERSION: [22.04, 24.04]\nCUSTOM_TAG: edge-{OS_VERSION}\nREGION: eu-west-1\nS3_BUCKET: acme\n")
    assert [draft.text("S3_KEY") for draft in found] == ["edge-22.04", "edge-24.04"]
    assert clashes(found) == ()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("OS_VERSION: []\n", "OS_VERSION: the list is empty"),
        ("OS_VERSION: [22.04, 22.04]\n", "OS_VERSION: 22.04 stands in the list 2 times"),
        ("OS_VERSION: [22.04, [24.04]]\n", "OS_VERSION: a list of single values"),
        ("OS_VERSION: [22.04, '']\n", "OS_VERSION: a list of single values, none of them empty"),
        ("palette: [4.9.48, 4.10.0]\n", "palette: one value for all images of the file"),
        ("HTTPS_PROXY: [http://a:1, http://b:1]\n", "HTTPS_PROXY: one value for all images of the file"),
        ("OS_VERSION: {a: b}\n", "only S3_BUCKET may be a map"),
        (
            "S3_KEY: {OS_VERSION}\nOS_VERSION: [a, b]\n",
            'S3_KEY: what begins with a brace needs quotes in YAML, as in S3_KEY: "{OS_VERSION}"',
        ),
        ("S3_KEY: edge-{OS_VERSON}\nOS_VERSION: [a, b]\n", "{OS_VERSON} names no answer of this file; did you mean {OS_VERSION}?"),
        ("S3_KEY: edge-{REGION}\nOS_VERSION: [a, b]\n", "{REGION} names no answer of this file"),
        ("S3_KEY: a{CUSTOM_TAG}\nCUSTOM_TAG: b{S3_KEY}\n", "has a name in braces itself"),
        (
            "S3_BUCKET: {eu-west-1: a}\nREGION: [eu-west-1, us-east-1]\n",
            "no bucket for the region us-east-1; there is one for eu-west-1",
        ),
        ("S3_BUCKET: {eu-west-1: [a]}\nREGION: eu-west-1\n", "S3_BUCKET: a map of one bucket for each region"),
        ("S3_BUCKET: {eu-west-1: a}\n", "no bucket for the region (none is given)"),
        (f"OS_VERSION: [{', '.join(map(str, range(9)))}]\nREGION: [{', '.join(map(str, range(9)))}]\n", "it describes 81 images"),
    ],
)
def test_what_spreads_nothing_is_refused_with_its_name(text, why):
    with pytest.raises(InvalidValueError) as refused:
        read(text)
    assert why in str(refused.value)
    assert refused.value.remedy
    if "81" in why:
        assert f"{MOST} at most" in refused.value.sentence()


def test_every_problem_is_told_at_once_and_no_value_of_a_key_is():
    with pytest.raises(InvalidValueError) as refused:
        read("OS_VERSION: []\npalette: [a, b]\nAWS_SECRET_ACCESS_KEY: [hush, hush]\n")
    said = str(refused.value)
    assert said.startswith("it has 3 problems:")
    assert "hush" not in said


def test_braces_in_a_path_that_name_nothing_stand_for_themselves():
    (one,) = read("checkout: ~/my{odd}\nuser_data: /tmp/{OS_VERSION}.yaml\nOS_VERSION: 24.04\n")
    assert (one.data["checkout"], one.data["user_data"]) == ("~/my{odd}", "/tmp/24.04.yaml")


def test_what_is_no_map_is_left_to_whoever_reads_answers():
    (one,) = spread(["a"])
    assert str(one.data) == "['a']"
    assert [image.data for image in spread(None)] == [{}]


# -- choosing --------------------------------------------------------------------------------------------


def test_values_of_one_name_are_alternatives_and_names_go_together():
    images = read(FOUR)
    assert chosen(images, []) == images
    assert [image.label for image in chosen(images, [("OS_VERSION", "24.04"), ("REGION", "eu-west-1")])] == [
        "OS_VERSION 24.04, REGION eu-west-1"
    ]
    assert len(chosen(images, [("OS_VERSION", "24.04"), ("OS_VERSION", "22.04")])) == 4
    assert chosen(images, [("S3_KEY", "edge-22.04")]) == images[:2]


@pytest.mark.parametrize(
    ("wish", "why", "allowed"),
    [
        (("OS_VERSION", "20.04"), "--only OS_VERSION=20.04: no image has that value", "OS_VERSION: 22.04, 24.04"),
        (("OS_VERSON", "20.04"), "--only OS_VERSON: no image has an answer of that name", "OS_VERSION, REGION"),
    ],
)
def test_a_choice_of_nothing_says_what_there_is(wish, why, allowed):
    with pytest.raises(InvalidValueError) as refused:
        chosen(read(FOUR), [wish])
    assert (str(refused.value), refused.value.allowed) == (why, allowed)


def test_values_that_no_image_has_together_are_refused():
    images = (*read("OS_VERSION: 22.04\nREGION: eu-west-1\n"), *read("OS_VERSION: 24.04\nREGION: us-east-1\n"))
    with pytest.raises(InvalidValueError, match="no image has all of these values"):
        chosen(images, [("OS_VERSION", "22.04"), ("REGION", "us-east-1")])


@pytest.mark.parametrize("text", ["", "OS_VERSION", "=x", "="])
def test_a_choice_is_a_name_and_a_value(text):
    with pytest.raises(InvalidValueError, match="chooses no image"):
        parse_choice(text)
    assert parse_choice("A=b=c") == ("A", "b=c")


# -- clashes ---------------------------------------------------------------------------------------------


def test_one_name_in_one_region_clashes_and_in_two_it_does_not():
    here = "OS_VERSION: [22.04, 24.04]\nREGION: eu-west-1\nS3_BUCKET: acme\nS3_KEY: edge\n"
    assert clashes(drafts(here)) == ("the images 1 and 2 would all be named edge in eu-west-1",)
    assert clashes(drafts(FOUR)) == ()
    two = "OS_VERSION: 22.04\nREGION: [eu-west-1, us-east-1]\nS3_BUCKET: acme\nS3_KEY: edge\n"
    assert clashes(drafts(two)) == ("the images 1 and 2 would all be uploaded to s3://acme/edge",)
    assert clashes(drafts(f"{two}route: direct\n")) == (), "which uploads nothing"
