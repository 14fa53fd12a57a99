"""What git's own words mean, and the two small readers of its output."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from canvos_tui.core.errors import GitError
from canvos_tui.core.values import dataclass

_FOREIGN = (r"dubious ownership", "the folder belongs to another user", "git config --global --add safe.directory FOLDER")
_NONE = r"not a git repository"
# what git says and nobody else, before and behind the reasons that every program gives, which are in the words of one table
_OWN = (
    (
        r"local changes.*would be overwritten|untracked working tree files would be overwritten",
        "local changes stand in the way",
        "stash them, copy them aside, or cancel",
    ),
    (r"pathspec '?(\S+?)'? did not match|unknown revision|not a tree", "there is no such tag here", "fetch the tags and choose again"),
    (r"transport '[^']*' not allowed", "that kind of address cannot be used", "use an https, ssh or local address"),
    (r"permission denied \(publickey\)", "the repository asks for a login", "use the public repository, or a URL that you may read"),
    (r"repository .* not found|does not appear to be a git repository|does not exist", "there is no such repository", "check the address"),
)
_REASONS = (
    (
        ("dns-broken", "dns-missing", "dns-unresolved"),
        "the host's name cannot be resolved",
        "check DNS and the network, or set HTTPS_PROXY",
    ),
    (("login-wrong", "http-401"), "the repository asks for a login", "use the public repository, or a URL that you may read"),
    (
        ("tls-expired", "tls-name", "tls-unknown"),
        "the TLS certificate is not trusted",
        "a proxy may inspect the traffic: add its CA to the system",
    ),
    (
        ("tls-failed", "tls-plain"),
        "no encrypted connection came about",
        "something on the way may end it: check HTTPS_PROXY and the network, and try again",
    ),
    (
        ("proxy-login",),
        "the proxy wants a user and a password",
        "put them into HTTPS_PROXY as http://USER:PASSWORD@HOST:PORT, special characters percent-encoded",
    ),
    (("proxy-refuses",), "the proxy refuses this host", "ask its owner for the host"),
    (("proxy-down", "proxy-no-tls"), "the proxy refuses", "check HTTPS_PROXY"),
    (("http-429",), "the server limits requests from this address (429)", "wait some minutes and try again"),
    (
        ("http-403",),
        "the server or a filter on the way refuses (403)",
        "look whether the address is right, and ask for it to be let through",
    ),
    (("http-404",), "there is no such repository (404)", "check the address"),
    (("http-5xx",), "the server answers with an error of its own (5xx)", "try again later"),
    (
        ("timeout", "refused", "cut", "unreached", "no-route", "no-ipv6"),
        "the server cannot be reached",
        "check the network and try again",
    ),
    (("disk-full", "quota"), "the disk is full", "free some space"),
    (("read-only",), "the folder cannot be written", "choose another folder or check its owner"),
)
_BY_REASON = {reason: (message, remedy) for reasons, message, remedy in _REASONS for reason in reasons}
_ELSE = (
    (r"proxy", "the proxy refuses", "check HTTPS_PROXY"),
    (r"failed to connect|unable to access|hung up", "the server cannot be reached", "check the network and try again"),
    (r"permission denied", "the folder cannot be written", "choose another folder or check its owner"),
    _FOREIGN,
    (r"already exists and is not an empty directory", "the folder is not empty", "choose another folder, or use it as it is"),
    (
        r"you do not have the initial commit|unmerged|index\.lock",
        "the repository is in the middle of another git command",
        "finish that first",
    ),
    (_NONE, "this is no git repository", "choose another folder"),
)


def broken_error(folder: Path, output: str) -> GitError | None:
    """What to say where a folder has a .git which git does not recognise; None where it refused for another reason."""
    if not re.search(_NONE, output.lower()):
        return None
    told = f"the .git in {folder} is broken: git does not take it for a repository"
    return GitError(told, remedy="clone anew into another folder", output=output.strip(), broken=True)


def git_error(action: str, output: str) -> GitError:
    """A GitError in plain words for what git printed; git's own text stays in `output`."""
    low = output.lower()
    last = next((line.strip() for line in reversed(output.splitlines()) if line.strip()), "")
    message, remedy = _of_git(_OWN, low) or _of_anybody(low) or _of_git(_ELSE, low) or ("", "")
    if message:
        return GitError(f"git {action}: {message}", remedy=remedy, output=output.strip(), foreign=message == _FOREIGN[1])
    return GitError(f"git {action} failed: {last[:200] or 'no message'}", output=output.strip())


def _of_git(causes: Iterable[tuple[str, str, str]], low: str) -> tuple[str, str] | None:
    return next(((message, remedy) for pattern, message, remedy in causes if re.search(pattern, low, re.DOTALL)), None)


def _of_anybody(low: str) -> tuple[str, str] | None:
    """What the first line says that gives a reason."""
    from canvos_tui.core.diagnosis.speech.reasons import reason_in

    return next((_BY_REASON[told.reason] for line in low.splitlines() if (told := reason_in(line)) and told.reason in _BY_REASON), None)


@dataclass(frozen=True)
class Stored:
    """What git has under a name: `kind` is blob, tree, missing, or where a link leads that has no file of the tag at its end."""

    kind: str
    id: str = ""
    body: bytes = b""

    @property
    def there(self) -> bool:
        """Whether it is a file or a folder of the tag."""
        return self.kind in {"blob", "tree"}


_NOTHING = Stored("missing")
_LINKS = frozenset({"symlink", "dangling", "loop", "notdir"})  # git's words with --follow-symlinks; a text follows them


def read_batch(data: bytes, count: int, *, bodies: bool = True) -> list[Stored]:
    """The answers of `git cat-file --batch`, or of `--batch-check` where there are no bodies, one for each name that was asked for."""
    found: list[Stored] = []
    at = 0
    while len(found) < count:
        end = data.find(b"\n", at)
        if end < 0:
            found.append(_NOTHING)
            continue
        head = data[at:end].decode("utf-8", "replace").split(" ")
        at = end + 1
        if len(head) == 2 and head[0] in _LINKS and head[1].isdigit():
            found.append(Stored(head[0], body=data[at : at + int(head[1])]))
            at += int(head[1]) + 1
        elif len(head) == 3 and head[2].isdigit():
            size = int(head[2]) if bodies else 0
            found.append(Stored(head[1], head[0], data[at : at + size]))
            at += size + 1 if bodies else 0
        else:
            found.append(_NOTHING)
    return found


def parse_date(text: str) -> datetime | None:
    """git's iso-strict date, None when there is none."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
