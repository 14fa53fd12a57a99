"""What keeps git from executing anything that a checkout brings with it, and from looking at another repository.

Git has no switch for that. What the user's environment and own configuration say about transport stays; what the checkout's
configuration names to be executed is overridden on the command line, which wins over every file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from canvos_tui.core.errors import GitError
from canvos_tui.core.secret import without_keys
from canvos_tui.core.values import dataclass
from canvos_tui.core.values.late_pattern import pattern

# of git's own variables those that say how to reach a server and where the user's configuration lies; all others choose a
# repository, inject a setting, name a program, or write a trace between the words that are read here
_KEPT = pattern(
    r"GIT_(?:SSH|SSH_COMMAND|SSH_VARIANT|ASKPASS|SSL_\w+|PROXY_SSL_\w+|HTTP_\w+|EXEC_PATH|CONFIG_GLOBAL|CONFIG_SYSTEM|CONFIG_NOSYSTEM)"
)
_SET = {
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_ALLOW_PROTOCOL": "file:https:ssh",  # wins over protocol.*.allow, wherever that stands
}
_ALWAYS = {
    "core.fsmonitor": "false",
    "core.hooksPath": "/dev/null",
    "core.alternateRefsCommand": "",
    "core.attributesFile": "/dev/null",
    "log.showSignature": "false",
    "commit.gpgSign": "false",
    "submodule.recurse": "false",
    "fetch.recurseSubmodules": "false",
    "gc.auto": "0",  # a fetch would start it, and it asks gc.recentObjectsHook
    "maintenance.auto": "false",
    "safe.bareRepository": "explicit",  # a folder that merely looks like a repository is none
}
# a filter of the user's own reads the checkout's configuration in its turn (git-lfs does), so none is used, whoever named it
_FILTER = pattern(r"(filter\..+)\.(?:clean|smudge|process|required)", re.DOTALL)
_OFF = pattern(r"diff\.external|diff\..+\.(?:textconv|command)|merge\..+\.driver", re.DOTALL)
# these are needed, so the user's own value takes the place of the checkout's, and git's default where he has none
_OWN = {"core.sshcommand": "ssh", "core.askpass": "", "core.gitproxy": "", "core.excludesfile": "/dev/null"}
_UPLOADPACK = pattern(r"remote\..+\.uploadpack", re.DOTALL)
_CREDENTIAL = pattern(r"credential\.(?:.+\.)?helper", re.DOTALL)
_MINE = frozenset({"system", "global"})
_MOST = 200  # settings that a sane checkout never has


@dataclass(frozen=True)
class Setting:
    """A line of git's configuration; `mine` when it is the user's or the system's, not the checkout's."""

    key: str
    value: str
    mine: bool


def environment(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment for git: no AWS keys, and nothing that chooses a repository or a program for it."""
    kept = {name: value for name, value in without_keys(environ).items() if not name.startswith("GIT_") or _KEPT.fullmatch(name)}
    return {**kept, **_SET}


def parse_settings(data: bytes) -> tuple[Setting, ...]:
    """What `git config --list --show-scope -z` printed: scope, then key and value parted by a line feed."""
    words = data.decode("utf-8", "surrogateescape").split("\0")
    pairs = zip(words[::2], words[1::2], strict=False)
    return tuple(Setting(key, value, scope in _MINE) for scope, both in pairs for key, _, value in [both.partition("\n")])


def fetch_program(settings: Iterable[Setting]) -> str:
    """The setting by which the checkout names a program for the server's side, "" for none: the first of them wins, so no option helps.

    Git would run it for an address on this machine, in a partial clone also when it only looks. Nothing is fetched there.
    """
    return next((s.key for s in settings if not s.mine and _UPLOADPACK.fullmatch(s.key)), "")


def options(settings: Iterable[Setting] = ()) -> tuple[str, ...]:
    """The `-c` options against those settings; GitError for one that no option can override."""
    over = [*_ALWAYS.items(), *_against(tuple(settings))]
    for key, _ in over:
        if "=" in key:
            raise GitError(f"the checkout's configuration has a setting that cannot be shut out: {key}", remedy="look at its .git/config")
    if len(over) > _MOST:
        raise GitError(f"the checkout's configuration names {len(over)} programs", remedy="look at its .git/config")
    return tuple(word for key, value in over for word in ("-c", f"{key}={value}"))


def _against(settings: tuple[Setting, ...]) -> Iterable[tuple[str, str]]:
    filters = dict.fromkeys(found[1] for s in settings if (found := _FILTER.fullmatch(s.key)))
    for name in filters:
        yield from ((f"{name}.{way}", "") for way in ("clean", "smudge", "process"))
        yield f"{name}.required", "false"
    theirs = dict.fromkeys(s.key for s in settings if not s.mine)
    for key in theirs:
        if _OFF.fullmatch(key):
            yield key, ""
        elif key in _OWN:
            yield key, next((s.value for s in reversed(settings) if s.mine and s.key == key), _OWN[key])
    if any(map(_CREDENTIAL.fullmatch, theirs)):  # the empty word forgets all helpers; the user's own come back behind it
        yield "credential.helper", ""
        yield from ((key, "") for key in theirs if _CREDENTIAL.fullmatch(key) and key != "credential.helper")
        yield from ((s.key, s.value) for s in settings if s.mine and _CREDENTIAL.fullmatch(s.key))
