"""What the pages say and conclude, whatever face shows it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from canvos_tui.core.answers.beginning import fresh
from canvos_tui.core.answers.draft import ArgFound, FieldAnswered, FolderChosen, KeysGiven, RouteChosen, TagChosen, UserData, UserDataChosen
from canvos_tui.core.answers.fields import CUSTOM_TAG
from canvos_tui.core.answers.routes import Route
from canvos_tui.core.aws.facts import AwsKeys, Identity, S3Object
from canvos_tui.core.aws.keys import KeySource
from canvos_tui.core.aws.taken_names import TakenNames
from canvos_tui.core.checkout.earthfile import Earthfile
from canvos_tui.core.checkout.facts import CheckoutFacts
from canvos_tui.core.checkout.state import Change, CheckoutState, Place
from canvos_tui.core.checkout.tags import classify
from canvos_tui.core.errors import InvalidValueError
from canvos_tui.core.pages import RAIL
from canvos_tui.core.questions import bucket, checkout, keys, kubernetes, review, s3_key, start
from canvos_tui.core.questions.help import of_field
from canvos_tui.core.run.result import RunInfo
from canvos_tui.core.secret import Secret
from canvos_tui.core.session import NamesSeen, RunsSeen, Session
from tests.tui.fakes import NOW, make_ports

HERE = Path("/home/alice/CanvOS")
ON_TAG = CheckoutState(Place.CANVOS, HERE, tag="v4.9.38", files=("Earthfile", "earthly.sh"))
GONE = Change(" D", "earthly.sh")
GOOD = classify("v4.9.38", NOW, Earthfile(True, "v4.9.38"))
GUIDES = classify("v4.8.5", NOW, Earthfile(False, "v4.8.5"))


@pytest.mark.parametrize(
    ("state", "told", "refused"),
    [
        (CheckoutState(Place.ABSENT, HERE), "nothing there yet: it can be cloned", False),
        (CheckoutState(Place.FILE, HERE), "x a file stands there", True),
        (CheckoutState(Place.OTHER_GIT, HERE), "x a git repository, but not CanvOS", True),
        (ON_TAG, "git repository, clean, on v4.9.38", False),
        (replace(ON_TAG, changes=(Change(" M", "a"),), shallow=True), "git repository, 1 local changes, on v4.9.38, shallow clone", False),
        (replace(ON_TAG, files=("Earthfile",), changes=(GONE,)), "x earthly.sh is missing: git restore", False),
        (replace(ON_TAG, files=(), changes=(GONE,)), "x Earthfile and earthly.sh are missing: git restore", False),
        (replace(ON_TAG, files=("Earthfile",)), "x earthly.sh is missing: this tag has none", False),
        (replace(ON_TAG, files=("docker-bake.hcl",)), "x CanvOS of a kind that cannot be built here yet: docker-bake.hcl", False),
    ],
)
def test_what_is_said_of_a_folder(state, told, refused):
    assert checkout.told(state).startswith(told)
    assert bool(checkout.refusal(state)) is refused


@pytest.mark.parametrize(
    ("tag", "state", "answers"),
    [
        ("", ON_TAG, [TagChosen("v4.9.38")]),
        ("v4.9.38", ON_TAG, []),
        ("v4.9.37", ON_TAG, [TagChosen("")]),
        ("", replace(ON_TAG, branch="main"), []),  # a clone stands on a branch, which nobody chose
    ],
)
def test_which_answers_a_checkout_gives(tag, state, answers):
    facts = CheckoutFacts(state, (GOOD,), args={"REGION": "eu-west-1"})
    found = list(checkout.follows(facts, fresh().after(TagChosen(tag))))
    assert found == [*answers, ArgFound({"REGION": "eu-west-1"})]


def test_what_is_said_of_a_tag():
    assert checkout.remarks(GOOD, GOOD, "v4.9.38") == "suggested for 4.9, checked out"
    assert checkout.remarks(GUIDES, GOOD, "") == "the guide's example: no AWS target"
    assert checkout.remarks(classify("v4.10.0", NOW, Earthfile(True, "v4.9.21")), None, "") == "agent differs from its tag"


@pytest.mark.parametrize(
    ("text", "kept"), [("all", ("1.32.1", "1.33.4", "1.33.5")), ("newest", ("1.32.1", "1.33.5")), ("1.33.5,1.32.1", ("1.32.1", "1.33.5"))]
)
def test_the_versions_to_keep(text, kept):
    assert kubernetes.parse_versions(text, ("1.32.1", "1.33.4", "1.33.5")) == kept


@pytest.mark.parametrize("text", ["", " , ", "1.2.3"])
def test_versions_that_cannot_be_kept(text):
    with pytest.raises(InvalidValueError):
        kubernetes.parse_versions(text, ("1.32.1",))


def test_a_taken_key_can_be_reused_only_where_no_image_has_its_name():
    draft = fresh().after(FieldAnswered("S3_KEY", "edge-1"))
    known = Session().after(NamesSeen(TakenNames("edge-1", same=S3Object("edge-1", 1, NOW))))
    assert s3_key.told(draft, known, NOW).startswith("x s3://")
    assert s3_key.reusable(draft, known)
    assert not s3_key.reused(draft, known)
    mine = replace(draft, reuse="edge-1")
    assert s3_key.told(mine, known, NOW).endswith("(reused on purpose)")
    assert s3_key.clash(draft.after(FieldAnswered("S3_KEY", "edge-2")), known) is None


@pytest.mark.parametrize(
    ("arn", "skew", "told"),
    [
        ("arn:aws:iam::1:user/edge", 0.0, "account 1  user/edge"),
        ("arn:aws:iam::1:user/edge", 400.0, "account 1  user/edge   ! clock 400 s off"),
        ("arn:aws:iam::1:root", None, "account 1  root   ! root keys: use an IAM user"),
    ],
)
def test_whose_keys_these_are(arn, skew, told):
    assert keys.told(Identity("1", arn, skew)) == told


def test_what_is_said_of_keys_and_bucket_is_that_of_the_chosen_route():
    ready = {route: " ".join(start.have_ready(fresh().after(RouteChosen(route)))) for route in Route}
    assert ["bucket, and" in ready[route] for route in Route] == [True, True, False]
    assert ["AKIA" in ready[route] for route in Route] == [True, False, False]
    about = {route: bucket.about(fresh().after(RouteChosen(route))) for route in Route}
    assert "no bucket, no role vmimport" in about[Route.DIRECT]
    assert all("must exist" in about[route] for route in (Route.GUIDE, Route.TWO_STAGE))
    assert about[Route.GUIDE] != about[Route.TWO_STAGE]


def test_temporary_keys_will_not_do():
    lasting = AwsKeys("AKIAIOSFODNN7EXAMPLE", Secret("s"))
    assert keys.usable(fresh(), lasting) is lasting
    with pytest.raises(InvalidValueError, match="temporary keys"):
        keys.usable(fresh(), AwsKeys("ASIAIOSFODNN7EXAMPLE", Secret("s"), Secret("t")))


def test_keys_that_are_typed_fit_each_other_and_the_route():
    temporary, token, secret = "ASIAIOSFODNN7EXAMPLE", "t" * 300, "s" * 40
    two_stage = fresh().after(RouteChosen(Route.TWO_STAGE))
    made = keys.typed(temporary, secret, f"{token[:100]}\n{token[100:]}\n", "2026-11-27T20:00:00Z")
    assert (made.token, made.expires) == (Secret(token), datetime(2026, 11, 27, 20, tzinfo=UTC))
    assert keys.usable(two_stage, made) is made
    assert keys.parse_key_id(two_stage, f" {temporary}\n") == temporary
    with pytest.raises(keys.TemporaryKeysError, match="guide's route"):
        keys.parse_key_id(fresh(), temporary)
    with pytest.raises(InvalidValueError, match="works with its session token only"):
        keys.typed(temporary, secret, "")
    with pytest.raises(InvalidValueError, match=r"long-lived key .* has no session token"):
        keys.typed("AKIAIOSFODNN7EXAMPLE", secret, token)
    assert keys.typed("AKIAIOSFODNN7EXAMPLE", secret, "").token is None
    assert "do not work on the guide's route" in keys.good_to_know(fresh())
    assert ".secret" in keys.good_to_know(fresh())
    for route in (Route.TWO_STAGE, Route.DIRECT):
        assert "keys of any kind do" in keys.good_to_know(fresh().after(RouteChosen(route)))
        assert ".secret" not in keys.good_to_know(fresh().after(RouteChosen(route)))


@pytest.mark.parametrize(
    ("minutes", "history", "says"),
    [
        (None, (), ""),
        (121, (), ""),
        (42, (), "these keys expire in 42:00, and a build takes our estimate 60-120 min"),
        (-1, (), "these keys have expired, and a build takes our estimate 60-120 min"),
        (42, ({"base": 600.0, "register": 60.0},), ""),
        (42, ({"register": 60.0}, {"base": 3000.0, "register": 60.0}), "a build takes usually 51:00 (1 run here)"),
    ],
)
async def test_keys_that_end_before_a_build_does_are_warned_of(tmp_path, minutes, history, says):
    ports = make_ports(tmp_path)
    ports.runs.past = history  # type: ignore[attr-defined]
    expires = NOW + timedelta(minutes=minutes) if minutes is not None else None
    told = await keys.expiring(ports, AwsKeys("ASIAIOSFODNN7EXAMPLE", Secret("s"), Secret("t"), expires))
    assert says in told
    assert bool(says) == bool(told)


def test_missing_answers_keep_from_writing_and_unasked_checks_only_from_building():
    draft = fresh().after(FolderChosen(HERE, "r")).after(TagChosen("v4.9.38"))
    assert review.against(draft, Session(), build=False)[0].key == "IMAGE_REGISTRY"
    for key, text in (("IMAGE_REGISTRY", "acme"), ("REGION", "eu-west-1"), ("S3_BUCKET", "acme-images")):
        draft = draft.after(FieldAnswered(key, text))
    draft = draft.after(KeysGiven(AwsKeys("AKIAIOSFODNN7EXAMPLE", Secret("s")), KeySource.TYPED))
    assert review.against(draft, Session(), build=False) == ()
    assert review.against(draft, Session(), build=True)
    assert [row.page for row in review.rows(draft, Session())] == ["repo", "image", "image", "os", "s3", "keys", "review"]
    chosen = draft.after(FieldAnswered("imds", "v2.0"))
    (row,) = (row for row in review.rows(chosen, Session()) if row.page == "ami-settings")
    assert row.caution == "imds: not on the guide's route"
    (row,) = (row for row in review.rows(chosen.after(RouteChosen(Route.DIRECT)), Session()) if row.page == "ami-settings")
    assert (row.value, row.caution) == ("IMDS v2.0 only", "")


def test_after_the_writing_the_files_hold_the_answers():
    draft = fresh().after(KeysGiven(AwsKeys("A", Secret("s")), KeySource.TYPED)).after(UserDataChosen(UserData.FILE, "/x"))
    assert list(review.follows(draft)) == [UserDataChosen(UserData.CHECKOUT), KeysGiven(draft.keys, KeySource.SECRET)]
    assert list(review.follows(fresh())) == []


def test_the_way_names_every_page_of_the_rail():
    assert [name for name, _, _ in start.PATH] == [page.rail for page in RAIL]


def test_only_doors_that_lead_somewhere_are_there():
    assert [door.word for door in start.doors(fresh(), Session(), "", NOW)] == ["new", "check", "result"]
    known = Session().after(RunsSeen((RunInfo("1", "/c", "v4.9.38", NOW, live=True, outcome=None),)))
    assert [door.word for door in start.doors(replace(fresh(), page="s3"), known, "", NOW)] == [
        "watch 1",
        "continue",
        "new",
        "check",
        "result",
    ]


def test_a_door_says_where_the_build_stands_and_whose_it_is_where_it_is_not_ones_own():
    live = RunInfo("1", "/home/a/CanvOS", "v4.9.38", NOW, live=True, outcome=None)
    runs = RunsSeen((live, replace(live, run_id="2", checkout="/srv/theirs")), {"1": "build running 0:31:12 · Snapshot import 42 %"})
    draft = replace(fresh(), folder=Path("/home/a/CanvOS"))
    assert [door.line for door in start.doors(draft, Session().after(runs), "/home/a", NOW)][:2] == [
        "Watch      build running 0:31:12 · Snapshot import 42 % · v4.9.38",
        "Watch      build 2 · v4.9.38 · /srv/theirs",
    ]


def test_continue_says_when_the_answers_were_saved():
    draft, known = replace(fresh(), page="s3", folder=Path("/home/a/CanvOS")), Session().after(RunsSeen((), {}, NOW - timedelta(hours=2)))
    assert next(start.doors(draft, known, "/home/a", NOW)).line == "Continue   at S3 bucket · saved 2 h ago · ~/CanvOS"


@pytest.mark.parametrize(
    ("page", "run", "known", "left"),
    [
        ("s3", "", "", ("s3", "")),
        ("build", "1", "", ("build", "1")),
        ("result", "1", "1", ("result", "")),
        ("result", "1", "", ("build", "1")),
    ],
)
def test_where_one_was(page, run, known, left):
    assert start.left_at(replace(fresh(), page=page, run=run), Session(run_id=known)) == left


def test_a_field_is_explained_with_the_guides_value():
    told = of_field(CUSTOM_TAG)
    assert told.startswith("Image tag (CUSTOM_TAG, guide step 6)\n\n")
    assert "The guide's value: palette-learn" in told
    assert told.endswith("Allowed: lower case letters, digits, `-`")
