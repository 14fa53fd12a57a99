"""The wizard line by line, on fakes: from a bare home to the files and the start of the build."""

from __future__ import annotations

from pathlib import Path

import pytest

from canvos_tui.core.answers.draft_file import from_data
from canvos_tui.core.answers.on_route import ami_settings
from canvos_tui.core.answers.routes import Route
from canvos_tui.core.aws.ami_settings import KEYS as AMI_KEYS
from canvos_tui.core.aws.ami_settings import AmiSettings
from canvos_tui.core.aws.facts import PutWay, Right, RightProbe, S3Object
from canvos_tui.core.checkout.state import checkout_id
from canvos_tui.core.checkout.user_data import template
from canvos_tui.core.errors import AwsError, CanvosError, DockerError, FilesError
from canvos_tui.core.run.result import RunInfo
from canvos_tui.plain.talk import LeftError
from tests.doubles import canvos_repo
from tests.plain.conftest import KEY_ID, SECRET
from tests.plain.script import END
from tests.tui.fakes import NOW
from tests.tui.test_user_data_page import SSH_KEY

# every question of the guide's own way, in the order of the pages; what has no answer here is taken as it is offered
ORDER = [
    *("start", "check", "checkout", "repository", "clone", "palette", "tag"),
    *(
        "CUSTOM_TAG",
        "IMAGE_REGISTRY",
        "user_data",
        "OS_DISTRIBUTION",
        "OS_VERSION",
        "K8S_DISTRIBUTION",
        "several versions",
        "K8S_VERSION",
        "HTTPS_PROXY",
    ),
    *("S3_BUCKET", "REGION", "S3_KEY"),
]


def files(ports) -> Path:
    return Path(ports.environ["HOME"]) / "CanvOS"


async def test_from_a_bare_home_to_the_build(talk, ports):
    one = talk()
    assert await one.run() == 0, one.said
    assert one.asked == [*ORDER, "AWS keys", "aws", "review"]
    assert one.followed == ["20260823-1412-3f9a"]
    arg = (files(ports) / ".arg").read_text()
    assert "IMAGE_REGISTRY=acme-team\n" in arg
    assert "REGION=eu-west-1\n" in arg  # the bucket's own
    assert "S3_KEY=palette-learn\n" in arg
    assert (files(ports) / ".secret").read_text() == f"AWS_PROFILE=\nAWS_ACCESS_KEY_ID={KEY_ID}\nAWS_SECRET_ACCESS_KEY={SECRET}\n"
    assert (files(ports) / ".secret").stat().st_mode & 0o777 == 0o600
    assert canvos_repo.git(files(ports), "describe", "--tags").strip() == "v4.9.38"
    plan, keys, _ = ports.runs.started[0]
    assert (plan.tag, keys.key_id) == ("v4.9.38", KEY_ID)
    assert SECRET not in one.said


async def test_through_a_pipe_the_order_is_the_same_but_for_the_keys(talk, ports):
    one = talk(typed=False)
    assert await one.run() == 0, one.said
    assert one.asked == [*ORDER, "aws", "review"]
    assert one.followed
    assert "CUSTOM_TAG [palette-learn, guide's value]: \n" in one.said
    assert "IMAGE_REGISTRY: acme-team\n" in one.said  # nobody's typing has shown it
    assert f"AWS keys ...{KEY_ID[-4:]} from: environment" in one.said
    assert not list((Path(ports.environ["HOME"]).parent / "state").rglob("drafts/*"))  # a pipe has its answers itself


