"""Every way for the checks of the checkout to come out: real repositories, made by git, in the state that is told."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from canvos_tui.adapters.machine.host import LocalHost
from canvos_tui.core.answers.beginning import fresh
from canvos_tui.core.status import Status
from tests.causes.real import Real, ask, at, pasted
from tests.causes.told import assert_told
from tests.doubles import canvos_repo
from tests.doubles.canvos_repo import git
from tests.doubles.check_world import World

PASS, WARN, FAIL, SKIP, UNKNOWN = Status.PASS, Status.WARN, Status.FAIL, Status.SKIP, Status.UNKNOWN


@pytest.fixture
def folder(tmp_path) -> Path:
    made = canvos_repo.make(tmp_path / "CanvOS")
    git(made, "checkout", "-q", "v4.9.38")
    return made


# -- what is at the path -------------------------------------------------------------------------------------------


async def test_a_checkout(tmp_path, folder):
    assert_told(await ask(World(tmp_path), "REPO-CLONE", at(folder)), PASS, f"{folder} at v4.9.38", how="git clone and checkout")


async def test_nothing_there_yet(tmp_path):
    gone = tmp_path / "absent"
    assert_told(await ask(World(tmp_path), "REPO-CLONE", at(gone)), FAIL, f"nothing is at {gone}", how="no such folder")
    before = await ask(World(tmp_path), "REPO-CLONE", at(gone), final=False)
    assert_told(before, SKIP, f"waits for a checkout: nothing is at {gone} yet", how="no such folder, before the clone")
    assert_told(await ask(World(tmp_path), "REPO-CLONE", fresh()), SKIP, "waits for a checkout", how="no folder was named")


async def test_a_folder_with_other_files(tmp_path):
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "notes").write_text("mine")
    assert_told(
        await ask(World(tmp_path), "REPO-CLONE", at(tmp_path / "x")), FAIL, "is a folder with other files", how="a folder with a file"
    )


async def test_a_file(tmp_path):
    (tmp_path / "x").write_text("mine")
    assert_told(await ask(World(tmp_path), "REPO-CLONE", at(tmp_path / "x")), FAIL, "is a file", how="a file of that name")


async def test_another_repository(tmp_path):
    subprocess.run(["git", "init", "-q", str(tmp_path / "x")], check=True, env=canvos_repo.ENV)
    assert_told(await ask(World(tmp_path), "REPO-CLONE", at(tmp_path / "x")), FAIL, "is another git repository", how="git init elsewhere")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
async def test_a_checkout_of_somebody_else(tmp_path, folder):
    for path in (folder, *folder.rglob("*")):
        os.chown(path, 65534, 65534, follow_symlinks=False)
    words = "belongs to another user: git refuses"
    assert_told(await ask(World(tmp_path), "REPO-CLONE", at(folder)), FAIL, words, how="every file given to another user, git run as root")


async def test_without_git(tmp_path, folder):
    world = World(tmp_path, tools={"git": None})
    result = await ask(world, "REPO-CLONE", at(folder))
    assert_told(result, SKIP, "waits for TOOL-GIT", how="the host port finds no git")


# -- its path ------------------------------------------------------------------------------------------------------


def here(tmp_path: Path) -> Real:
    world = Real(tmp_path)
    world.host_port = LocalHost({"PATH": os.environ["PATH"]})
    return world


async def test_a_good_path(tmp_path, folder):
    assert_told(await ask(here(tmp_path), "REPO-PATH", at(folder)), PASS, str(folder), how="a folder of this user")


async def test_a_blank_in_the_path_does_no_harm(tmp_path):
    made = canvos_repo.make(tmp_path / "my CanvOS")
    assert_told(await ask(here(tmp_path), "REPO-PATH", at(made)), PASS, "its blanks do no harm", how="a checkout in `my CanvOS`")


async def test_a_colon_in_the_path(tmp_path):
    made = canvos_repo.make(tmp_path / "a:b")
    result = await ask(here(tmp_path), "REPO-PATH", at(made))
    assert_told(result, FAIL, "holds a `:`, which ends the name of a volume", how="a checkout in `a:b`")
    assert [c.run for f in result.answer.remedies for c in f.commands] == [f"mv -T {made} {tmp_path / 'a-b'}"]


async def test_a_path_that_cannot_be_written(tmp_path, folder):
    world = World(tmp_path)
    seen = await world.ports().host.filesystem(folder)

    class Closed:
        async def filesystem(self, path: Path):
            return replace(seen, writable=False)

        def __getattr__(self, name: str):
            return getattr(world.ports().host, name)

    real = Real(tmp_path)
    real.host_port = Closed()
    assert_told(await ask(real, "REPO-PATH", at(folder)), FAIL, "cannot write to", how="the host port says it is not writable")


# -- history, tag, target ------------------------------------------------------------------------------------------


async def test_a_whole_history(tmp_path, folder):
    assert_told(await ask(World(tmp_path), "REPO-SHALLOW", at(folder)), PASS, "4 tags", how="a repository with four tags")


async def test_a_shallow_clone(tmp_path, folder):
    shallow = tmp_path / "shallow"
    git(tmp_path, "clone", "-q", "--depth", "1", "--branch", "v4.9.38", f"file://{folder}", str(shallow))
    result = await ask(World(tmp_path), "REPO-SHALLOW", at(shallow))
    assert_told(result, WARN, "a shallow clone with 1 tag", how="git clone --depth 1 --branch v4.9.38")


async def test_a_clone_without_tags(tmp_path, folder):
    bare = tmp_path / "none"
    git(tmp_path, "clone", "-q", "--no-tags", f"file://{folder}", str(bare))
    assert_told(await ask(World(tmp_path), "REPO-SHALLOW", at(bare)), WARN, "no tag is here", how="git clone --no-tags")


async def test_a_good_tag(tmp_path, folder):
    assert_told(await ask(World(tmp_path), "REPO-TAG", at(folder)), PASS, "v4.9.38, agent v4.9.38", how="git checkout v4.9.38")
    assert_told(await ask(World(tmp_path), "REPO-TARGET", at(folder)), PASS, "+aws-cloud-image is there", how="git checkout v4.9.38")


async def test_a_tag_with_an_older_agent(tmp_path, folder):
    git(folder, "checkout", "-q", "v4.10.0")
    result = await ask(World(tmp_path), "REPO-TAG", at(folder))
    assert_told(result, WARN, "v4.10.0 carries the agent v4.9.21", how="git checkout v4.10.0, whose Earthfile names PE_VERSION v4.9.21")


async def test_the_guide_s_own_example(tmp_path, folder):
    git(folder, "checkout", "-q", "v4.8.5")
    result = await ask(World(tmp_path), "REPO-TARGET", at(folder))
    assert_told(result, FAIL, "v4.8.5 has no +aws-cloud-image target", how="git checkout v4.8.5, the guide's example")
    assert [c.run for f in result.answer.remedies for c in f.commands] == [f"git -C {folder} checkout v4.9.38"]


async def test_a_commit_without_a_tag(tmp_path, folder):
    (folder / "release").write_text("mine")
    git(folder, "commit", "-qam", "mine")
    assert_told(await ask(World(tmp_path), "REPO-TAG", at(folder)), WARN, "on no tag (", how="a commit of one's own on top of the tag")


async def test_another_tag_than_chosen(tmp_path, folder):
    from canvos_tui.core.answers.draft import TagChosen

    result = await ask(World(tmp_path), "REPO-TAG", at(folder).after(TagChosen("v4.9.37")))
    assert_told(result, WARN, "on v4.9.38, chosen was v4.9.37", how="v4.9.37 chosen in the wizard, v4.9.38 checked out by hand")


# -- what lies about -----------------------------------------------------------------------------------------------


async def test_a_clean_tree(tmp_path, folder):
    assert_told(await ask(World(tmp_path), "REPO-DIRTY", at(folder)), PASS, "clean", how="nothing changed since the checkout")
    assert_told(await ask(World(tmp_path), "REPO-LEFTOVERS", at(folder)), PASS, "none", how="nothing changed since the checkout")


async def test_a_changed_file(tmp_path, folder):
    (folder / "Earthfile").write_text(canvos_repo.earthfile("v4.9.38") + "# mine\n")
    assert_told(await ask(World(tmp_path), "REPO-DIRTY", at(folder)), WARN, "1 changed: Earthfile", how="a line added to the Earthfile")


async def test_an_untracked_file(tmp_path, folder):
    (folder / "notes.txt").write_text("mine")
    assert_told(await ask(World(tmp_path), "REPO-DIRTY", at(folder)), WARN, "1 changed: notes.txt", how="a new file that git does not know")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("content-old/images.tar.zst", "content-old"),
        ("local-ui.tar", "local-ui.tar"),
        ("certs/proxy.crt", "certs/proxy.crt"),
        (".env", "Earthly reads it and may stop on it"),
        ("overlay/files/etc/motd", "overlay/files"),
        (".edge-custom-config.yaml", ".edge-custom-config.yaml"),
    ],
)
@pytest.mark.parametrize("ignored", [False, True], ids=["seen by git", "ignored by git"])
async def test_a_left_over(tmp_path, folder, name, words, ignored):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x" * 2000)
    if ignored:
        (folder / ".git" / "info" / "exclude").write_text(f"{name.split('/')[0]}\n")
    result = await ask(World(tmp_path), "REPO-LEFTOVERS", at(folder))
    assert_told(result, WARN, words, how=f"the file {name} in the checkout" + (", ignored by git" if ignored else ""))


async def test_an_old_cluster_configuration_counts_only_when_arg_names_it(tmp_path, folder):
    (folder / "spc.tgz").write_bytes(b"x" * 2000)
    assert_told(await ask(World(tmp_path), "REPO-LEFTOVERS", at(folder)), PASS, "none", how="spc.tgz, but .arg names no CLUSTERCONFIG")
    (folder / ".arg").write_text("CLUSTERCONFIG=spc.tgz\n")
    result = await ask(World(tmp_path), "REPO-LEFTOVERS", at(folder, CLUSTERCONFIG="spc.tgz"))
    assert_told(result, WARN, "spc.tgz", how="spc.tgz, and .arg says CLUSTERCONFIG=spc.tgz")


async def test_results_of_older_builds_are_named_but_do_no_harm(tmp_path, folder):
    (folder / "build").mkdir()
    (folder / "build" / "old.raw").write_bytes(b"x" * 5_000_000)
    assert_told(await ask(World(tmp_path), "REPO-LEFTOVERS", at(folder)), PASS, "build/ holds 5.0 MB", how="a raw image of 5 MB in build/")


# -- whether it is whole -----------------------------------------------------------------------------------------------


def _deleted(folder: Path) -> str:
    shutil.rmtree(folder / "cloud-images")
    return "missing"


def _sparse(folder: Path) -> str:
    git(folder, "sparse-checkout", "set", "--no-cone", "/earthly.sh", "/Earthfile")
    return "missing"


def _crlf(folder: Path) -> str:
    git(folder, "config", "core.autocrlf", "true")
    for path in folder.glob("*.sh"):
        path.unlink()
    git(folder, "checkout", "HEAD", "--", "earthly.sh")
    return "(earthly.sh) with CR LF line ends"


def _mode(folder: Path) -> str:
    git(folder, "config", "core.fileMode", "false")
    (folder / "earthly.sh").chmod(0o644)
    return "earthly.sh is not executable"


@pytest.mark.parametrize(
    ("damage", "remedy"), [(_deleted, 0), (_sparse, 0), (_crlf, 0), (_mode, 0)], ids=["deleted", "sparse", "autocrlf", "mode"]
)
async def test_a_checkout_that_is_not_whole_fails_until_its_remedy_waspasted(tmp_path, folder, damage, remedy):
    told = damage(folder)
    result = await ask(World(tmp_path), "REPO-WHOLE", at(folder))
    assert_told(result, FAIL, told, how=damage.__name__)
    (folder / "a note of mine").write_text("stays")
    pasted(*(c.run for c in result.answer.remedies[remedy].commands))
    assert (await ask(World(tmp_path), "REPO-WHOLE", at(folder))).status is PASS
    assert (folder / "a note of mine").read_text() == "stays"


async def test_a_whole_checkout(tmp_path, folder):
    assert_told(await ask(World(tmp_path), "REPO-WHOLE", at(folder)), PASS, "all files of the commit are there", how="git clone")


async def test_a_filesystem_without_programs(tmp_path, folder):
    told = await ask(World(tmp_path, runs=False), "REPO-PATH", at(folder))
    assert_told(told, FAIL, "which is mounted noexec: earthly.sh cannot be started", how="the host says so")


async def test_a_filesystem_that_nobody_can_write_to_is_not_given_to_somebody(tmp_path, folder):
    told = await ask(World(tmp_path, writable=False, read_only=True), "REPO-PATH", at(folder))
    assert_told(told, FAIL, "which is mounted read-only: nobody can write there", how="the host says so")
    assert not any("chown" in c.run for fix in told.answer.remedies for c in fix.commands)


async def test_a_pre_release_is_told_of(tmp_path):
    made = canvos_repo.make(tmp_path / "CanvOS", (("v4.10.0-rc.1", "v4.10.0-rc.1", True),))
    git(made, "checkout", "-q", "v4.10.0-rc.1")
    told = await ask(World(tmp_path), "REPO-TAG", at(made))
    assert_told(told, WARN, "v4.10.0-rc.1 is a pre-release (candidate)", how="a repository whose newest tag is a candidate")
