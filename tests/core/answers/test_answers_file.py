"""An answers file that was exported gives the same answers when it is read, and holds no secret."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canvos_tui.adapters.files import parse_yaml
from canvos_tui.core.answers import fields
from canvos_tui.core.answers.answers_file import of_plan, scalar, to_answers_file
from canvos_tui.core.answers.beginning import fresh
from canvos_tui.core.answers.draft import Draft, Origin, UserData, entry_for
from canvos_tui.core.answers.draft_file import from_config
from canvos_tui.core.answers.on_route import ami_settings, making
from canvos_tui.core.answers.routes import Route
from canvos_tui.core.aws.ami_settings import AmiSettings
from canvos_tui.core.aws.facts import AwsKeys, Baseline
from canvos_tui.core.aws.snapshot_settings import SnapshotSettings
from canvos_tui.core.run.codec import parse_plan, plan_text
from canvos_tui.core.run.run import BuildPlan, Resumes
from canvos_tui.core.run.stage import StageId
from canvos_tui.core.secret import Secret

HOME = Path("/home/you")
GOOD = {
    "CUSTOM_TAG": ("palette-learn", "1.30", "on", "null", "007"),
    "IMAGE_REGISTRY": ("acme", "ghcr.io/acme/edge"),
    "OS_DISTRIBUTION": ("ubuntu", "opensuse-leap", "rhel"),
    "OS_VERSION": ("22.04", "24.04", "15.6"),
    "K8S_DISTRIBUTION": ("kubeadm", "k3s", "rke2"),
    "K8S_VERSION": ("1.30.0", "1.33.5"),
    "HTTP_PROXY": ("", "http://proxy.acme.dev:3128"),
    "NO_PROXY": ("", "10.0.0.0/8,.acme.dev,localhost"),
    "REGION": ("eu-west-1", "us-gov-east-1"),
    "S3_BUCKET": ("acme-edge-images", "123.456"),
    "S3_KEY": ("palette-learn", "teams/edge_1.2", "1e3"),
    "imds": ("", "script", "v2.0"),
    "delete_on_termination": ("", "yes", "no"),
    "root_size": ("", "100"),
    "import_role": ("", "vmimport", "canvos-import", "a+=,.@-_"),
    "encryption": ("", "script", "yes", "alias/edge/images", "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"),
}
DRAFTS = st.builds(
    lambda values, route, choice, several, kept, tag: replace(
        fresh(),
        folder=Path("/srv/Can VOS #x"),
        repository="https://git.acme.dev/canvos.git",
        tag=tag,
        route=route,
        several=several,
        kept=tuple(kept) if several else (),
        accepted={"HOST-CPU": 'it is a "small" one: try'},
        user_data=choice,
        user_data_path="/srv/user data" if choice is UserData.FILE else "",
        entries={key: entry_for(fields.ASKED_BY_KEY[key], text, Origin.YOU) for key, text in values.items()},
    ),
    st.fixed_dictionaries({key: st.sampled_from(texts) for key, texts in GOOD.items()}),
    st.sampled_from(list(Route)),
    st.sampled_from([UserData.CHECKOUT, UserData.NONE, UserData.FILE]),
    st.booleans(),
    st.lists(st.sampled_from(["1.30", "1.31.9"]), min_size=1, max_size=2, unique=True),
    st.sampled_from(["", "v4.9.38"]),
)


def read(text: str) -> Draft:
    config = from_config(parse_yaml(text, texts=True), {}, HOME)
    assert config.problems == ()
    return config.draft


@given(DRAFTS)
def test_what_is_exported_is_read_as_it_was(draft: Draft) -> None:
    again = read(to_answers_file(draft))
    assert (again.folder, again.repository, again.tag, again.route) == (draft.folder, draft.repository, draft.tag, draft.route)
    assert (again.several, again.kept, again.accepted) == (draft.several, draft.kept, draft.accepted)
    assert (again.user_data, again.user_data_path) == (draft.user_data, draft.user_data_path)
    wanted = [key for key in GOOD if draft.route.wants(key) and not (draft.several and key == "K8S_VERSION")]
    assert {key: again.entry(key).text for key in wanted} == {key: draft.entry(key).text for key in wanted}
    assert to_answers_file(again) == to_answers_file(draft)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_any_text_is_one_scalar(text: str) -> None:
    assert parse_yaml(f"a: {scalar(text)}\nb: x\n", texts=True) == {"a": text, "b": "x"}


def test_no_secret_is_in_it_and_it_says_what_was_left_out() -> None:
    proxy = entry_for(fields.ASKED_BY_KEY["HTTPS_PROXY"], "http://joe:hush-hush@proxy:3128", Origin.YOU)
    draft = replace(
        fresh(),
        keys=AwsKeys("AKIAIOSFODNN7EXAMPLE", Secret("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")),
        repository="https://joe:hush-hush@git.acme.dev/canvos.git",
        token=Secret("the-registration-token"),
        user_data=UserData.TEMPLATE,
        entries={"HTTPS_PROXY": proxy},
    )
    text = to_answers_file(draft)
    assert not any(word in text for word in ("AKIA", "wJalr", "hush", "registration-token"))
    assert 'HTTPS_PROXY: "http://joe@proxy:3128"  # without its password' in text
    assert "holds a token" in text
    assert from_config(parse_yaml(text, texts=True), {}, HOME).draft.user_data is UserData.CHECKOUT


def test_a_refused_answer_is_a_comment() -> None:
    draft = replace(fresh(), entries={"REGION": entry_for(fields.ASKED_BY_KEY["REGION"], "eu west", Origin.YOU)})
    text = to_answers_file(draft)
    assert "# REGION was refused: " in text
    assert "\nREGION:" not in text


def test_what_is_still_needed_is_named() -> None:
    text = to_answers_file(fresh())
    assert "# IMAGE_REGISTRY: needed, and not answered yet\n" in text
    assert "HTTP_PROXY" not in text
    needed = {line.split()[1].rstrip(":") for line in text.splitlines() if line.endswith("not answered yet")}
    missing = from_config(parse_yaml(text, texts=True), {}, HOME).draft
    asked = [field for field in fields.ASKED if field not in fields.USER_DATA]  # those are for a user-data that the wizard makes
    assert needed == {field.key for field in asked if not field.optional and not missing.entry(field.key).text}


@pytest.mark.parametrize(("joins", "choice"), [(True, UserData.CHECKOUT), (None, UserData.CHECKOUT), (False, UserData.NONE)])
def test_of_a_run(joins: bool | None, choice: UserData) -> None:
    base = Baseline(datetime(2026, 11, 27, tzinfo=UTC), "eu-west-1", "acme", "edge")
    args = (("CUSTOM_TAG", "edge"), ("OS_VERSION", "22.04"), ("HTTP_PROXY", "http://u:***MASKED:password***@p"), ("FOREIGN", "line"))
    plan = BuildPlan("/srv/CanvOS", "v4.9.38", ("./earthly.sh", "+aws-cloud-image"), base, args=args, joins=joins)
    again = from_config(parse_yaml(to_answers_file(of_plan(plan)), texts=True), {}, HOME).draft
    assert (again.folder, again.tag, again.route, again.user_data) == (Path("/srv/CanvOS"), "v4.9.38", Route.GUIDE, choice)
    told = {"CUSTOM_TAG": "edge", "OS_VERSION": "22.04", "REGION": "eu-west-1", "S3_BUCKET": "acme", "S3_KEY": "edge", "HTTP_PROXY": ""}
    assert {key: again.entry(key).text for key in told} == told
    assert "repository" not in to_answers_file(of_plan(plan))


def test_of_a_run_with_choices_for_its_ami() -> None:
    base = Baseline(datetime(2026, 11, 27, tzinfo=UTC), "eu-west-1", "", "edge")
    plan = BuildPlan("/srv/CanvOS", "v4.9.38", ("./earthly.sh",), base, settings=AmiSettings("v2.0", root_gib=64))
    text = to_answers_file(of_plan(plan))
    assert ami_settings(from_config(parse_yaml(text, texts=True), {}, HOME).draft) == plan.settings
    assert parse_plan(plan_text(plan)) == plan


def test_of_a_run_with_choices_for_its_snapshot() -> None:
    base = Baseline(datetime(2026, 11, 27, tzinfo=UTC), "eu-west-1", "acme", "edge")
    chosen = SnapshotSettings("canvos-import", "alias/edge")
    plan = BuildPlan("/c", "v4.9.38", ("./earthly.sh",), base, resumes=Resumes("", StageId.IMAGE), making=chosen)
    text = to_answers_file(of_plan(plan))
    assert making(from_config(parse_yaml(text, texts=True), {}, HOME).draft) == chosen
    assert parse_plan(plan_text(plan)) == plan
    older = json.loads(plan_text(plan))
    del older["making"]
    assert parse_plan(json.dumps(older)) == replace(plan, making=SnapshotSettings()), "a run of an earlier version"
