"""Looking at a checkout executes nothing of it, judges no other, and waits for nothing that never ends."""

from __future__ import annotations

import contextlib
import os
import subprocess
from pathlib import Path

import pytest

from canvos_tui.adapters.git.command import GitCommand
from canvos_tui.core.checkout.state import Place
from canvos_tui.core.errors import GitError
from tests.doubles import canvos_repo, hostile_checkout
from tests.doubles.hostile_checkout import Traps


@pytest.fixture
def environ(tmp_path):
    (tmp_path / "home").mkdir()
    return {"PATH": os.environ["PATH"], "HOME": str(tmp_path / "home"), "GIT_CONFIG_SYSTEM": "/dev/null"}


@pytest.fixture
def traps(tmp_path):
    return Traps(tmp_path / "traps")


@pytest.fixture
def hostile(tmp_path, traps):
    folder = hostile_checkout.make(tmp_path / "hostile", traps)
    traps.forget()
    return folder


def test_the_traps_are_set(hostile, environ, traps):
    """Without this the other tests would prove nothing."""
    (hostile / "release").write_text("changed")
    bare = ("-c", "filter.evil.process=", "-c", "filter.evil.required=false")
    for words in (("status",), ("fetch", "--tags"), (*bare, "--no-pager", "diff"), (*bare, "checkout", "-q", "-f", "v4.9.38")):
        subprocess.run(
            ["git", "-C", str(hostile), *words], env=environ, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=60
        )
    expected = {
        "fsmonitor",
        "inner-fsmonitor",
        "uploadpack",
        "diff-command",
        "filter-process",
        "included-filter",
        "filter-UPPER.case-clean",
    }
    assert expected <= set(traps.sprung())


async def test_looking_at_a_hostile_checkout_executes_nothing(hostile, environ, traps):
    git = GitCommand(environ)
    state = await git.state(hostile)
    assert (state.place, state.tag) == (Place.CANVOS, "v4.10.0")
    await git.tags(hostile)
    await git.show(hostile, "v4.10.0", "Earthfile")
    await git.damage(hostile)
    await git.ignored(hostile, ".secret")
    await git.untracked(hostile, ("build", ".env"))
    assert traps.sprung() == []


async def test_working_in_a_hostile_checkout_executes_nothing(hostile, environ, traps, tmp_path):
    git = GitCommand(environ)
    with pytest.raises(GitError, match="uploadpack"):
        await git.fetch_tags(hostile)
    canvos_repo.git(hostile, "config", "--unset", "remote.origin.uploadpack")
    traps.forget()
    await git.fetch_tags(hostile)
    await git.copy_changes(hostile, tmp_path / "copies")
    await git.stash(hostile, "kept")
    await git.checkout(hostile, "v4.9.38")
    (hostile / "release").write_text("changed")
    await git.discard(hostile, ("release",))
    assert (await git.state(hostile)).tag == "v4.9.38"
    assert traps.sprung() == []


async def test_a_partial_clone_does_not_fetch_by_the_checkout_s_own_program(hostile, environ, traps):
    for key, value in (("extensions.partialClone", "origin"), ("core.repositoryFormatVersion", "1"), ("remote.origin.promisor", "true")):
        canvos_repo.git(hostile, "config", key, value)
    missing = canvos_repo.git(hostile, "rev-parse", "v4.9.38:Earthfile").strip()
    traps.forget()
    (hostile / ".git" / "objects" / missing[:2] / missing[2:]).unlink()
    with contextlib.suppress(GitError):
        await GitCommand(environ).tags(hostile)
    assert traps.sprung() == []


async def test_a_setting_that_cannot_be_shut_out_refuses_the_checkout(tmp_path, environ, traps):
    folder = canvos_repo.make(tmp_path / "c")
    canvos_repo.git(folder, "config", "filter.a=b.clean", traps.program("odd"))
    (folder / ".git" / "info").mkdir(exist_ok=True)
    (folder / ".git" / "info" / "attributes").write_text("* filter=a=b\n")
    os.utime(folder / "release", (1, 1))
    with pytest.raises(GitError, match=r"filter\.a=b\.clean"):
        await GitCommand(environ).state(folder)
    assert traps.sprung() == []


@pytest.mark.parametrize(
    "given",
    [
        {"GIT_DIR": "{other}/.git"},
        {"GIT_WORK_TREE": "{other}"},
        {"GIT_DIR": "{other}/.git", "GIT_WORK_TREE": "{other}", "GIT_INDEX_FILE": "{other}/.git/index"},
        {"GIT_INDEX_FILE": "/nowhere"},
        {"GIT_OBJECT_DIRECTORY": "/nowhere"},
        {"GIT_NAMESPACE": "x", "GIT_COMMON_DIR": "/nowhere", "GIT_CEILING_DIRECTORIES": "/", "GIT_TRACE": "1"},
        {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "core.fsmonitor", "GIT_CONFIG_VALUE_0": "{trap}"},
        {"GIT_CONFIG_PARAMETERS": "'core.fsmonitor={trap}'"},
        {"GIT_EXTERNAL_DIFF": "{trap}", "GIT_PAGER": "{trap}", "GIT_EDITOR": "{trap}"},
    ],
    ids=lambda given: "+".join(given),
)
async def test_the_environment_chooses_no_repository_and_sets_nothing(tmp_path, environ, traps, given):
    folder = canvos_repo.make(tmp_path / "here")
    other = canvos_repo.make(tmp_path / "other", (("v1.0.0", "v1.0.0", False),))
    trap = traps.program("environment")
    named = {name: value.format(other=other, trap=trap) for name, value in given.items()}
    state = await GitCommand({**environ, **named}).state(folder)
    assert (state.place, state.tag, state.changes) == (Place.CANVOS, "v4.10.0", ())
    assert traps.sprung() == []


