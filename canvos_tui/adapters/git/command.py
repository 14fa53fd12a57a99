"""Git and the CanvOS checkout. Nothing that a checkout brings with it is executed, and no other one is judged."""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from canvos_tui.adapters import threads
from canvos_tui.adapters.git.folder import copy, damage, guide_files, left, look, refuse_elsewhere, refuse_endless, remove_clone
from canvos_tui.adapters.git.process import Git, sheltered
from canvos_tui.adapters.git.shelter import environment
from canvos_tui.adapters.git.tag_files import read_tags
from canvos_tui.adapters.git.words import broken_error, git_error, parse_date
from canvos_tui.core.checkout.state import PRIVATE, Change, CheckoutState, Damage, Left, Place, stashing
from canvos_tui.core.checkout.tags import CanvosTag, classify, order
from canvos_tui.core.errors import GitError

# a submodule is not looked into: git would do that with the submodule's own settings
_STATUS = ("status", "--porcelain=v1", "-z", "--ignore-submodules=dirty")
_FETCH_LIMIT = 900.0


class GitCommand:
    """Implements the Git port with the `git` command."""

    def __init__(self, environ: dict[str, str]) -> None:
        self._environ = environment(environ)

    async def _in(self, folder: Path) -> Git:
        """Git in that folder, nothing of which is executed; GitError for what git could hang on."""
        await threads.call(lambda: refuse_endless(folder))
        return await sheltered(self._environ, folder)

    async def state(self, folder: Path) -> CheckoutState:
        """What is at `folder`; a folder inside another repository counts as a plain folder."""
        place = await threads.call(lambda: look(folder))
        if place not in {Place.CANVOS, Place.OTHER_GIT}:
            return CheckoutState(place, folder)
        git = await self._in(folder)
        top = await git.run("rev-parse", "--show-toplevel")
        if top.code:
            raise broken_error(folder, top.err) or git_error("rev-parse", top.err)
        await threads.call(lambda: refuse_elsewhere(folder, top.out))
        tag = await git.run("describe", "--tags", "--exact-match", "HEAD")
        commit = await git.run("rev-parse", "--short", "HEAD")
        shallow = await git.run("rev-parse", "--is-shallow-repository")
        branch = await git.run("symbolic-ref", "--quiet", "--short", "HEAD")
        remote = await git.run("remote", "get-url", "origin")
        return CheckoutState(
            place,
            folder,
            tag=await self._tag_at_head(git, tag.text),
            commit=commit.text if not commit.code else "",
            changes=await self._changes(git),
            shallow=shallow.text == "true",
            files=guide_files(folder),
            branch=branch.text if not branch.code else "",
            remote=remote.text if not remote.code else "",
        )

    async def _tag_at_head(self, git: Git, described: str) -> str:
        """The tag at HEAD; where several stand on one commit, the one that was checked out last (git describe takes any)."""
        if not described:
            return ""
        listed = (await git.must("tag", "--points-at", "HEAD")).split()
        if len(listed) < 2:
            return described
        log = await git.run("reflog", "-1", "--grep-reflog=checkout", "--format=%gs")
        last = log.text.rpartition(" to ")[2]
        return last if last in listed else described

    async def _changes(self, git: Git) -> tuple[Change, ...]:
        out = await git.must(*_STATUS, "--untracked-files=normal")
        parts, changes, skip = out.split("\0"), [], False
        for part in parts:
            if skip or not part:
                skip = False
                continue
            changes.append(Change(part[:2], part[3:]))
            skip = part[0] in "RC"  # the old name follows as a part of its own
        return tuple(changes)

    async def clone(self, url: str, folder: Path, progress: Callable[[str, int | None], None]) -> None:
        """Clones with tags; a failed or cancelled clone removes what it made."""
        existed = await asyncio.to_thread(folder.exists)
        try:
            await asyncio.to_thread(lambda: folder.parent.mkdir(parents=True, exist_ok=True))
        except OSError as error:
            raise GitError(f"cannot create {folder.parent}: {error.strerror}", remedy="choose a folder that you may write") from None
        complete = False
        try:
            await Git(self._environ).stream("clone", "--progress", "--no-checkout", "--", url, str(folder), progress=progress)
            await (await self._in(folder)).must("checkout", "--quiet", "HEAD", limit=_FETCH_LIMIT)
            complete = True
        finally:
            if not complete:
                await asyncio.shield(asyncio.to_thread(remove_clone, folder, existed))

    async def fetch_tags(self, folder: Path) -> None:
        """Fetches new tags; existing ones are never moved."""
        git = await self._in(folder)
        if git.closed_by:
            raise GitError(
                f"the checkout's configuration names a program for the server's side ({git.closed_by}): it is not run, nothing is fetched",
                remedy=f"git -C {shlex.quote(str(folder))} config --unset {shlex.quote(git.closed_by)}",
            )
        await git.must("fetch", "--tags", "--quiet", "--no-recurse-submodules", limit=_FETCH_LIMIT)

    async def tags(self, folder: Path) -> tuple[CanvosTag, ...]:
        """Every tag, best first, with what its files say of step 16."""
        git = await self._in(folder)
        out = await git.must("for-each-ref", "--format=%(refname:strip=2)%00%(creatordate:iso-strict)", "refs/tags")
        rows = [line.split("\0") for line in out.splitlines() if "\0" in line]
        found = await read_tags(git, [name for name, _ in rows])
        return order(tuple(classify(name, parse_date(date), one) for (name, date), one in zip(rows, found, strict=True)))

    async def checkout(self, folder: Path, tag: str) -> None:
        """`git checkout TAG`; GitError with git's words when it refuses."""
        await (await self._in(folder)).must("checkout", "--quiet", f"refs/tags/{tag}", limit=_FETCH_LIMIT)

    async def stash(self, folder: Path, message: str) -> None:
        """Puts all local changes, untracked files included, on the stash; what holds secrets stays where it is."""
        git = await self._in(folder)
        identity = ("-c", "user.name=canvos-tui", "-c", "user.email=canvos-tui@localhost")
        out = await git.must("ls-files", "-z", "--others", "--exclude-standard", "--", *PRIVATE)
        named = replace(git, sheltered=(*git.sheltered, *identity))
        await named.must(*stashing(message, filter(None, out.split("\0"))))

    async def copy_changes(self, folder: Path, target: Path) -> tuple[str, ...]:
        """Copies every changed or untracked file that exists to `target`; the checkout stays as it is."""
        out = await (await self._in(folder)).must(*_STATUS, "--untracked-files=all", "--no-renames")
        paths = tuple(part[3:] for part in out.split("\0") if part)
        return await asyncio.to_thread(copy, folder, target, paths)

    async def discard(self, folder: Path, paths: tuple[str, ...]) -> None:
        """Puts tracked files back to the commit; only after `copy_changes` made a copy."""
        await (await self._in(folder)).must("checkout", "--quiet", "HEAD", "--", *paths)

    async def show(self, folder: Path, tag: str, path: str) -> str | None:
        """The text of a file at a tag, None when the tag has no such file."""
        done = await (await self._in(folder)).run("cat-file", "blob", f"refs/tags/{tag}:{path}")
        return None if done.code else done.out.decode("utf-8", "replace")

    async def damage(self, folder: Path) -> Damage:
        """What of the commit is missing, has other line ends, or cannot be started; git itself calls some of it clean."""
        told = list(filter(None, (await (await self._in(folder)).must("ls-files", "-z", "-t")).split("\0")))
        try:
            found = await threads.call(lambda: damage(folder, tuple(dict.fromkeys(line[2:] for line in told))))
            return replace(found, sparse=any(line.startswith("S ") for line in told))
        except OSError as error:
            raise GitError(f"cannot look through {folder}: {error.strerror}", remedy="check its owner and mode") from None

    async def ignored(self, folder: Path, path: str) -> bool:
        """Whether git ignores that path."""
        return (await (await self._in(folder)).run("check-ignore", "--quiet", "--", path)).code == 0

    async def exclude_file(self, folder: Path) -> Path:
        """Where git reads what to ignore in this checkout only; in a worktree that is not below its own `.git`."""
        return folder / (await (await self._in(folder)).must("rev-parse", "--git-path", "info/exclude")).removesuffix("\n")

    async def untracked(self, folder: Path, patterns: tuple[str, ...]) -> tuple[Left, ...]:
        """What matches a glob pattern below `folder` and is no file of the commit, ignored or not; a folder counts with all in it."""
        tracked = frozenset((await (await self._in(folder)).must("ls-files", "-z")).split("\0"))
        try:
            return await threads.call(lambda: left(folder, patterns, tracked))
        except OSError as error:
            raise GitError(f"cannot look through {folder}: {error.strerror}", remedy="check its owner and mode") from None
