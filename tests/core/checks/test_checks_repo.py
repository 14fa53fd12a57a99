from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from canvos_tui.core.answers.beginning import fresh
from canvos_tui.core.answers.draft import Draft, FieldAnswered, FolderChosen, SeveralChosen, TagChosen
from canvos_tui.core.checkout.sources import SEEN_UP_TO
from canvos_tui.core.status import Status
from tests.doubles import canvos_repo
from tests.doubles.check_world import World


@pytest.fixture
def folder(tmp_path) -> Path:
    made = canvos_repo.make(tmp_path / "CanvOS")
    canvos_repo.git(made, "checkout", "-q", "v4.9.38")
    return made


def at(folder: Path, tag: str = "") -> Draft:
    draft = fresh().after(FolderChosen(folder, "https://git.example/CanvOS"))
    return draft.after(TagChosen(tag)) if tag else draft


async def test_a_clean_checkout_of_a_good_tag(tmp_path, folder):
    world = World(tmp_path)
    results = await world.results(at(folder, "v4.9.38"))
    told = {n: (results[n].status, results[n].answer.observed) for n in ("REPO-CLONE", "REPO-TAG", "REPO-TARGET", "REPO-DIRTY")}
    assert told == {
        "REPO-CLONE": (Status.PASS, f"{folder} at v4.9.38"),
        "REPO-TAG": (Status.PASS, "v4.9.38, agent v4.9.38"),
        "REPO-TARGET": (Status.PASS, "+aws-cloud-image is there"),
        "REPO-DIRTY": (Status.PASS, "clean"),
    }


async def test_without_a_folder_or_a_clone_everything_waits(tmp_path):
    for draft, words in (
        (fresh(), "waits for a checkout"),
        (at(tmp_path / "no"), f"waits for a checkout: nothing is at {tmp_path}/no yet"),
    ):
        results = await World(tmp_path).results(draft)
        waiting = [results[n] for n in results if n.startswith(("REPO", "FILE")) and n != "REPO-PATH"]
        assert {r.answer.observed for r in waiting} == {words}
        assert {r.status for r in waiting} == {Status.SKIP}
    path = await World(tmp_path).one("REPO-PATH", at(tmp_path / "no"))
    assert (path.status, path.answer.observed) == (Status.PASS, str(tmp_path / "no"))


async def test_a_place_that_is_something_else(tmp_path):
    (tmp_path / "file").write_text("x")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "x").write_text("x")
    git = tmp_path / "git"
    git.mkdir()
    canvos_repo.git(git, "init", "-q")
    for name, words in (("file", "a file"), ("other", "a folder with other files"), ("git", "another git repository")):
        result = await World(tmp_path).one("REPO-CLONE", at(tmp_path / name))
        assert (result.status, result.answer.observed) == (Status.FAIL, f"{tmp_path / name} is {words}")
        assert result.answer.remedies[0].commands[0].run == f"git clone https://git.example/CanvOS {tmp_path / name}/CanvOS"


async def test_a_repository_that_git_does_not_recognise_is_a_fact_and_not_a_question(tmp_path, folder):
    (folder / ".git" / "HEAD").unlink()
    result = await World(tmp_path).one("REPO-CLONE", at(folder))
    assert (result.status, result.answer.observed) == (
        Status.FAIL,
        f"the .git in {folder} is broken: git does not take it for a repository",
    )
    assert result.answer.remedies[0].commands[0].run == f"git clone https://git.example/CanvOS {folder}-anew"


async def test_a_tag_without_the_target_names_one_that_has_it(tmp_path, folder):
    canvos_repo.git(folder, "checkout", "-q", "v4.8.5")
    result = await World(tmp_path).one("REPO-TARGET", at(folder, "v4.8.5"))
    assert (result.status, result.answer.observed) == (Status.FAIL, "v4.8.5 has no +aws-cloud-image target")
    assert result.answer.remedies[0].commands[0].run == f"git -C {folder} checkout v4.9.38"
    assert [one.output for one in result.answer.evidence if "begin with aws-cloud-image:" in one.command] == ["none of 12"]


async def test_another_tag_than_the_chosen_one(tmp_path, folder):
    result = await World(tmp_path).one("REPO-TAG", at(folder, "v4.9.37"))
    assert (result.status, result.answer.observed) == (Status.WARN, "on v4.9.38, chosen was v4.9.37")
    assert result.answer.remedies[0].commands[0].run == f"git -C {folder} checkout v4.9.37"


async def test_a_tag_whose_agent_is_older(tmp_path, folder):
    canvos_repo.git(folder, "checkout", "-q", "v4.10.0")
    result = await World(tmp_path).one("REPO-TAG", at(folder, "v4.10.0"))
    assert (result.status, result.answer.observed) == (Status.WARN, "v4.10.0 carries the agent v4.9.21")