@pytest.mark.parametrize("last", [*ORDER, "aws", "review"])
async def test_where_the_input_ends_the_question_is_named_and_nothing_written(talk, ports, last):
    one = talk(typed=False, **{last.replace(" ", "__"): END})
    with pytest.raises(CanvosError) as caught:
        await one.run()
    assert str(caught.value) == f"the input ended at the question {last}"
    assert not (files(ports) / ".arg").exists()
    assert not (files(ports) / ".secret").exists()
    assert not one.followed


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("CUSTOM_TAG", "Palette", "CUSTOM_TAG: "),
        ("IMAGE_REGISTRY", "acme_team", "IMAGE_REGISTRY: `_` is not allowed"),
        ("IMAGE_REGISTRY", "", "IMAGE_REGISTRY: IMAGE_REGISTRY is needed"),
        ("checkout", "CanvOS", "checkout: `CanvOS` is a relative path"),
        ("clone", "maybe", "clone: `maybe` is none of the answers"),
        ("tag", "v9.9.9", "tag: there is no v9.9.9 in the checkout"),
        ("tag", "v4.8.5", "tag: v4.8.5 has no +aws-cloud-image target"),
        ("palette", "4.9", "palette: `4.9` is no Palette version; try 4.9.48"),
        ("REGION", "Europe", "REGION: "),
        ("user_data", "file", "user-data file: a path is needed"),
        ("review", "7", "review: `7` is none of the answers"),
    ],
)
async def test_a_refused_line_of_a_pipe_ends_it_with_the_reason(talk, ports, name, text, reason):
    one = talk(typed=False, **{name: text})
    with pytest.raises(CanvosError) as caught:
        await one.run()
    assert str(caught.value).startswith(reason)
    assert not (files(ports) / ".arg").exists()


async def test_whoever_types_hears_why_and_is_asked_again(talk):
    one = talk(IMAGE_REGISTRY=["acme_team", "", "acme-team"], tag=["v4.8.5", "v4.9.37"], check="7")
    assert await one.run() == 0, one.said
    assert one.asked.count("IMAGE_REGISTRY") == 3
    assert "x `_` is not allowed" in one.said
    assert "x IMAGE_REGISTRY is needed" in one.said
    assert "x v4.8.5 has no +aws-cloud-image target" in one.said
    assert one.desk.draft.tag == "v4.9.37"


@pytest.mark.parametrize("typed", [True, False])
async def test_what_was_copied_from_elsewhere_is_understood_as_on_the_screens(talk, typed):
    given = {"IMAGE_REGISTRY": "https://acme-team/", "S3_BUCKET": "s3://acme-edge-images/key", "REGION": "export AWS_REGION='eu-west-1'"}
    one = talk(typed=typed, S3_KEY='"my-image"', **given)
    assert await one.run() == 0, one.said
    draft = one.desk.draft
    assert [draft.text(key) for key in (*given, "S3_KEY")] == ["acme-team", "acme-edge-images", "eu-west-1", "my-image"]
    for said in ("IMAGE_REGISTRY acme-team", "S3_BUCKET acme-edge-images", "REGION eu-west-1", "S3_KEY my-image"):
        assert f"taken: {said}\n" in one.said


async def test_a_question_mark_explains(talk):
    one = talk(start="?", S3_KEY="?", review="?", tag="?", clone="?", CUSTOM_TAG="?", user_data=["?", "none"])
    assert await one.run() == 0, one.said
    told = one.said.replace("\n", " ")
    assert "Before Review nothing is written but the clone of CanvOS." in told
    for word in ("An AMI is", "CanvOS is", "Palette is", "A provider image is", "user-data is"):
        assert word in told, "each is explained where it first appears"
    assert "Name of the object in the bucket and of the AMI." in one.said
    assert "export S3_KEY=palette-learn" in one.said
    assert "Allowed: 3-128 of letters" in one.said
    assert "secrets are masked in the difference" in one.said.replace("\n", " ")
    assert "The guide's step 4, Check out a tag:\n  git checkout" in one.said
    assert "The guide's step 16, Build:\n  ./earthly.sh +aws-cloud-image --ARCH=amd64" in one.said


