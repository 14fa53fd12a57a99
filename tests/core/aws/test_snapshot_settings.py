"""What may be chosen for a snapshot, what is refused and where it counts, and whether AWS did so."""

from __future__ import annotations

from pathlib import Path

import pytest

from canvos_tui.core.answers import fields
from canvos_tui.core.answers.beginning import fresh
from canvos_tui.core.answers.draft import Draft, FieldAnswered, FieldRefused, FolderChosen, RouteChosen, TagChosen, answer_for
from canvos_tui.core.answers.on_route import idle, key_problem, making, refuse_idle, refuse_key
from canvos_tui.core.answers.routes import Route
from canvos_tui.core.aws.facts import Snapshot
from canvos_tui.core.aws.snapshot_settings import AS_SCRIPT, SnapshotSettings, encryption_words, settings_of
from canvos_tui.core.errors import InvalidValueError
from canvos_tui.core.questions.access import checks_of
from canvos_tui.core.questions.rules import rule
from canvos_tui.core.readiness import gaps
from canvos_tui.core.session import Session

ID = "1234abcd-12ab-34cd-56ef-1234567890ab"
KEY = f"arn:aws:kms:eu-west-1:123456789012:key/{ID}"
ALIAS = "arn:aws-us-gov:kms:us-gov-west-1:123456789012:alias/edge/images"
MULTI = "mrk-0123456789abcdef0123456789abcdef"


def answered(route: Route, **texts: str) -> Draft:
    draft = fresh().after(RouteChosen(route))
    for key, text in texts.items():
        draft = draft.after(answer_for(fields.ASKED_BY_KEY[key], text))
    return draft


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("import_role", " canvos-import ", "canvos-import"),
        ("import_role", "vmimport", "vmimport"),
        ("import_role", "", ""),
        ("import_role", "a+=,.@-_9" * 7, "a+=,.@-_9" * 7),
        ("encryption", "", ""),
        ("encryption", "Script", "script"),
        ("encryption", "YES", "yes"),
        ("encryption", "true", "yes"),
        *(("encryption", text, text) for text in (ID, MULTI, "alias/edge", "alias/aws/ebs", KEY, ALIAS)),
    ],
)
def test_what_can_be_chosen(key, text, value):
    assert answer_for(fields.ASKED_BY_KEY[key], text) == FieldAnswered(key, value)


@pytest.mark.parametrize(
    ("key", "text", "says"),
    [
        ("import_role", "arn:aws:iam::123456789012:role/edge/importer", "is an ARN, and the role's name is asked for"),
        ("import_role", "arn:aws:iam::123456789012:role/edge/importer", "ImportSnapshot takes importer"),
        ("import_role", "/edge/importer", "is a path, and the role's name is asked for"),
        ("import_role", "edge/", "ImportSnapshot takes the part behind the last `/`"),
        ("import_role", "edge importer", "cannot be the name of a role"),
        ("import_role", "x" * 65, "1 to 64 of letters, digits"),
        ("import_role", "rôle", "cannot be the name of a role"),
        ("encryption", "no", "encryption cannot be switched off here"),
        ("encryption", "false", "then the account's default decides"),
        ("encryption", ID.upper(), "is no KMS key"),
        ("encryption", "edge", "alias/NAME"),
        ("encryption", "arn:aws:s3:::acme", "is no KMS key"),
        ("encryption", KEY.replace("key/", ""), "is no KMS key"),
        ("encryption", f"{KEY} ", ""),
    ],
)
def test_what_is_refused_is_refused_with_what_can_be_typed(key, text, says):
    answer = answer_for(fields.ASKED_BY_KEY[key], text)
    if not says:  # blanks around it are none of it
        assert answer == FieldAnswered(key, text.strip())
        return
    assert isinstance(answer, FieldRefused)
    assert says in answer.error, answer.error


def test_a_choice_is_left_out_where_it_is_as_the_script_has_it():
    assert settings_of({"import_role": "vmimport", "encryption": "script"}) == settings_of({}) == AS_SCRIPT
    assert (AS_SCRIPT.importer, AS_SCRIPT.words, AS_SCRIPT.texts) == ("vmimport", "", {})
    both = settings_of({"import_role": "canvos-import", "encryption": KEY})
    assert both.texts == {"import_role": "canvos-import", "encryption": KEY}
    assert (both.importer, both.key, both.words) == ("canvos-import", KEY, f"imported by the role canvos-import, encrypted with {KEY}")
    assert (SnapshotSettings(encryption="yes").key, SnapshotSettings(encryption="yes").words) == (
        "",
        "encrypted with the default key for EBS",
    )


