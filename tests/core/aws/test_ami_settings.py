"""What may be chosen for the registration of an AMI, what is refused, and whether AWS did so."""

from __future__ import annotations

from dataclasses import replace

import pytest

from canvos_tui.core.answers import fields
from canvos_tui.core.answers.beginning import fresh
from canvos_tui.core.answers.draft import FieldAnswered, FieldRefused, RouteChosen, answer_for
from canvos_tui.core.answers.on_route import ami_settings, idle, refuse_idle, upload_limit
from canvos_tui.core.answers.routes import Route
from canvos_tui.core.aws.ami_settings import AmiSettings, image_words, settings_of
from canvos_tui.core.aws.facts import Image
from canvos_tui.core.errors import InvalidValueError
from canvos_tui.core.questions.rules import rule
from canvos_tui.core.session import Session

ALL = AmiSettings("v2.0", "gp3", True, 100)
TEXTS = {"imds": "v2.0", "volume_type": "gp3", "delete_on_termination": "yes", "root_size": "100"}
IMAGE = Image("ami-1", "edge", "available", imds="v2.0", volume_type="gp3", delete_on_termination=True, root_gib=100)
GIB = 1024**3


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        *((key, "", "") for key in TEXTS),
        *((key, " Script ", "script") for key in TEXTS),
        ("imds", "v2.0", "v2.0"),
        ("imds", "V2", "v2.0"),
        ("volume_type", "GP3", "gp3"),
        ("delete_on_termination", "yes", "yes"),
        ("delete_on_termination", "true", "yes"),
        ("delete_on_termination", "No", "no"),
        ("root_size", "100", "100"),
        ("root_size", "0016", "16"),
        ("root_size", "16384", "16384"),
    ],
)
def test_what_may_be_chosen(key, text, value):
    assert answer_for(fields.ASKED_BY_KEY[key], text) == FieldAnswered(key, value)


@pytest.mark.parametrize(
    ("key", "text", "says"),
    [
        ("imds", "v1.0", "`v1.0` is not an IMDS setting; leave it empty for the script's own, script; allowed: script or v2.0"),
        ("volume_type", "io2", "`io2` is not a volume type that can be chosen here"),
        ("delete_on_termination", "perhaps", "allowed: script or yes or no"),
        ("root_size", "0", "no root volume has 0 GiB"),
        ("root_size", "16385", "1 to 16384, a whole number of GiB without a unit"),
        ("root_size", "100G", "`100G` is no size of a root volume"),
        ("root_size", "-1", "is no size"),
        ("root_size", "²", "is no size"),
        ("root_size", "9" * 5000, "is no size"),
    ],
)
def test_what_is_refused_says_what_is_allowed(key, text, says):
    refused = answer_for(fields.ASKED_BY_KEY[key], text)
    assert isinstance(refused, FieldRefused)
    assert says in refused.error
    assert "allowed: " in refused.error


def test_settings_are_texts_and_back():
    assert settings_of(TEXTS) == ALL
    assert ALL.texts == TEXTS
    assert settings_of(dict.fromkeys(TEXTS, "script")) == settings_of({}) == AmiSettings()
    kept = AmiSettings(delete_on_termination=False)
    assert settings_of(kept.texts) == kept
    assert ALL.words == "IMDS v2.0 only, gp3, root volume deleted with its instance, root volume of 100 GiB"
    assert AmiSettings().words == ""


@pytest.mark.parametrize(
    ("wanted", "snapshot", "size"), [(100, 16 * GIB, 100), (8, 16 * GIB, 16), (8, 16 * GIB + 1, 17), (0, 16 * GIB, 0), (8, 0, 8)]
)
def test_a_root_volume_is_never_smaller_than_its_image(wanted, snapshot, size):
    assert replace(ALL, root_gib=wanted).fitting(snapshot) == replace(ALL, root_gib=size)


@pytest.mark.parametrize(
    ("image", "wrong"),
    [
        (IMAGE, ()),
        (replace(IMAGE, root_gib=120), ()),
        (replace(IMAGE, imds=""), ("IMDS is v1 and v2, not v2.0",)),
        (replace(IMAGE, volume_type="gp2"), ("the volume type is gp2, not gp3",)),
        (replace(IMAGE, delete_on_termination=False), ("delete on termination is off",)),
        (replace(IMAGE, delete_on_termination=None), ("delete on termination is not told by AWS",)),
        (replace(IMAGE, root_gib=16), ("the root volume has 16 GiB, not 100",)),
    ],
)
def test_an_ami_is_compared_with_what_was_chosen(image, wrong):
    assert ALL.unlike(image) == wrong
    assert AmiSettings().unlike(image) == (), "nothing was chosen: nothing is expected"


def test_how_an_ami_is_registered_is_told():
    assert image_words(IMAGE) == "IMDS v2.0 only, root volume 100 GiB gp3, deleted with its instance"
    assert image_words(Image("ami-1", "e", "available", root_gib=8)).startswith("IMDS v1 and v2, root volume 8 GiB of a type not told")


def test_choices_count_where_the_registration_is_ours_and_are_never_dropped_in_silence():
    draft = fresh()
    for key, text in TEXTS.items():
        draft = draft.after(FieldAnswered(key, text))
    assert (ami_settings(draft), idle(draft)) == (AmiSettings(), tuple(TEXTS))
    with pytest.raises(InvalidValueError, match="on the guide's route CanvOS' script uploads and registers") as caught:
        refuse_idle(draft)
    assert caught.value.allowed == "with the route two-stage or direct"
    for route in (Route.TWO_STAGE, Route.DIRECT):
        ours = draft.after(RouteChosen(route))
        assert (ami_settings(ours), idle(ours), upload_limit(ours)) == (ALL, (), 0)
        assert upload_limit(ours.after(FieldAnswered("limit", "1.5M"))) == 1_500_000
        refuse_idle(ours)
    refuse_idle(fresh().after(FieldAnswered("imds", "script")))
    assert (idle(fresh().after(FieldAnswered("limit", "20M"))), upload_limit(fresh().after(FieldAnswered("limit", "20M")))) == (
        ("limit",),
        0,
    )


def test_each_choice_of_a_list_says_what_it_does():
    for field in fields.AMI[:3]:  # the others are numbers
        asked = rule(field)
        choices = asked.choices(fresh(), Session())
        assert choices[0] == "script"
        assert all(answer_for(field, choice) == FieldAnswered(field.key, choice) for choice in choices)
        assert all(asked.label(choice).startswith(choice) and len(asked.label(choice)) > 20 for choice in choices)