async def test_back_goes_to_the_question_before_and_loses_nothing(talk):
    one = talk(IMAGE_REGISTRY=["<", "acme-team"], CUSTOM_TAG=["mine", "<", "yours"], tag=["", ""], start=["new"])
    assert await one.run() == 0, one.said
    at = one.asked.index("CUSTOM_TAG")
    assert one.asked[at : at + 6] == ["CUSTOM_TAG", "IMAGE_REGISTRY", "CUSTOM_TAG", "tag", "CUSTOM_TAG", "IMAGE_REGISTRY"]
    assert "CUSTOM_TAG [mine]: yours\n" in one.said
    assert one.desk.draft.text("CUSTOM_TAG") == "yours"


async def test_back_at_the_first_question_says_so(talk):
    one = talk(start="<")
    assert await one.run() == 0
    assert "this is the first question" in one.said


async def test_numbers_take_lines_and_anything_else_is_text(talk):
    one = talk(OS_DISTRIBUTION="opensuse-leap", OS_VERSION="1", K8S_DISTRIBUTION=["3", "2"], several__versions="2", k8s_versions="newest")
    assert await one.run() == 0, one.said
    draft = one.desk.draft
    assert (draft.text("OS_DISTRIBUTION"), draft.text("OS_VERSION")) == ("opensuse-leap", "15.6")
    assert "x the list has no line 3; allowed: 1 to 2, or a name" in one.said
    assert draft.text("K8S_DISTRIBUTION") == "k3s"
    assert draft.several
    assert draft.kept == ("1.33.5",)
    assert "K8S_VERSION" not in one.asked


async def test_a_base_image_is_asked_for_where_one_is_needed_and_a_caution_is_said(talk):
    one = talk(OS_DISTRIBUTION="sles", OS_VERSION="9.9", BASE_IMAGE="mine.io/sles:1")
    assert await one.run() == 0, one.said
    assert "! no base image is known for sles 9.9; it shows when the build pulls it" in one.said
    assert one.desk.draft.text("BASE_IMAGE") == "mine.io/sles:1"


async def test_the_proxies_are_asked_for_with_the_first_and_emptied_with_a_dash(talk):
    one = talk(HTTPS_PROXY=["http://p:3128", "-"], HTTP_PROXY=["", "<"], review="dry")
    one_more = {"HTTP_PROXY", "NO_PROXY"}
    assert await one.run() == 0, one.said
    assert one_more & set(one.asked)


async def test_the_bucket_tells_its_region_and_another_one_is_warned_of(talk):
    one = talk(REGION="us-east-1", review="dry")
    await one.run()
    assert "exists; its region is eu-west-1 (asked without keys)" in one.said
    assert "! the bucket is in eu-west-1; the import must run there" in one.said


async def test_what_keeps_from_building_is_mended_first(talk, ports):
    one = talk(REGION=["us-east-1", "eu-west-1"], review=["", "", ""])
    assert await one.run() == 0, one.said
    assert "x the bucket is in eu-west-1, REGION is us-east-1" in one.said
    assert one.asked[-5:] == ["review", "REGION", "review", "aws", "review"]  # other rights hold for another region
    assert one.followed


async def test_a_pipe_is_told_what_keeps_from_building_and_nothing_is_written(talk, ports):
    one = talk(typed=False, REGION="us-east-1")
    assert await one.run() == 3
    assert "FAIL the bucket is in eu-west-1, REGION is us-east-1" in one.said
    assert not (files(ports) / ".arg").exists()


async def test_a_failed_check_can_be_taken_on_with_a_reason(talk, ports):
    ports.host.memory = 4 * 10**9
    one = talk(check=["accept", ""], check__to__accept="", **{"why may the build go on without HOST-MEM": ["", "a test machine"]})
    assert await one.run() == 0, one.said
    assert "FAIL HOST-MEM" in one.said
    assert "x a reason is needed to accept HOST-MEM" in one.said
    assert one.desk.draft.accepted == {"HOST-MEM": "a test machine"}
    assert one.followed