async def test_a_broken_repository_does_not_make_the_one_above_it_judged(tmp_path, environ):
    outer = canvos_repo.make(tmp_path / "outer", (("v1.0.0", "v1.0.0", False),))
    inner = canvos_repo.make(outer / "CanvOS")
    (inner / ".git" / "HEAD").unlink()
    with pytest.raises(GitError, match="git does not take it for a repository") as caught:
        await GitCommand(environ).state(inner)
    assert caught.value.broken


async def test_a_checkout_that_names_another_folder_as_its_own_is_refused(tmp_path, environ):
    folder = canvos_repo.make(tmp_path / "c")
    canvos_repo.git(folder, "config", "core.worktree", str(tmp_path))
    with pytest.raises(GitError, match=r"core\.worktree"):
        await GitCommand(environ).state(folder)


async def test_the_user_s_own_settings_stay(tmp_path, environ, traps):
    origin, folder = canvos_repo.make(tmp_path / "origin"), tmp_path / "c"
    helper, ssh = traps.program("own-helper"), traps.program("own-ssh")
    canvos_repo.git(
        origin, "config", "--file", str(Path(environ["HOME"]) / ".gitconfig"), f"url.{origin}.insteadOf", "https://git.example/"
    )
    git = GitCommand(environ)
    await git.clone("https://git.example/", folder, lambda *_: None)
    for key, value in (("credential.helper", "!touch /nowhere"), ("core.sshCommand", "touch"), ("remote.origin.url", "ssh://host/x")):
        canvos_repo.git(folder, "config", key, value)
    for key, value in (("credential.helper", f"!{helper}"), ("core.sshCommand", ssh)):
        canvos_repo.git(folder, "config", "--file", str(Path(environ["HOME"]) / ".gitconfig"), key, value)
    with pytest.raises(GitError):
        await git.fetch_tags(folder)
    assert traps.sprung() == ["own-ssh"]
    traps.forget()
    with pytest.raises(GitError):
        await GitCommand({**environ, "GIT_SSH_COMMAND": traps.program("ssh-of-environment")}).fetch_tags(folder)
    assert traps.sprung() == ["ssh-of-environment"]


@pytest.mark.parametrize("url", ["ext::sh -c touch% {mark}", "fd::7", "git://127.0.0.1:1/x"])
async def test_clone_takes_only_the_usual_ways(tmp_path, environ, traps, url):
    canvos_repo.git(tmp_path, "config", "--file", str(Path(environ["HOME"]) / ".gitconfig"), "protocol.allow", "always")
    with pytest.raises(GitError, match="cannot be used"):
        await GitCommand(environ).clone(url.format(mark=traps.marks / "ext"), tmp_path / "c", lambda *_: None)
    assert traps.sprung() == []


@pytest.mark.parametrize("name", ["HEAD", "config", "index", "packed-refs", "info/exclude", "info/attributes"])
@pytest.mark.parametrize("kind", ["fifo", "device"])
async def test_a_pipe_or_a_device_in_the_repository_is_refused_at_once(tmp_path, environ, name, kind):
    folder = canvos_repo.make(tmp_path / "c")
    path = folder / ".git" / name
    path.parent.mkdir(exist_ok=True)
    path.unlink(missing_ok=True)
    if kind == "fifo":
        os.mkfifo(path)
    else:
        path.symlink_to("/dev/zero")
    with pytest.raises(GitError, match="no regular file"):
        await GitCommand(environ).state(folder)


@pytest.mark.parametrize("name", [".gitattributes", ".gitignore", "cloud-images/.gitignore"])
async def test_a_pipe_that_git_would_read_is_refused_at_once(tmp_path, environ, name):
    folder = canvos_repo.make(tmp_path / "c")
    (folder / name).unlink(missing_ok=True)
    os.mkfifo(folder / name)
    with pytest.raises(GitError, match="no regular file"):
        await GitCommand(environ).state(folder)


async def test_a_link_is_copied_as_a_link(tmp_path, environ):
    folder = canvos_repo.make(tmp_path / "c")
    (tmp_path / "private").write_text("somebody's")
    (folder / "link").symlink_to(tmp_path / "private")
    copied = await GitCommand(environ).copy_changes(folder, tmp_path / "copies")
    assert copied == ("link",)
    assert (tmp_path / "copies" / "link").is_symlink()
