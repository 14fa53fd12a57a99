"""Git and the CanvOS checkout: every call is one git process with closed input and no prompt."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from canvos_tui.adapters import threads
from canvos_tui.adapters.git.folder import copy, damage, left, look, remove_clone
from canvos_tui.adapters.git.words import git_error, parse_date, read_batch
from canvos_tui.adapters.processes import release
from canvos_tui.core.checkout.state import GUIDE_FILES, PRIVATE, Change, CheckoutState, Damage, Left, Place, stashing
from canvos_tui.core.checkout.tags import CanvosTag, Earthfile, classify, order, read_earthfile
from canvos_tui.core.errors import GitError
from canvos_tui.core.secret import without_keys

_PROGRESS = re.compile(r"(?:remote: )?([A-Z][\w ]+):\s+(\d{1,3})%")
_LIMIT = 60.0  # seconds for a local git command
_FETCH_LIMIT = 900.0


@dataclass(frozen=True)
class _Done:
    code: int
    out: bytes
    err: str


class GitCommand:
    """Implements the Git port with the `git` command."""

    def __init__(self, environ: dict[str, str]) -> None:
        self._environ = {**without_keys(environ), "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"}

    async def _run(self, *args: str, folder: Path | None = None, stdin: bytes | None = None, limit: float = _LIMIT) -> _Done:
        command = ["git", *(["-C", str(folder)] if folder else []), *args]
        source = asyncio.subprocess.PIPE if stdin is not None else asyncio.subprocess.DEVNULL
        try:
            process = await asyncio.create_subprocess_exec(
                *command, stdin=source, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, env=self._environ
            )
        except FileNotFoundError:
            raise GitError("git is not installed", remedy="install it, for example: sudo apt-get install git") from None
        try:
            out, err = await asyncio.wait_for(process.communicate(stdin), limit)
        except TimeoutError:
            raise GitError(f"git {args[0]} gave no answer within {limit:.0f} s", remedy="try again") from None
        finally:
            release(process)
            if process.returncode is None:
                await process.wait()
        return _Done(process.returncode or 0, out, err.decode("utf-8", "replace"))

    async def _must(self, *args: str, folder: Path | None = None, limit: float = _LIMIT) -> str:
        done = await self._run(*args, folder=folder, limit=limit)
        if done.code:
            raise git_error(args[0], done.err)
        return done.out.decode("utf-8", "replace")

    async def state(self, folder: Path) -> CheckoutState:
        """What is at `folder`; a folder inside another repository counts as a plain folder."""
        place = await threads.call(lambda: look(folder))
        if place not in {Place.CANVOS, Place.OTHER_GIT}:
            return CheckoutState(place, folder)
        top = await self._run("rev-parse", "--show-toplevel", folder=folder)
        if top.code:
            raise git_error("rev-parse", top.err)
        tag = await self._run("describe", "--tags", "--exact-match", "HEAD", folder=folder)
        commit = await self._run("rev-parse", "--short", "HEAD", folder=folder)
        shallow = await self._run("rev-parse", "--is-shallow-repository", folder=folder)
        branch = await self._run("symbolic-ref", "--quiet", "--short", "HEAD", folder=folder)
        remote = await self._run("remote", "get-url", "origin", folder=folder)
        return CheckoutState(
            place,
            folder,
            tag=await self._tag_at_head(folder, tag.out.decode().strip()),
            commit=commit.out.decode().strip() if not commit.code else "",
            changes=await self._changes(folder),
            shallow=shallow.out.strip() == b"true",
            files=tuple(name for name in GUIDE_FILES if (folder / name).is_file()),
            branch=branch.out.decode("utf-8", "replace").strip() if not branch.code else "",
            remote=remote.out.decode("utf-8", "replace").strip() if not remote.code else "",
        )

    async def _tag_at_head(self, folder: Path, described: str) -> str:
        """The tag at HEAD; where several stand on one commit, the one that was checked out last (git describe takes any)."""
        if not described:
            return ""
        listed = (await self._must("tag", "--points-at", "HEAD", folder=folder)).split()
        if len(listed) < 2:
            return described
        log = await self._run("reflog", "-1", "--grep-reflog=checkout", "--format=%gs", folder=folder)
        last = log.out.decode("utf-8", "replace").strip().rpartition(" to ")[2]
        return last if last in listed else described

    async def _changes(self, folder: Path) -> tuple[Change, ...]:
        out = await self._must("status", "--porcelain=v1", "-z", "--untracked-files=normal", folder=folder)
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
            await self._stream(["git", "clone", "--progress", "--no-checkout", "--", url, str(folder)], progress)
            await self._must("checkout", "--quiet", "HEAD", folder=folder, limit=_FETCH_LIMIT)
            complete = True
        finally:
            if not complete:
                await asyncio.shield(asyncio.to_thread(remove_clone, folder, existed))

    async def _stream(self, command: list[str], progress: Callable[[str, int | None], None]) -> None:
        try:
            process = await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.PIPE,
                env=self._environ,
            )
        except FileNotFoundError:
            raise GitError("git is not installed", remedy="install it, for example: sudo apt-get install git") from None
        tail = ""
        try:
            assert process.stderr is not None
            rest = ""
            while data := await process.stderr.read(4096):
                pieces = re.split(r"[\r\n]", rest + data.decode("utf-8", "replace"))
                rest = pieces.pop()[-2000:]
                for piece in filter(None, map(str.strip, pieces)):
                    found = _PROGRESS.match(piece)
                    progress(found[1] if found else piece, int(found[2]) if found else None)
                    tail = (tail + "\n" + piece)[-2000:] if not found else tail
            code = await process.wait()
        finally:
            release(process)
            if process.returncode is None:
                await process.wait()
        if code:
            raise git_error("clone", tail + "\n" + rest)

    async def fetch_tags(self, folder: Path) -> None:
        """Fetches new tags; existing ones are never moved."""
        await self._must("fetch", "--tags", "--quiet", folder=folder, limit=_FETCH_LIMIT)

    async def tags(self, folder: Path) -> tuple[CanvosTag, ...]:
        """Every tag, best first, with what its Earthfile says, read through one `git cat-file --batch`."""
        out = await self._must("for-each-ref", "--format=%(refname:strip=2)%00%(creatordate:iso-strict)", "refs/tags", folder=folder)
        rows = [line.split("\0") for line in out.splitlines() if "\0" in line]
        ask = "".join(f"refs/tags/{name}:Earthfile\n" for name, _ in rows).encode()
        done = await self._run("cat-file", "--batch", folder=folder, stdin=ask)
        if done.code:
            raise git_error("cat-file", done.err)
        files = read_batch(done.out, len(rows))
        facts: dict[bytes, Earthfile] = {}
        tags = []
        for (name, date), data in zip(rows, files, strict=True):
            if data is not None and data not in facts:
                facts[data] = read_earthfile(data.decode("utf-8", "replace"))
            tags.append(classify(name, parse_date(date), facts[data] if data is not None else read_earthfile(None)))
        return order(tuple(tags))

    async def checkout(self, folder: Path, tag: str) -> None:
        """`git checkout TAG`; GitError with git's words when it refuses."""
        await self._must("-c", "advice.detachedHead=false", "checkout", "--quiet", f"refs/tags/{tag}", folder=folder, limit=_FETCH_LIMIT)

    async def stash(self, folder: Path, message: str) -> None:
        """Puts all local changes, untracked files included, on the stash; what holds secrets stays where it is."""
        identity = ("-c", "user.name=canvos-tui", "-c", "user.email=canvos-tui@localhost")
        out = await self._must("ls-files", "-z", "--others", "--exclude-standard", "--", *PRIVATE, folder=folder)
        await self._must(*identity, *stashing(message, filter(None, out.split("\0"))), folder=folder)

    async def copy_changes(self, folder: Path, target: Path) -> tuple[str, ...]:
        """Copies every changed or untracked file that exists to `target`; the checkout stays as it is."""
        out = await self._must("status", "--porcelain=v1", "-z", "--untracked-files=all", "--no-renames", folder=folder)
        paths = tuple(part[3:] for part in out.split("\0") if part)
        return await asyncio.to_thread(copy, folder, target, paths)

    async def discard(self, folder: Path, paths: tuple[str, ...]) -> None:
        """Puts tracked files back to the commit; only after `copy_changes` made a copy."""
        await self._must("checkout", "--quiet", "HEAD", "--", *paths, folder=folder)

    async def show(self, folder: Path, tag: str, path: str) -> str | None:
        """The text of a file at a tag, None when the tag has no such file."""
        done = await self._run("show", f"refs/tags/{tag}:{path}", folder=folder)
        return None if done.code else done.out.decode("utf-8", "replace")

    async def damage(self, folder: Path) -> Damage:
        """What of the commit is missing, has other line ends, or cannot be started; git itself calls some of it clean."""
        tracked = (await self._must("ls-files", "-z", folder=folder)).split("\0")
        try:
            return await threads.call(lambda: damage(folder, tuple(filter(None, tracked))))
        except OSError as error:
            raise GitError(f"cannot look through {folder}: {error.strerror}", remedy="check its owner and mode") from None

    async def ignored(self, folder: Path, path: str) -> bool:
        """Whether git ignores that path."""
        return (await self._run("check-ignore", "--quiet", "--", path, folder=folder)).code == 0

    async def untracked(self, folder: Path, patterns: tuple[str, ...]) -> tuple[Left, ...]:
        """What matches a glob pattern below `folder` and is no file of the commit, ignored or not; a folder counts with all in it."""
        tracked = frozenset((await self._must("ls-files", "-z", folder=folder)).split("\0"))
        try:
            return await threads.call(lambda: left(folder, patterns, tracked))
        except OSError as error:
            raise GitError(f"cannot look through {folder}: {error.strerror}", remedy="check its owner and mode") from None
