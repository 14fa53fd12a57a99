"""A CanvOS that nobody has seen yet: what the checkout says wins, and where it is new the list, the review, the doctor and `run` say so."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from canvos_tui.arguments import build_parser
from canvos_tui.cli import main
from canvos_tui.commands.doctor import main_doctor
from canvos_tui.commands.prepare import check, checked_out, every_check, unanswered
from canvos_tui.core.answers.beginning import fresh
from canvos_tui.core.answers.draft import Draft, FolderChosen, RouteChosen
from canvos_tui.core.answers.routes import Route
from canvos_tui.core.checkout.facts import CheckoutFacts, look
from canvos_tui.core.checkout.sources import KNOWN, SEEN_UP_TO
from canvos_tui.core.checkout.tags import listed, suggested
from canvos_tui.core.checks.check import CheckResult
from canvos_tui.core.errors import CanvosError
from canvos_tui.core.questions import checkout as folder_words
from canvos_tui.core.questions import review
from canvos_tui.core.questions.rules import RULES
from canvos_tui.core.readiness import blockers
from canvos_tui.core.session import CheckoutSeen, Session
from canvos_tui.core.status import Status
from tests.doubles.check_world import World, answered
from tests.doubles.mutated_checkout import CHANGES, IMPORT, LINKS, OLD, go, make, tag_of

ALL = (*CHANGES, *LINKS)
ARG = {"OS_DISTRIBUTION": "ubuntu", "OS_VERSION": "24.04", "REGION": "eu-west-1", "S3_BUCKET": "acme-images", "S3_KEY": "edge-1"}
NEW = f"canvos-tui knows CanvOS up to {SEEN_UP_TO}"
RENAMED = "has no +aws-cloud-image target; its +aws-image looks like one for AWS, but is new"
BAKED = "builds with docker-bake.hcl and not with Earthly: this program cannot run that yet"
# why step 16 cannot run: in the list, and as the rest of a sentence that the tag begins
REFUSED = {
    "renamed-target": ("no +aws-cloud-image, but +aws-image", f"{RENAMED}: {NEW}"),
    "bake-only": ("docker-bake in place of Earthly", f"{BAKED} ({NEW})"),
    "lost-import-script": (
        "lacks create-raw-to-ami.sh",
        "has no cloud-images/scripts/create-raw-to-ami.sh, which step 16 needs",
    ),
    "moved-earthly-sh": ("lacks earthly.sh", "has no earthly.sh, which step 16 needs"),
    "lost-earthly-sh": ("lacks earthly.sh", "has no earthly.sh, which step 16 needs"),
    "empty": ("its Earthfile is empty", "has an Earthfile that is empty"),
    "huge": ("its Earthfile is larger than 4 MB", "has an Earthfile that is larger than 4 MB"),
    "binary": ("its Earthfile is no text", "has an Earthfile that is no text"),
    "link-out": ("its Earthfile is a link to outside", "has an Earthfile that is a link to outside"),
    "link-dangling": ("its Earthfile is a link to nothing", "has an Earthfile that is a link to nothing"),
}
# what is built all the same, with a word: in the list, in the review, by the doctor
TOLD = {
    "reworded-script": ("new import script", "has an import script with other words: the last phases may go unseen"),
    "arg-renamed": ("does not read S3_KEY", "does not read S3_KEY of .arg by that name"),
    "template-new-name": ("", "has TARGET_CLOUD in its .arg.template, which is new and set nowhere"),
}
ALIKE = [name for name in ALL if name not in {*REFUSED, *TOLD, "arg-required", "new-kubernetes"}]


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("any") / "CanvOS")


@pytest.fixture
def at(repository: Path) -> Iterator[Callable[..., Path]]:
    """Goes to the tag of a change, with the files of the answers in place."""

    def gone(name: str, **values: str) -> Path:
        go(repository, tag_of(name))
        (repository / ".arg").write_text("".join(f"{key}={value}\n" for key, value in {**ARG, **values}.items()))
        return repository

    yield gone
    (repository / ".arg").unlink(missing_ok=True)


async def seen(world: World, folder: Path) -> tuple[CheckoutFacts, Draft, Session]:
    """What the wizard knows of a folder, with the answers that follow from it."""
    ports = world.ports()
    facts = await look(ports, folder)
    draft = answered(fresh().after(FolderChosen(folder, "")), **dict(facts.args or {}))
    for answer in folder_words.follows(facts, draft):
        draft = draft.after(answer)
    return facts, draft, Session(matrix=ports.matrix).after(CheckoutSeen(facts.state, facts.versions, facts.tags, facts.systems))


async def doctor(world: World, folder: Path, name: str) -> CheckResult:
    return await world.one(name, fresh().after(FolderChosen(folder, "")), final=True)


def cautions(draft: Draft, known: Session) -> Iterator[str]:
    return filter(None, (rule.caution(draft, known) for rule in RULES.values()))


class Agreed:
    """Nobody has to be asked."""

    def need(self, what: str) -> None:
        """Takes it down."""


async def by_run(world: World, folder: Path, name: str) -> tuple[str, ...]:
    """What keeps `run` from building at the tag of that change, "" for the one to suggest; raises what it refuses at once."""
    tag = tag_of(name) if name else ""
    ports = world.ports()
    draft = await checked_out(ports, replace(answered(), folder=folder, tag=tag), Agreed(), dry=True)
    return await unanswered(ports, draft) or await check(ports, draft, every_check(draft))


# -- the list of tags ------------------------------------------------------------------------------------


async def test_each_tag_says_in_the_list_what_it_cannot_do_or_what_is_new_in_it(tmp_path, repository):
    tags = {tag.name: tag for tag in await World(tmp_path).ports().git.tags(repository)}
    assert suggested(tuple(tags.values())) == tags[tag_of("link-inside")]  # the highest that is like those that are known
    shorts = {name: told for name, (told, _) in (REFUSED | TOLD).items()}
    for name in ALL:
        tag = tags[tag_of(name)]
        assert (name, tag.remark, tag.selectable) == (name, shorts.get(name, ""), name not in REFUSED)
        assert len(tag.remark) <= 35  # what a row has room for at 80 columns
    assert {tag.name for tag in listed(tuple(tags.values()))} == set(tags)  # a new kind is not hidden like a tag without AWS


# -- refused ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", REFUSED)
async def test_what_cannot_be_built_is_refused_everywhere_with_one_reason(tmp_path, at, capsys, name):
    world, folder, reason = World(tmp_path), at(name), f"{tag_of(name)} {REFUSED[name][1]}"
    result = await doctor(world, folder, "REPO-TARGET")
    assert (result.status, result.answer.observed) == (Status.FAIL, reason)
    assert result.answer.remedies[0].commands[0].run.endswith(f" checkout {tag_of('link-inside')}")
    assert (await doctor(world, folder, "REPO-TAG")).status is not Status.UNKNOWN
    assert (await doctor(world, folder, "FILE-ARG")).status is Status.PASS  # one cause, one red line

    _, draft, known = await seen(world, folder)
    assert draft.tag == ""
    assert f"no CanvOS tag is chosen yet: {tag_of(name)}, which is checked out, {REFUSED[name][1]}" in [
        b.text for b in blockers(draft, known)
    ]

    with pytest.raises(CanvosError) as refused:
        await by_run(world, folder, name)
    assert reason in refused.value.message
    with pytest.raises(CanvosError, match=f"not on {tag_of('link-inside')}"):
        await by_run(world, folder, "")
    assert f"WARN {reason}: not taken" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("bake-only", "x CanvOS of a kind that cannot be built here yet: docker-bake.hcl in the place of an Earthfile; choose another tag"),
        ("moved-earthly-sh", "x earthly.sh is missing: this tag has none; choose another one"),
    ],
)
async def test_a_folder_without_the_files_of_step_16_says_what_it_is(tmp_path, at, name, told):
    facts, _, _ = await seen(World(tmp_path), at(name))
    assert folder_words.told(facts.state) == told


async def test_what_was_deleted_here_is_no_fault_of_the_tag(tmp_path, at):
    folder = at("as-known")
    for name in ("earthly.sh", IMPORT):
        (folder / name).unlink()
    assert (await doctor(World(tmp_path), folder, "REPO-TARGET")).status is Status.PASS
    whole = await doctor(World(tmp_path), folder, "REPO-WHOLE")
    assert (whole.status, whole.answer.remedies[0].text) == (Status.FAIL, "Put back what was deleted")
    facts, _, _ = await seen(World(tmp_path), folder)
    assert "git restore brings back" in folder_words.told(facts.state)


# -- built, with a word ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", TOLD)
async def test_what_is_new_is_built_with_a_warning(tmp_path, at, capsys, name):
    world, folder, said = World(tmp_path), at(name), f"{tag_of(name)} {TOLD[name][1]}"
    result = await doctor(world, folder, "REPO-TARGET")
    assert result.status is Status.WARN
    assert said in result.answer.observed
    _, draft, known = await seen(world, folder)
    pending = await review.look(world.ports(), draft)
    assert any(said in text for text in (*pending.warnings(), *(row.caution for row in review.rows(draft, known))))
    assert not pending.fatal
    assert await by_run(world, folder, name) == ()
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("name", ALIKE)
async def test_what_only_looks_otherwise_is_built_without_a_word(tmp_path, at, capsys, name):
    world, folder = World(tmp_path), at(name)
    for check_id in ("REPO-TARGET", "REPO-TAG", "FILE-ARG"):
        result = await doctor(world, folder, check_id)
        assert (check_id, result.status) == (check_id, Status.PASS), result.answer.observed
    assert (await doctor(world, folder, "REPO-TAG")).answer.observed == (
        f"{tag_of(name)}, agent {tag_of(name)}; {KNOWN}, a newer one may know more"  # which is no complaint
    )
    _, draft, known = await seen(world, folder)
    assert draft.tag == tag_of(name)
    assert list(cautions(draft, known)) == []
    assert [row.caution for row in review.rows(draft, known) if row.caution] == []
    assert await by_run(world, folder, name) == ()
    assert "REPO-" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "route", "told"), [("as-known", Route.GUIDE, True), ("as-known", Route.DIRECT, False), ("quiet-script", Route.GUIDE, False)]
)
async def test_a_script_that_prints_the_keys_is_named_and_no_other(tmp_path, at, name, route, told):
    draft = fresh().after(FolderChosen(at(name), "")).after(RouteChosen(route))
    result = await World(tmp_path).one("REPO-TARGET", draft, final=True)
    words = "; its script prints both keys into the build's log: they are masked here" if told else ""
    assert (result.status, result.answer.observed) == (Status.PASS, f"+aws-cloud-image is there{words}")


@pytest.mark.parametrize(("name", "told"), [("as-known", True), ("quiet-script", False)])
def test_the_guide_warns_of_the_log_where_the_script_prints_the_keys(at, capsys, monkeypatch, tmp_path, name, told):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert main(["guide", "--checkout", str(at(name))]) == 0
    said = capsys.readouterr().out
    assert ("Its log holds both keys" in said) is told
    assert "# differs: its exit code proves nothing; the result is checked in AWS." in said


async def test_an_argument_without_a_default_stops_the_build_before_it_begins(tmp_path, at):
    world, folder = World(tmp_path), at("arg-required")
    result = await doctor(world, folder, "FILE-ARG")
    assert (result.status, result.answer.observed) == (Status.FAIL, "the Earthfile requires SITE_NAME, which nothing sets")
    assert "FILE-ARG  the Earthfile requires SITE_NAME" in (await by_run(world, folder, "arg-required"))[0]
    _, draft, _ = await seen(world, folder)
    pending = await review.look(world.ports(), draft)
    assert pending.fatal == "the Earthfile requires SITE_NAME: write SITE_NAME=VALUE into .arg, the line is kept"
    (folder / ".arg").unlink()  # the wizard is yet to write it
    assert "SITE_NAME" in (await by_run(world, folder, "arg-required"))[0]
    at("arg-required", SITE_NAME="plant-7")
    assert (await doctor(world, folder, "FILE-ARG")).status is Status.PASS
    assert await by_run(world, folder, "arg-required") == ()
    assert (await review.look(world.ports(), draft)).warnings() == ()


# -- names that are new ----------------------------------------------------------------------------------


async def test_a_new_operating_system_is_offered_with_its_versions_and_marked_as_new(tmp_path, at):
    world, folder = World(tmp_path), at("new-system", OS_DISTRIBUTION="debian", OS_VERSION="13")
    told = f"debian is new: this Earthfile has a base image for it; {NEW}"
    _, draft, known = await seen(world, folder)
    assert RULES["OS_DISTRIBUTION"].choices(draft, known) == ("ubuntu", "opensuse-leap", "debian", "rhel", "sles")
    assert RULES["OS_VERSION"].choices(draft, known) == ("13", "12")
    assert list(cautions(draft, known)) == [told]
    assert told in next(row.caution for row in review.rows(draft, known) if row.name == "System")
    result = await doctor(world, folder, "FILE-ARG")
    assert (result.status, result.answer.observed) == (Status.WARN, f"OS_DISTRIBUTION: {told}")
    assert await by_run(world, folder, "new-system") == ()


async def test_a_system_that_has_an_image_of_its_own_by_now_needs_no_base_image(tmp_path, at):
    """rhel needs one in every tag so far; this Earthfile chooses one itself."""
    world, folder = World(tmp_path), at("rhel-has-one", OS_DISTRIBUTION="rhel", OS_VERSION="9")
    _, draft, known = await seen(world, folder)
    assert not [b for b in blockers(draft, known) if b.page == "os"]
    assert (await doctor(world, folder, "FILE-ARG")).status is Status.PASS
    assert await by_run(world, folder, "rhel-has-one") == ()
    at("as-known", OS_DISTRIBUTION="rhel", OS_VERSION="9")
    assert (await doctor(world, folder, "FILE-ARG")).answer.observed == "OS_DISTRIBUTION=rhel needs a BASE_IMAGE"


async def test_a_new_kubernetes_is_offered_with_its_versions_and_changes_no_ami(tmp_path, at):
    world, folder = World(tmp_path), at("new-kubernetes", K8S_DISTRIBUTION="talos", K8S_VERSION="1.36.1")
    told = f"talos is new, but this AMI does not depend on it; {NEW}"
    _, draft, known = await seen(world, folder)
    assert RULES["K8S_DISTRIBUTION"].choices(draft, known) == ("kubeadm", "talos")
    assert RULES["K8S_VERSION"].choices(draft, known) == ("1.36.1", "1.36.0")
    assert list(cautions(draft, known)) == [told]
    assert told in next(row.caution for row in review.rows(draft, known) if row.name == "System")
    result = await doctor(world, folder, "FILE-ARG")
    assert (result.status, result.answer.observed) == (Status.PASS, f"7 values; K8S_DISTRIBUTION: {told}")
    assert await by_run(world, folder, "new-kubernetes") == ()


# -- the command -----------------------------------------------------------------------------------------


def document(world: World, folder: Path, capsys) -> tuple[int, dict[str, dict[str, str]]]:
    line = ["doctor", "--checkout", str(folder), "--only", "repo", "--output", "json"]
    args: argparse.Namespace = build_parser(line).parse_args(line)
    code = main_doctor(args, ports=world.ports())
    return code, {one["id"]: one for one in json.loads(capsys.readouterr().out)["checks"]}


@pytest.mark.parametrize(("name", "status"), [("as-known", "pass"), ("reworded-script", "warn"), ("bake-only", "fail")])
def test_the_doctor_says_it_in_its_document(tmp_path, at, capsys, name, status):
    _, checks = document(World(tmp_path), at(name), capsys)
    assert checks["REPO-CLONE"]["status"] == "pass"
    assert checks["REPO-TARGET"]["status"] == status


def test_docker_bake_beside_one_file_of_canvos_is_no_other_repository(tmp_path, at, capsys):
    folder = at("bake-only")
    (folder / ".arg.template").unlink()
    _, checks = document(World(tmp_path), folder, capsys)
    assert checks["REPO-CLONE"]["status"] == "pass"


def test_the_known_tag_is_as_ever(tmp_path, repository, capsys):
    go(repository, OLD)
    _, checks = document(World(tmp_path), repository, capsys)
    assert {one["status"] for one in checks.values()} == {"pass"}