@pytest.mark.parametrize(
    ("palette", "tag", "status", "observed"),
    [
        ("4.9.48", "v4.9.38", Status.PASS, "v4.9.38, agent v4.9.38; Palette 4.9.48 takes v4.9.38 (table of 2026-11)"),
        ("4.9.46", "v4.9.38", Status.WARN, "v4.9.38 is newer than v4.9.37; Palette 4.9.46 takes v4.9.37 (table of 2026-11)"),
        (
            "4.9.48",
            "v4.10.0",
            Status.WARN,
            "v4.10.0 is not for Palette 4.9 and carries the agent v4.9.21; Palette 4.9.48 takes v4.9.38 (table of 2026-11)",
        ),
        (
            "4.9.50",
            "v4.9.38",
            Status.PASS,
            "v4.9.38, agent v4.9.38; Palette 4.9.50 is not in the table of 2026-11, between two of its rows; "
            "the row below, 4.9.48, takes v4.9.38",
        ),
    ],
)
async def test_a_tag_is_held_against_the_palette_that_is_known(tmp_path, folder, palette, tag, status, observed):
    canvos_repo.git(folder, "checkout", "-q", tag)
    result = await World(tmp_path).one("REPO-TAG", at(folder, tag).after(FieldAnswered("palette", palette)))
    assert (result.status, result.answer.observed) == (status, observed)
    if palette == "4.9.46":
        assert result.answer.remedies[0].commands[0].run == f"git -C {folder} checkout v4.9.37"


async def test_a_tag_that_is_newer_than_this_program_says_so(tmp_path, folder):
    (folder / "Earthfile").write_text((folder / "Earthfile").read_text().replace("v4.9.38", "v4.12.3"))
    canvos_repo.git(folder, "commit", "-qam", "later")
    canvos_repo.git(folder, "tag", "v4.12.3")
    result = await World(tmp_path).one("REPO-TAG", at(folder))
    assert result.status is Status.PASS
    assert result.answer.observed == f"v4.12.3, agent v4.12.3; canvos-tui knows CanvOS up to {SEEN_UP_TO}, a newer one may know more"


async def test_a_commit_without_a_tag(tmp_path, folder):
    (folder / "new").write_text("x")
    canvos_repo.git(folder, "add", "new")
    canvos_repo.git(folder, "commit", "-qm", "more")
    result = await World(tmp_path).one("REPO-TAG", at(folder))
    assert result.status is Status.WARN
    assert result.answer.observed.startswith("on no tag (")


async def test_changes_and_left_overs_are_told_apart(tmp_path, folder):
    (folder / "Earthfile").write_text("VERSION 0.6\naws-cloud-image:\n")
    (folder / ".env").write_text("X=1\n")
    result = await World(tmp_path).one("REPO-DIRTY", at(folder))
    assert (result.status, result.answer.observed) == (Status.WARN, "1 changed: Earthfile")
    (folder / ".secret").write_text("AWS_SECRET_ACCESS_KEY=wJalr\n")
    (folder / "new file").write_text("x")
    subprocess.run(result.answer.remedies[0].commands[1].run, shell=True, check=True, env=canvos_repo.ENV)
    assert (await World(tmp_path).one("REPO-DIRTY", at(folder))).status is Status.PASS
    assert (folder / ".secret").read_text() == "AWS_SECRET_ACCESS_KEY=wJalr\n"
    kept = canvos_repo.git(folder, "rev-list", "--objects", "--all")
    assert "new file" in kept
    assert ".secret" not in kept
    left = await World(tmp_path).one("REPO-LEFTOVERS", at(folder))
    assert left.status is Status.WARN
    assert left.answer.observed.startswith(".env (4 B, ")
    assert left.answer.observed.endswith("Earthly reads it and may stop on it")
    assert left.answer.remedies[0].commands[1].run == f"mv --backup=numbered {folder}/.env {folder}-aside/"


async def test_a_path_with_a_colon_or_without_the_right_to_write(tmp_path):
    odd = await World(tmp_path).one("REPO-PATH", at(tmp_path / "a:b"))
    assert odd.status is Status.FAIL
    assert odd.answer.remedies[0].commands[0].run == f"mv -T {tmp_path}/a:b {tmp_path}/a-b"
    closed = await World(tmp_path, writable=False).one("REPO-PATH", at(tmp_path / "x"))
    assert (closed.status, closed.answer.observed) == (Status.FAIL, f"alice cannot write to {tmp_path}/x")
    assert closed.answer.remedies[0].commands[0].root
    assert "quotes" in (await World(tmp_path).one("REPO-PATH", at(tmp_path / "my folder"))).answer.observed


async def test_without_git_the_checkout_waits_for_it(tmp_path, folder):
    result = await World(tmp_path, tools={}).one("REPO-TAG", at(folder))
    assert (result.status, result.answer.observed) == (Status.SKIP, "waits for TOOL-GIT")


async def test_the_pruned_version_file_is_expected_at_step_14(tmp_path, folder):
    (folder / "k8s_version.json").write_text("{}\n")
    assert (await World(tmp_path).one("REPO-DIRTY", at(folder))).status is Status.WARN
    pruned = await World(tmp_path).one("REPO-DIRTY", at(folder).after(SeveralChosen(True)))
    assert (pruned.status, pruned.answer.observed) == (Status.PASS, "clean but for k8s_version.json (step 14)")