async def test_a_failed_check_keeps_from_building(talk, ports):
    ports.docker.error = DockerError("the daemon does not answer", cause="engine-down")
    one = talk(typed=False)
    assert await one.run() == 3
    assert "FAIL TOOL-DOCKER" in one.said


async def test_a_key_that_is_taken_is_asked_for_again(talk, ports):
    ports.aws.account.objects["palette-learn"] = S3Object("palette-learn", 4_100_000_000, NOW)
    one = talk()
    assert await one.run() == 0, one.said
    assert "s3://acme-edge-images/palette-learn exists" in one.said.replace("\n", " ")
    assert one.desk.draft.text("S3_KEY") == "palette-learn-20260823-1412"


async def test_the_object_can_be_reused_on_purpose(talk, ports):
    ports.aws.account.objects["palette-learn"] = S3Object("palette-learn", 4_100_000_000, NOW)
    one = talk(**{"S3_KEY taken": "2"}, aws=["accept", ""], **{"why may the build go on without AWS-KEY-CLASH": "it is mine"})
    assert await one.run() == 0, one.said
    assert one.desk.draft.reuse == "palette-learn"


async def test_keys_are_typed_unseen(talk, ports):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        del ports.environ[name]
    one = talk(AWS_ACCESS_KEY_ID=["AKIA", f"export AWS_ACCESS_KEY_ID={KEY_ID}"], AWS_SECRET_ACCESS_KEY=["short", SECRET])
    assert await one.run() == 0, one.said
    assert "AWS_SECRET_ACCESS_KEY (not shown): " in one.said
    assert SECRET not in one.said
    assert f"AWS_SECRET_ACCESS_KEY={SECRET}\n" in (files(ports) / ".secret").read_text()


TEMPORARY = "ASIAIOSFODNN7EXAMPLE"
TOKEN = "IQoJb3JpZ2luX2VjEDoaCXVz" * 12
LINES = f"export AWS_ACCESS_KEY_ID={TEMPORARY}\nexport AWS_SECRET_ACCESS_KEY={SECRET}\nexport AWS_SESSION_TOKEN={TOKEN}\n"


