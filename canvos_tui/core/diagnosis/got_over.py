"""Which lines show that a build got over something: it was tried again, what it failed at was done, or the next command began."""

from __future__ import annotations

import re

from canvos_tui.core.log.line import LogLine, command_of

_AGAIN = re.compile(
    r"will (?:be )?retr(?:y|ied)|retrying|retry(?:ing)? in \d|trying again|another attempt|next attempt|attempt \d{1,3} ?(?:of"
    r"|/)|backing off"
    r"|trying (?:other|another|next)|falling back"
)
_DONE = re.compile(
    r"setting up |unpacking |preparing to unpack |processing triggers |selecting previously |ok: \d+ mib|\(\d+/\d+\) installing"
    r"|\b(?:done|complete|completed|success|successful|successfully|succeeded|downloaded|installed|finished|verified|saved"
    r"|up[- ]to[- ]date)\b"
    r"|\b(?:head is now at|receiving objects: 100%|pull complete|download complete|wrote \d)|^get:\d+ |\bok$"
)
_NOT_DONE = re.compile(
    r"\b(?:not|no|un\w{3,}|in(?:complete|valid)|fail\w*|error\w*|cannot|could|never|without|before|until|if|after|reset"
    r"|skipp\w*|abort\w*|denied)\b"
    r"|reading (?:package|state)|building dependency|enumerating|counting objects|compressing|n't\b"
)
# these commands are printed long before they run, so that they show nothing about those before them
_EARLY = ("FROM ", "BUILD ", "SAVE IMAGE", "WITH DOCKER RUN", "ARG ", "LOCALLY")
_NUMBERED = re.compile(r"(\d+)/(\d+)$")
SIGNS = (
    *(
        "--> ",
        "retr",
        "again",
        "attempt",
        "backing off",
        "trying ",
        "falling back",
        "setting up ",
        "unpacking ",
        "preparing to ",
        "triggers ",
    ),
    *(
        "selecting ",
        "ok",
        "installing",
        "done",
        "complete",
        "success",
        "succeeded",
        "downloaded",
        "installed",
        "finished",
        "verified",
        "saved",
    ),
    *("up to date", "up-to-date", "head is now", "objects: 100%", "wrote ", "get:"),
)
NEAR = 6  # lines between an error and the words that it is tried again


def tried_again(low: str) -> bool:
    """Whether a line in lower case says that something is tried again."""
    return _AGAIN.search(low) is not None


def is_done(low: str) -> bool:
    """Whether a line in lower case says that something went well."""
    return _DONE.search(low) is not None and _NOT_DONE.search(low) is None


def begins_step(line: LogLine) -> bool:
    """Whether a command begins to run, so that what the same target ran before has ended well."""
    command = command_of(line)
    return bool(command) and (not command.startswith(_EARLY) or command.startswith(("WITH DOCKER RUN --", "WITH DOCKER (")))


def is_before(target: str, later: str) -> bool:
    """Whether the later target's command shows that those of `target` are over: its own, and of a Dockerfile the smaller numbers."""
    if target == later:
        return True
    mine, other = _NUMBERED.match(target), _NUMBERED.match(later)
    if mine and other:
        return mine[2] == other[2] and int(mine[1]) < int(other[1])
    return mine is not None and later == "+base-image"


def is_part_of(target: str, failing: str) -> bool:
    """Whether what `target` prints belongs to the failing step: itself, and for the base image the steps of its Dockerfile."""
    return target == failing or (failing == "+base-image" and _NUMBERED.match(target) is not None)