@pytest.mark.parametrize(
    ("encryption", "snapshot", "wrong"),
    [
        ("", Snapshot("s", "completed"), ""),
        ("yes", Snapshot("s", "completed"), "is not encrypted, as it was chosen to be"),
        ("yes", Snapshot("s", "completed", encrypted=True, kms_key=KEY), ""),
        (KEY, Snapshot("s", "completed"), "is not encrypted, as it was chosen to be"),
        (KEY, Snapshot("s", "completed", encrypted=True, kms_key=KEY), ""),
        (ID, Snapshot("s", "completed", encrypted=True, kms_key=KEY), ""),
        (KEY, Snapshot("s", "completed", encrypted=True, kms_key=f"{KEY}0"), f"is encrypted with {KEY}0, and not with {KEY}"),
        (MULTI, Snapshot("s", "completed", encrypted=True, kms_key=KEY), f"is encrypted with {KEY}, and not with {MULTI}"),
        ("alias/edge", Snapshot("s", "completed", encrypted=True, kms_key=KEY), ""),  # AWS does not say which alias a key has
        (KEY, Snapshot("s", "completed", encrypted=True), ""),
    ],
)
def test_a_snapshot_that_is_not_as_it_was_chosen_is_told(encryption, snapshot, wrong):
    assert SnapshotSettings(encryption=encryption).unlike(snapshot) == wrong


def test_how_a_snapshot_is_encrypted_is_told():
    assert encryption_words(Snapshot("s", "completed")) == "not encrypted"
    assert encryption_words(Snapshot("s", "completed", encrypted=True, kms_key=KEY)) == f"encrypted with {KEY}"
    assert "a key that AWS did not tell" in encryption_words(Snapshot("s", "completed", encrypted=True))


def test_each_counts_on_its_routes_and_is_never_dropped_in_silence():
    texts = {"import_role": "canvos-import", "encryption": KEY}
    guide, stages, direct = (answered(route, **texts) for route in Route)
    assert (making(guide), idle(guide)) == (AS_SCRIPT, ("import_role", "encryption"))
    with pytest.raises(InvalidValueError, match="import_role, encryption: on the guide's route"):
        refuse_idle(guide)
    assert (making(stages), idle(stages)) == (SnapshotSettings("canvos-import", KEY), ())
    refuse_idle(stages)
    assert (making(direct), idle(direct)) == (SnapshotSettings("", KEY), ("import_role",))
    with pytest.raises(InvalidValueError, match="import_role: on the direct route nothing is imported") as refused:
        refuse_idle(direct)
    assert refused.value.allowed == "with the route two-stage"
    for route in Route:
        refuse_idle(answered(route, import_role="vmimport"))
        refuse_idle(answered(Route.GUIDE, encryption="script"))
    assert [rule(fields.ASKED_BY_KEY["import_role"]).wanted(draft, Session()) for draft in (guide, stages, direct)] == [True, True, False]


@pytest.mark.parametrize(
    ("route", "encryption", "says"),
    [
        (Route.TWO_STAGE, KEY, ""),
        (Route.TWO_STAGE, "alias/edge", ""),
        (Route.TWO_STAGE, ID, ""),
        (Route.TWO_STAGE, "yes", ""),
        (Route.TWO_STAGE, ALIAS, "the key is in us-gov-west-1, and the snapshot is made in eu-west-1"),
        (Route.DIRECT, KEY, ""),
        (Route.DIRECT, "yes", ""),
        (Route.DIRECT, ID, f"aws kms describe-key --key-id {ID} --region eu-west-1 --query KeyMetadata.Arn"),
        (Route.DIRECT, "alias/edge", "on the direct route AWS takes a key by its ARN alone"),
        (Route.DIRECT, KEY.replace("eu-west-1", "eu-west-2"), "the key is in eu-west-2"),
        (Route.GUIDE, ALIAS, ""),  # it does not count there
    ],
)
def test_a_key_that_cannot_be_used_there_keeps_from_building(route, encryption, says):
    draft = answered(route, REGION="eu-west-1", encryption=encryption)
    told = key_problem(draft)
    assert says in told if says else told == "", told
    found = [gap for gap in gaps(draft.after(FolderChosen(Path("/c"), "r")).after(TagChosen("v4.9.38"))) if gap.key == "encryption"]
    assert [gap.text for gap in found] == ([told] if says else [])
    assert rule(fields.ASKED_BY_KEY["encryption"]).caution(draft, Session()) == told
    if says:
        with pytest.raises(InvalidValueError):
            refuse_key(draft)
    else:
        refuse_key(draft)


def test_without_a_region_nothing_is_said_of_the_keys_region():
    assert key_problem(answered(Route.TWO_STAGE, encryption=KEY)) == ""


def test_the_screen_of_the_rights_asks_of_a_key_only_where_one_was_chosen():
    asked = [[check.id for check in checks_of(answered(Route.TWO_STAGE, encryption=text))] for text in ("", "yes", KEY)]
    assert ["AWS-KMS-KEY" in ids for ids in asked] == [False, False, True]
    assert "AWS-KMS-KEY" not in [check.id for check in checks_of(answered(Route.GUIDE, encryption=KEY))]