@pytest.mark.parametrize(
    "given",
    [
        {"AWS_ACCESS_KEY_ID": TEMPORARY, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_SESSION_TOKEN": ["", TOKEN]},
        {"AWS__keys": "lines", "the__lines": ["export AWS_REGION=x", LINES + "export AWS_CREDENTIAL_EXPIRATION=2026-08-23T14:40:00Z"]},
    ],
    ids=["typed", "pasted"],
)
async def test_temporary_keys_are_typed_or_pasted_and_bring_the_route_that_takes_them(talk, ports, given):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        del ports.environ[name]
    one = talk(**given)
    assert await one.run() == 0, one.said
    assert "Take the two-stage route with these keys" in one.said
    assert one.desk.draft.route is Route.TWO_STAGE
    plan, keys, _ = ports.runs.started[0]
    assert (keys.key_id, keys.secret.reveal(), keys.token and keys.token.reveal()) == (TEMPORARY, SECRET, TOKEN)
    assert plan.command == ("./earthly.sh", "+cloud-image", "--ARCH=amd64")
    assert not (files(ports) / ".secret").exists()
    for hidden in (SECRET, TOKEN):
        assert hidden not in one.said
        kept = [path for path in files(ports).parent.parent.rglob("*") if path.is_file() and hidden.encode() in path.read_bytes()]
        assert kept == [], "it stands in no file"
    assert ("! these keys expire in 28:00" in one.said) is ("the__lines" in given)


async def test_temporary_keys_are_refused_on_the_guides_route_by_whoever_stays_on_it(talk, ports):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        del ports.environ[name]
    both = {"AWS_ACCESS_KEY_ID": [TEMPORARY, KEY_ID], "AWS_SECRET_ACCESS_KEY": [SECRET, SECRET], "AWS_SESSION_TOKEN": TOKEN}
    one = talk(**both, temporary__keys="2")
    assert await one.run() == 0, one.said
    assert (one.desk.draft.route, ports.runs.started[0][1].key_id) == (Route.GUIDE, KEY_ID)


async def test_a_pipe_without_keys_says_where_they_come_from(talk, ports):
    del ports.environ["AWS_ACCESS_KEY_ID"]
    one = talk(typed=False)
    with pytest.raises(CanvosError, match="AWS_ACCESS_KEY_ID: there are no AWS keys") as caught:
        await one.run()
    assert "never read from a pipe" in caught.value.remedy


async def test_local_changes_are_kept(talk, ports, source):
    folder = canvos_repo.make(files(ports))
    canvos_repo.git(folder, "checkout", "-q", "v4.9.37")
    with (folder / "Earthfile").open("a") as file:
        file.write("# mine\n")
    one = talk(tag=["v4.9.38", "v4.9.38"], local__changes=["", "stash"], review="dry")
    assert await one.run() == 0, one.said
    assert "Local changes stand before git checkout v4.9.38" in one.said
    assert canvos_repo.git(folder, "describe", "--tags").strip() == "v4.9.38"
    assert "canvos-tui before v4.9.38" in canvos_repo.git(folder, "stash", "list")


async def test_a_user_data_from_elsewhere_is_read_and_its_problems_told(talk, ports, tmp_path):
    other = tmp_path / "mine"
    other.write_text("hello: there\n")
    one = talk(user_data=["file"], **{"user-data file": str(other), "user-data as it is": "go"})
    assert await one.run() == 0, one.said
    assert "! the first line is not `#cloud-config`" in one.said
    assert (files(ports) / "user-data").read_text() == "hello: there\n"


async def test_a_user_data_is_made_from_the_template_with_its_token_unseen(talk, ports):
    token = "abcdefghijklmnop"
    one = talk(
        user_data="make",
        PALETTE_ENDPOINT="api.acme.com",
        EDGE_HOST_TOKEN=token,
        EDGE_HOST_USER="admin",
        EDGE_HOST_SSH_KEY=SSH_KEY,
    )
    assert await one.run() == 0, one.said
    assert token not in one.said
    assert (files(ports) / "user-data").read_text() == template("api.acme.com", token, "admin", SSH_KEY)


async def test_writing_only_builds_nothing_and_a_dry_run_writes_nothing(talk, ports):
    dry = talk(review="dry")
    assert await dry.run() == 0
    assert "Nothing was written." in dry.said
    assert not (files(ports) / ".arg").exists()
    only = talk(review="write")
    assert await only.run() == 0
    assert (files(ports) / ".arg").exists()
    assert not only.followed


async def test_change_goes_to_the_page_and_comes_by_the_review_again(talk):
    one = talk(review=["change", "dry"], change="image", CUSTOM_TAG=["", "mine"])
    assert await one.run() == 0, one.said
    assert one.asked.count("review") == 2
    assert "Image tag       mine  (you)" in one.said


async def test_choices_for_the_ami_are_asked_where_the_registration_is_ours(talk, ports):
    one = talk(
        review=["change", "change", "write"], change=["review", "ami-settings"], route="two-stage", imds="2", root_size=["64G", "64"]
    )
    assert await one.run() == 0, one.said
    asked = [name for name in one.asked if name in AMI_KEYS]
    assert asked == [*AMI_KEYS, AMI_KEYS[-1]], "not before the route was chosen, and the size once more"
    assert "2) v2.0    metadata" in one.said
    assert "x `64G` is no size of a root volume" in one.said
    assert "AMI settings    IMDS v2.0 only, root volume of 64 GiB  (you)" in one.said
    assert "AMI settings    as CanvOS' script does" in one.said
    assert ami_settings(one.desk.draft) == AmiSettings("v2.0", root_gib=64)


@pytest.mark.parametrize(
    ("route", "wrong", "said"),
    [
        ("two-stage", "arn:aws:kms:sa-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab", "the key is in sa-east-1"),
        ("direct", "alias/edge", "on the direct route AWS takes a key by its ARN alone"),
    ],
)
async def test_a_key_that_cannot_be_used_is_asked_for_again_as_the_page_holds_on_to_it(talk, route, wrong, said):
    one = talk(review=["change", "change", "write"], change=["review", "ami-settings"], route=route, encryption=[wrong, "yes"])
    assert await one.run() == 0, one.said
    assert f"x encryption: {said}" in one.said
    assert one.asked.count("encryption") == 2
    assert one.desk.draft.text("encryption") == "yes"


async def test_the_route_is_changed_on_the_review(talk, ports):
    one = talk(review=["change", "write"], change="review", route="two-stage")
    assert await one.run() == 0, one.said
    assert "Route           guide, one command does it all  (guide's value)" in one.said
    assert "  fails  the raw image stays in build/: canvos-tui resume uploads it" in one.said
    assert "Route           two-stage, no key enters the build  (you)" in one.said
    assert "./earthly.sh +cloud-image --ARCH=amd64" in one.said
    assert not (files(ports) / ".secret").exists()


async def test_whoever_leaves_finds_the_answers_again_and_goes_on(talk, ports):
    one = talk(S3_BUCKET=END)
    with pytest.raises(LeftError):
        await one.run()
    stored = from_data(await ports.files.load_draft(checkout_id(files(ports))))
    assert stored is not None
    assert stored.text("IMAGE_REGISTRY") == "acme-team"
    again = talk(start="continue")
    again.desk.draft = stored
    assert await again.run() == 0, again.said
    assert "Continue   at S3 bucket" in again.said
    assert again.asked[:2] == ["start", "S3_BUCKET"]
    assert again.followed


async def test_an_image_built_earlier_is_looked_at(talk):
    one = talk(start="result")
    assert await one.run() == 12
    assert one.asked == ["start", "S3_BUCKET", "REGION", "S3_KEY", "AWS keys"]


async def test_all_tags_can_be_listed_and_new_ones_fetched(talk, ports, source):
    one = talk(tag=["all", "fetch", "v4.9.37"], review="dry")
    canvos_repo.git(source, "tag", "v4.9.39-rc.1", "v4.9.38")
    assert await one.run() == 0, one.said
    assert "no new tags" in one.said or "1 new tags" in one.said
    assert one.said.count("suggested for 4.9") == 3


async def test_the_palette_decides_which_tag_is_offered(talk, ports):
    one = talk(palette=["4.9", "Palette v4.9.46"], review="write")
    assert await one.run() == 0, one.said
    assert "x `4.9` is no Palette version; try 4.9.48" in one.said
    assert "fits 4.9.46 (table of 2026-11)" in one.said
    assert "newer than v4.9.37 (2026-11)" in one.said
    assert "tag [v4.9.37]: " in one.said
    assert one.desk.draft.tag == "v4.9.37"
    assert "newer than" not in one.said.partition("== 8 of")[2]
    assert "4.9.46" not in (files(ports) / ".arg").read_text()


async def test_a_tag_that_the_palette_cannot_take_is_taken_and_warned_of(talk):
    one = talk(palette="4.9.46", tag="v4.9.38", review="dry")
    assert await one.run() == 0, one.said
    assert one.desk.draft.tag == "v4.9.38"
    assert "! v4.9.38: newer than v4.9.37 (2026-11)" in one.said.partition("== 8 of")[2]


async def test_a_palette_that_the_table_does_not_hold_is_said_with_the_row_below(talk):
    one = talk(palette="4.9.50", review="dry")
    assert await one.run() == 0, one.said
    said = " ".join(one.said.split())
    assert "! Palette 4.9.50 is not in the table of 2026-11, between two of its rows; the row below, 4.9.48, takes v4.9.38" in said
    assert one.desk.draft.tag == "v4.9.38"


async def test_another_folder_can_be_chosen_instead_of_cloning(talk, ports, tmp_path):
    canvos_repo.make(tmp_path / "mine")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.txt").write_text("years of work")
    one = talk(clone="no", checkout=["", str(tmp_path / "full"), str(tmp_path / "mine")], review="dry")
    assert await one.run() == 0, one.said
    assert "x a folder with other files in it: choose another one" in one.said
    assert one.asked.count("clone") == 1
    assert one.desk.draft.folder == tmp_path / "mine"


async def test_a_clone_that_fails_is_said_and_another_source_can_be_named(talk, tmp_path, source):
    one = talk(repository=[str(tmp_path / "nothing"), str(source)], clone=["yes", "<", "yes"], review="dry")
    assert await one.run() == 0, one.said
    at = one.asked.index("repository")
    assert one.asked[at : at + 6] == ["repository", "clone", "clone", "repository", "clone", "palette"]
    assert "x git" in one.said


async def test_places_without_keys_say_so(talk, ports):
    one = talk(**{"AWS keys": ["profile", ".secret", "environment", "keep"]}, AWS_ACCESS_KEY_ID=[], review="dry")
    assert await one.run() == 0, one.said
    assert "x there are no keys: profile" in one.said
    assert "x there are no keys: .secret" in one.said
    assert "account 123456789012" in one.said


async def test_keys_that_cannot_be_tested_may_be_kept(talk, ports):
    ports.aws.account.error = AwsError("AWS does not know these keys", code="InvalidClientTokenId", remedy="copy them again")
    one = talk(**{"AWS keys": ["environment", "keep"]}, review="dry")
    assert await one.run() == 0, one.said
    assert "x AWS does not know these keys. copy them again" in one.said
    assert "not tested" in one.said
    assert "x the AWS rights were not asked for yet" in one.said.replace("\n", " ") or "FAIL AWS-CREDS" in one.said


async def test_a_last_right_is_found_out_in_a_way_that_is_chosen(talk, ports):
    ports.aws.account.probes["s3:PutObject"] = RightProbe("s3:PutObject", Right.UNKNOWN, "not_verifiable", message="nobody can see it")
    one = talk(aws=["prove", ""], **{"How shall s3:PutObject be found out?": "simulate"})
    assert await one.run() == 0, one.said
    assert ports.aws.account.proven == [PutWay.SIMULATE]
    assert "PASS AWS-S3-PUT" in one.said


async def test_a_build_that_runs_is_watched(talk, ports):
    ports.runs.listed = (RunInfo("20260823-1412-3f9a", "/home/alice/CanvOS", "v4.9.38", NOW, live=True, outcome=None),)
    one = talk()
    assert await one.run() == 0
    assert one.asked == ["start"]
    assert one.followed == ["20260823-1412-3f9a"]


async def test_what_cannot_be_written_is_said_and_the_review_comes_again(talk, ports, monkeypatch):
    write, told = ports.files.write, [FilesError("the disk is full", remedy="free some space")]

    async def full(path: Path, *words: object) -> None:
        if path.name == ".arg" and told:
            raise told.pop()
        await write(path, *words)

    monkeypatch.setattr(ports.files, "write", full)
    one = talk()
    assert await one.run() == 0, one.said
    assert "x the disk is full. free some space" in one.said
    assert one.asked[-2:] == ["review", "review"]
    assert one.followed


async def test_through_a_pipe_it_ends_with_what_could_not_be_written(talk, ports, monkeypatch):
    async def full(*words: object) -> None:
        raise FilesError("the disk is full", remedy="free some space")

    monkeypatch.setattr(ports.files, "write", full)
    with pytest.raises(FilesError, match="the disk is full"):
        await talk(typed=False).run()
