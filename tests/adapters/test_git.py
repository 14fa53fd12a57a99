"""Real git against real repositories."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from canvos_tui.adapters.git.command import GitCommand
from canvos_tui.adapters.git.words import _BY_REASON, Stored, git_error, read_batch
from canvos_tui.core.checkout.state import Place
from canvos_tui.core.diagnosis.speech.reasons import REASONS
from canvos_tui.core.errors import FilesError, GitError
from tests.doubles import canvos_repo


@pytest.fixture
def git(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    return GitCommand({"PATH": os.environ["PATH"], "HOME": str(home), "GIT_CONFIG_SYSTEM": "/dev/null"})


@pytest.fixture
def origin(tmp_path):
    return canvos_repo.make(tmp_path / "origin")


async def cloned(git: GitCommand, origin: Path, folder: Path) -> Path:
    await git.clone(str(origin), folder, lambda *_: None)
    return folder


async def test_cloning_reports_git_s_own_progress_and_leaves_a_checkout(git, origin, tmp_path):
    seen: list[tuple[str, int | None]] = []
    await git.clone(f"file://{origin}", tmp_path / "deep" / "CanvOS", lambda text, percent: seen.append((text, percent)))
    state = await git.state(tmp_path / "deep" / "CanvOS")
    assert state.place is Place.CANVOS
    assert state.tag == "v4.10.0"
    assert state.changes == ()
    assert set(state.files) == {".arg.template", "Earthfile", "earthly.sh", "k8s_version.json"}
    assert any(percent == 100 for _, percent in seen)


async def test_a_failed_clone_says_why_and_leaves_nothing(git, tmp_path):
    with pytest.raises(GitError) as caught:
        await git.clone(str(tmp_path / "nowhere"), tmp_path / "CanvOS", lambda *_: None)
    assert "no such repository" in caught.value.message
    assert caught.value.remedy
    assert not (tmp_path / "CanvOS").exists()


async def test_a_failed_clone_keeps_a_folder_that_was_there(git, tmp_path):
    (tmp_path / "CanvOS").mkdir()
    with pytest.raises(GitError):
        await git.clone(str(tmp_path / "nowhere"), tmp_path / "CanvOS", lambda *_: None)
    assert (tmp_path / "CanvOS").is_dir()


async def test_a_cancelled_clone_leaves_nothing(git, origin, tmp_path):
    started = asyncio.Event()
    task = asyncio.create_task(git.clone(f"file://{origin}", tmp_path / "CanvOS", lambda *_: started.set()))
    await asyncio.wait_for(started.wait(), 20)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not (tmp_path / "CanvOS").exists()


async def test_tags_come_with_date_agent_and_target(git, origin, tmp_path):
    folder = await cloned(git, origin, tmp_path / "c")
    tags = {t.name: t for t in await git.tags(folder)}
    assert list(tags) == ["v4.10.0", "v4.9.38", "v4.9.37", "v4.8.5"]
    assert tags["v4.10.0"].earthfile.pe_version == "v4.9.21"
    assert not tags["v4.8.5"].selectable
    assert tags["v4.9.38"].date is not None
    assert tags["v4.9.38"].date.day in {2, 3}


async def test_a_tag_without_an_earthfile_is_listed_as_unable(git, origin, tmp_path):
    canvos_repo.git(origin, "rm", "-q", "Earthfile")
    canvos_repo.git(origin, "commit", "-qm", "none")
    canvos_repo.git(origin, "tag", "v9.9.9")
    folder = await cloned(git, origin, tmp_path / "c")
    assert not {t.name: t for t in await git.tags(folder)}["v9.9.9"].selectable


async def test_new_tags_are_fetched(git, origin, tmp_path):
    folder = await cloned(git, origin, tmp_path / "c")
    canvos_repo.git(origin, "tag", "v4.9.39", "v4.9.38")
    await git.fetch_tags(folder)
    assert "v4.9.39" in {t.name for t in await git.tags(folder)}


async def test_checking_out_one_of_two_tags_on_a_commit_names_the_one_that_was_asked_for(git, origin, tmp_path):
    canvos_repo.git(origin, "tag", "v4.9.x", "v4.9.38")
    folder = await cloned(git, origin, tmp_path / "c")
    for tag in ("v4.9.38", "v4.9.37", "v4.9.38"):
        await git.checkout(folder, tag)
        assert (await git.state(folder)).tag == tag


async def test_a_local_change_is_listed_and_protected(git, origin, tmp_path):
    folder = await cloned(git, origin, tmp_path / "c")
    (folder / "release").write_text("mine")
    (folder / "notes with blank.txt").write_text("new")
    state = await git.state(folder)
    assert {(c.path, c.tracked) for c in state.changes} == {("release", True), ("notes with blank.txt", False)}
    assert [c.path for c in state.in_the_way] == ["release"]
    with pytest.raises(GitError) as caught:
        await git.checkout(folder, "v4.9.38")
    assert "local changes" in caught.value.message
    assert (folder / "release").read_text() == "mine"


async def test_copying_aside_keeps_the_change_and_frees_the_checkout(git, origin, tmp_path):
    folder = await cloned(git, origin, tmp_path / "c")
    (folder / "release").write_text("mine")
    (folder / "sub").mkdir()
    (folder / "sub" / "new.txt").write_text("new")
    copied = await git.copy_changes(folder, tmp_path / "aside")
    assert set(copied) == {"release", "sub/new.txt"}
    assert (tmp_path / "aside" / "release").read_text() == "mine"
    assert (folder / "release").read_text() == "mine"
    await git.discard(folder, ("release",))
    await git.checkout(folder, "v4.9.38")
    assert (folder / "sub" / "new.txt").exists()
    with pytest.raises(FilesError):
        await git.copy_changes(folder, tmp_path / "aside")


async def test_stashing_works_without_a_git_identity(git, origin, tmp_path):
    folder = await cloned(git, origin, tmp_path / "c")
    (folder / "release").write_text("mine")
    (folder / "new.txt").write_text("new")
    (folder / ".secret").write_text("AWS_SECRET_ACCESS_KEY=wJalr\n")  # git ignores this one, and not the next
    (folder / "user-data").write_text("edgeHostToken: abc\n")
    await git.stash(folder, "before v4.9.38")
    assert [change.path for change in (await git.state(folder)).changes] == ["user-data"], "tokens never become git's objects"
    assert (folder / ".secret").exists()
    assert not (folder / "new.txt").exists()
    assert "before v4.9.38" in canvos_repo.git(folder, "stash", "list")


async def test_other_places_are_told_apart(git, origin, tmp_path):
    (tmp_path / "file").write_text("x")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").write_text("x")
    (tmp_path / "empty").mkdir()
    canvos_repo.make(tmp_path / "other")
    for name in ("earthly.sh", ".arg.template", "k8s_version.json"):
        (tmp_path / "other" / name).unlink()
    places = {name: (await git.state(tmp_path / name)).place for name in ("file", "full", "empty", "absent", "other")}
    assert places == {
        "file": Place.FILE,
        "full": Place.FOLDER,
        "empty": Place.ABSENT,
        "absent": Place.ABSENT,
        "other": Place.OTHER_GIT,
    }


async def test_a_checkout_that_lost_a_file_is_still_one_and_knows_what_it_lacks(git, tmp_path):
    folder = canvos_repo.make(tmp_path / "lost")
    (folder / "earthly.sh").unlink()
    state = await git.state(folder)
    assert (state.place, state.lacks, state.branch) == (Place.CANVOS, ("earthly.sh",), "main")
    canvos_repo.git(folder, "checkout", "-q", "v4.9.37", "--", "earthly.sh")
    canvos_repo.git(folder, "checkout", "-q", "--detach", "v4.9.37")
    state = await git.state(folder)
    assert (state.tag, state.lacks, state.branch) == ("v4.9.37", (), "")


async def test_files_of_a_tag_and_ignored_paths(git, origin):
    assert "aws-cloud-image:" in (await git.show(origin, "v4.9.38", "Earthfile") or "")
    assert await git.show(origin, "v4.9.38", "nothing") is None
    assert await git.ignored(origin, ".secret")
    assert not await git.ignored(origin, "Earthfile")


async def test_a_missing_git_is_said_with_a_remedy(tmp_path):
    with pytest.raises(GitError, match="not installed") as caught:
        await GitCommand({"PATH": str(tmp_path)}).tags(tmp_path)
    assert "install" in caught.value.remedy


async def test_checking_out_a_tag_that_is_not_there(git, origin):
    with pytest.raises(GitError) as caught:
        await git.checkout(origin, "v0.0.1")
    assert "no such tag" in caught.value.message


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("fatal: unable to access 'https://x/': Could not resolve host: x", "cannot be resolved"),
        ("fatal: unable to access 'https://x/': Failed to connect to x port 443", "cannot be reached"),
        ("fatal: unable to access 'https://x/': SSL certificate problem: self-signed", "not trusted"),
        ("fatal: unable to access 'https://x/': Received HTTP code 407 from proxy after CONNECT", "proxy wants a user and a password"),
        ("fatal: unable to access 'https://x/': CONNECT tunnel failed, response 407", "proxy wants a user and a password"),
        ("fatal: unable to access 'https://x/': CONNECT tunnel failed, response 403", "proxy refuses this host"),
        ("fatal: unable to access 'https://x/': The requested URL returned error: 429", "limits requests"),
        ("fatal: unable to access 'https://x/': The requested URL returned error: 403", "refuses (403)"),
        ("fatal: unable to access 'https://x/': The requested URL returned error: 503", "an error of its own"),
        ("error: RPC failed; HTTP 503 curl 22 The requested URL returned error: 503", "an error of its own"),
        ("fatal: unable to access 'https://x/': The requested URL returned error: 404", "no such repository"),
        ("fatal: could not read Username for 'https://x': terminal prompts disabled", "asks for a login"),
        ("error: unable to write file: No space left on device", "disk is full"),
        ("fatal: detected dubious ownership in repository at '/x'", "belongs to another user"),
        ("fatal: unable to access 'https://x/': SSL: no alternative certificate subject name matches target host name 'x'", "not trusted"),
        ("fatal: unable to access 'https://x/': gnutls_handshake() failed: Error in the pull function.", "no encrypted connection"),
        ("error: RPC failed; curl 56 GnuTLS recv error (-54): Error in the pull function.", "cannot be reached"),
        ("fatal: unable to access 'https://x/': Could not resolve proxy: proxy.corp", "the proxy refuses"),
        ("remote: Counting objects\nfatal: early EOF\nfatal: index-pack failed", "cannot be reached"),
        ("fatal: could not create work tree dir 'x': Permission denied", "cannot be written"),
        ("git@x: Permission denied (publickey).", "asks for a login"),
        ("error: could not write: Read-only file system", "cannot be written"),
        ("", "no message"),
    ],
)
def test_what_git_says_is_put_in_plain_words(said, meant):
    error = git_error("clone", said)
    assert meant in error.message
    assert error.output == said


def test_a_batch_answer_may_miss_objects_and_hold_line_ends():
    data = b"aaa blob 5\na\nb\n\n\nrefs/tags/x:Earthfile missing\nbbb blob 0\n\n"
    nothing = Stored("missing")
    assert read_batch(data, 3) == [Stored("blob", "aaa", b"a\nb\n\n"), nothing, Stored("blob", "bbb")]
    assert read_batch(b"", 2) == [nothing, nothing]
    assert read_batch(b"aaa blob 5\nx:y missing\nccc tree 9\n", 3, bodies=False) == [Stored("blob", "aaa"), nothing, Stored("tree", "ccc")]


def test_a_link_out_of_a_tag_is_no_file_of_it():
    data = b"symlink 13\n/etc/hostname\ndangling 3\nx:y\naaa blob 1\nz\n"
    assert read_batch(data, 3) == [Stored("symlink", body=b"/etc/hostname"), Stored("dangling", body=b"x:y"), Stored("blob", "aaa", b"z")]


def test_every_reason_that_git_can_meet_has_its_words():
    """The words of the reasons stand in one table, whoever says them; left out here are what no git says."""
    assert set(_BY_REASON) == REASONS - {"memory", "wrong-cpu", "region-unknown"}
