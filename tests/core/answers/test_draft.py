from __future__ import annotations

from pathlib import Path

import pytest

from canvos_tui.core.answers import draft as d
from canvos_tui.core.answers import fields
from canvos_tui.core.answers.beginning import fresh
from canvos_tui.core.answers.draft_file import from_config, from_data, to_data
from canvos_tui.core.aws.facts import AwsKeys
from canvos_tui.core.aws.keys import KeySource
from canvos_tui.core.readiness import gaps
from canvos_tui.core.secret import Secret

KEYS = AwsKeys("AKIAIOSFODNN7EXAMPLE", Secret("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"))


def test_a_fresh_draft_holds_the_guides_values_and_nothing_for_bucket_and_region():
    draft = fresh()
    assert draft.text("CUSTOM_TAG") == "palette-learn"
    assert draft.entry("OS_VERSION") == d.Entry("24.04", d.Origin.GUIDE)
    assert draft.text("S3_BUCKET") == draft.text("REGION") == ""


def test_the_environment_gives_region_with_its_source_named():
    draft = fresh({"AWS_REGION": "eu-west-1"})
    assert draft.entry("REGION") == d.Entry("eu-west-1", d.Origin.ENVIRONMENT)


def test_an_existing_arg_wins_over_the_guide_but_not_over_what_was_typed():
    draft = fresh().after(d.FieldAnswered("OS_VERSION", "22.04"))
    draft = draft.after(d.ArgFound({"CUSTOM_TAG": "demo", "OS_VERSION": "20.04", "IMAGE_REGISTRY": "bad_host", "UNKNOWN": "x"}))
    assert draft.entry("CUSTOM_TAG") == d.Entry("demo", d.Origin.ARG)
    assert draft.text("OS_VERSION") == "22.04"
    assert draft.entry("IMAGE_REGISTRY").text == "bad_host"
    assert "`_`" in draft.entry("IMAGE_REGISTRY").error
    assert "UNKNOWN" not in draft.entries


def test_a_refused_text_is_kept_as_typed_and_does_not_count():
    draft = fresh().after(d.answer_for(fields.CUSTOM_TAG, "No Good"))
    assert draft.entry("CUSTOM_TAG").text == "No Good"
    assert draft.text("CUSTOM_TAG") == ""


def test_the_key_follows_the_image_tag_until_it_has_a_text_of_its_own():
    draft = fresh().after(d.FieldAnswered("CUSTOM_TAG", "mine"))
    assert draft.entry("S3_KEY") == d.Entry("mine", d.Origin.TAG)
    draft = draft.after(d.FieldAnswered("S3_KEY", "own-key"))
    assert draft.after(d.FieldAnswered("CUSTOM_TAG", "other")).text("S3_KEY") == "own-key"


def test_a_tag_too_short_for_an_ami_name_is_refused_as_key():
    assert "3 to 128" in fresh().after(d.FieldAnswered("CUSTOM_TAG", "ab")).entry("S3_KEY").error


def test_several_versions_leave_k8s_version_out():
    draft = fresh()
    assert draft.args()["K8S_VERSION"] == "1.33.5"
    several = draft.after(d.SeveralChosen(True))
    assert "K8S_VERSION" not in several.args()
    assert "K8S_VERSION" in several.without_args()


def test_both_proxies_are_always_written():
    args = fresh().args()
    assert args["HTTP_PROXY"] == args["HTTPS_PROXY"] == args["NO_PROXY"] == ""
    assert args["ARCH"] == "amd64"


def full() -> d.Draft:
    draft = fresh().after(d.FolderChosen(Path("/x/CanvOS"), "https://example.invalid/r.git")).after(d.TagChosen("v4.9.38"))
    for key, text in (("IMAGE_REGISTRY", "acme"), ("REGION", "eu-west-1"), ("S3_BUCKET", "acme-images")):
        draft = draft.after(d.FieldAnswered(key, text))
    return draft.after(d.KeysGiven(KEYS, KeySource.TYPED))


def test_gaps_name_page_and_field_until_all_is_answered():
    assert [g.key for g in gaps(fresh())] == ["tag", "IMAGE_REGISTRY", "REGION", "S3_BUCKET", "AWS_ACCESS_KEY_ID"]
    assert gaps(full()) == ()
    rhel = full().after(d.FieldAnswered("OS_DISTRIBUTION", "rhel"))
    assert [g.key for g in gaps(rhel)] == ["BASE_IMAGE"]
    assert [g.key for g in gaps(full().after(d.SeveralChosen(True)))] == ["k8s_versions"]


def test_no_palette_is_read_from_an_arg_and_none_is_written_there():
    draft = full().after(d.FieldAnswered("palette", "4.9.48")).after(d.ArgFound({"palette": "4.8.6"}))
    assert draft.text("palette") == "4.9.48"
    assert full().after(d.ArgFound({"palette": "4.8.6"})).text("palette") == ""
    assert "palette" not in {key.lower() for key in draft.args()}


def test_another_folder_forgets_the_tag():
    assert full().after(d.FolderChosen(Path("/y"), "r")).tag == ""
    assert full().after(d.FolderChosen(Path("/x/CanvOS"), "r")).tag == "v4.9.38"


def test_a_draft_survives_the_state_file_without_its_secrets():
    draft = full().after(d.FieldRefused("S3_KEY", "a b", "no")).after(d.CheckAccepted("HOST-MEM", "small test"))
    draft = draft.after(d.UserDataChosen(d.UserData.TEMPLATE, token=Secret("s3cr3t-token")))
    data = to_data(draft)
    assert "wJalr" not in str(data)
    assert "AKIA" not in str(data)
    assert "s3cr3t-token" not in str(data)
    again = from_data(data)
    assert again is not None
    assert again.entries == draft.entries
    assert (again.folder, again.tag, again.accepted, again.keys) == (draft.folder, draft.tag, draft.accepted, None)


@pytest.mark.parametrize("data", [None, [], "x", {}, {"schema": "other/1"}])
def test_what_is_no_draft_is_none(data):
    assert from_data(data) is None


def test_a_damaged_draft_loses_only_the_damaged_part():
    data = to_data(full())
    data.update(values="x", accepted=3, k8s_versions="1.2.3", user_data="NO")
    again = from_data(data)
    assert again is not None
    assert again.text("CUSTOM_TAG") == "palette-learn"
    assert again.tag == "v4.9.38"


def test_an_answers_file_makes_the_same_draft():
    data = {
        "checkout": "~/C",
        "tag": "v4.9.38",
        "palette": "4.9.48",
        "OS_VERSION": "24.10",
        "S3_BUCKET": "acme",
        "k8s_versions": ["1.33.5"],
        "user_data": "none",
    }
    config = from_config(data, {}, Path("/home/a"))
    assert config.problems == ()
    assert config.draft.folder == Path("/home/a/C")
    assert config.draft.text("OS_VERSION") == "24.10"
    assert config.draft.text("palette") == "4.9.48"
    assert "palette" in config.given
    assert config.draft.several
    assert config.draft.user_data is d.UserData.NONE


def test_every_problem_of_an_answers_file_is_named():
    data = {"S3_BUKET": "x", "REGION": "Mars", "AWS_SECRET_ACCESS_KEY": "zzz", "route": "fast", "checkout": "rel"}
    problems = from_config(data, {}, Path("/h")).problems
    assert len(problems) == 5
    text = "\n".join(problems)
    for part in ("did you mean S3_BUCKET", "REGION", "do not belong into an answers file", "`fast`", "relative"):
        assert part in text
    assert "zzz" not in text
