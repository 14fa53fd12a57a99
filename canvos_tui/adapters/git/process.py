"""One git process with closed input and no prompt, sheltered from what the checkout brings with it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import field
from pathlib import Path

from canvos_tui.adapters.git.shelter import fetch_program, options, parse_settings
from canvos_tui.adapters.git.words import git_error
from canvos_tui.adapters.programs import Program
from canvos_tui.core.errors import GitError
from canvos_tui.core.text import one_line
from canvos_tui.core.values import dataclass
from canvos_tui.core.values.heard import tell

LIMIT = 60.0  # seconds for a local git command
_LOGIN = re.compile(r"://[^/\s@]+@")
_PROGRESS = re.compile(r"(?:remote: )?([A-Z][\w ]+):\s+(\d{1,3})%")


@dataclass(frozen=True)
class Done:
    """How a git process ended."""

    code: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        """What it printed, without blanks around it."""
        return self.out.decode("utf-8", "replace").strip()


@dataclass(frozen=True)
class Git:
    """Git in a folder, or nowhere; `sheltered` are the options that shut out the checkout's own settings.

    `closed_by` names the setting because of which it reaches no other repository.
    """

    environ: Mapping[str, str]
    folder: Path | None = None
    sheltered: tuple[str, ...] = field(default_factory=options)
    closed_by: str = ""

    async def run(self, *args: str, stdin: bytes | None = None, limit: float = LIMIT) -> Done:
        """Whatever came of it; GitError only for a git that is missing or gives no answer."""
        with _present():
            try:
                ended = await self._program(args).run(limit, stdin=stdin)
            except TimeoutError:
                self._tell(args, f"no answer within {limit:.0f} s", None)
                raise GitError(f"git {args[0]} gave no answer within {limit:.0f} s", remedy="try again") from None
        done = Done(ended.code, ended.out, ended.err.decode("utf-8", "replace"))
        names = "-z" in args  # with it a name may hold a line feed
        told = "\n".join(map(one_line, done.text.split("\0"))) if names else done.text.replace("\0", "\n")
        self._tell(args, "\n".join(filter(None, (told, done.err.strip()))), done.code)
        return done

    def _tell(self, args: tuple[str, ...], said: str, code: int | None) -> None:
        """The command without the options of the shelter, which change what git runs and not what it says; no setting, no login."""
        place = ("-C", str(self.folder)) if self.folder else ()
        hidden = (
            f"{len(said.splitlines())} lines, not shown: settings may hold a login" if args[0] == "config" else _LOGIN.sub("://***@", said)
        )
        tell(" ".join(("git", *args[:2])), _LOGIN.sub("://***@", shlex.join(("git", *place, *args))), hidden, code, ran=True)

    async def must(self, *args: str, limit: float = LIMIT) -> str:
        """What it printed; GitError in plain words where it refused."""
        done = await self.run(*args, limit=limit)
        if done.code:
            raise git_error(args[0], done.err)
        return done.out.decode("utf-8", "replace")

    async def stream(self, *args: str, progress: Callable[[str, int | None], None]) -> None:
        """Runs it with its progress told; GitError where it refused."""
        tail = rest = ""

        def heard(data: bytes) -> None:
            nonlocal tail, rest
            pieces = re.split(r"[\r\n]", rest + data.decode("utf-8", "replace"))
            rest = pieces.pop()[-2000:]
            for piece in filter(None, map(str.strip, pieces)):
                found = _PROGRESS.match(piece)
                progress(found[1] if found else piece, int(found[2]) if found else None)
                tail = (tail + "\n" + piece)[-2000:] if not found else tail

        with _present():
            code = await self._program(args).stream(heard)
        if code:
            raise git_error(args[0], tail + "\n" + rest)

    def _program(self, args: tuple[str, ...]) -> Program:
        place = ("-C", str(self.folder)) if self.folder else ()
        # a broken repository must not make one above it the judged one
        ceiling = {"GIT_CEILING_DIRECTORIES": str(self.folder.resolve().parent)} if self.folder else {}
        return Program(("git", *place, *self.sheltered, *args), {**self.environ, **ceiling})


@contextmanager
def _present() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise GitError("git is not installed", remedy="install it, for example: sudo apt-get install git") from None


async def sheltered(environ: Mapping[str, str], folder: Path) -> Git:
    """Git in that folder with its own settings shut out; GitError for those that cannot be."""
    bare = Git(environ, folder)
    listed = await bare.run("config", "--list", "--show-scope", "-z")
    if listed.code:  # git before 2.26 names no scope: then the user's own settings count as the checkout's
        plain = await bare.run("config", "--list", "-z")
        settings = parse_settings(b"".join(b"local\0" + line + b"\0" for line in plain.out.split(b"\0") if line))
    else:
        settings = parse_settings(listed.out)
    closed_by = fetch_program(settings)
    closed = {"GIT_ALLOW_PROTOCOL": "none"} if closed_by else {}
    return Git({**environ, **closed}, folder, options(settings), closed_by)
