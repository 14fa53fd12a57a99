"""Lines that tell of no failure whatever words they hold, and those that show that a build got over one.

It was tried again, what it failed at was done, or the next command began.
"""

from __future__ import annotations

import re

from canvos_tui.core.log.line import LogLine, command_of

_COMMENT = re.compile(
    r"\s*(?:#+\s|//|<!--|[A-Z][A-Z0-9_]{2,}=|(?:[Uu]sage|[Nn]ote|NOTE|[Hh]int|[Tt]ip|[Ee]xample|PASS|SKIP)\b|\* (?:Fix|Add"
    r"|Handle|Remove|Update|Support|Improve|Avoid|New|Allow|Make)\w*\b)"
    r"| {2,8}\* (?!.{0,400}(?:[Ff]ail|[Ee]rror|exit|denied))"  # a change that a package lists; what went wrong has such a word
    r"|(?:#\d+ [\d.]{1,9} )?\++ \S|.{0,40} (?:DBG|TRC|WRN) |.{0,60}\blevel=(?:debug|info|trace|warn)|.{0,40}\[(?:DEBUG|debug"
    r"|INFO|info)\] "
)
_PROGRESS = re.compile(
    r"(?:Get|Hit):\d+ |Setting up |Unpacking |Preparing to unpack |Selecting previously |Processing triggers |Removing |Purging "
    r"|\(\d+/\d+\) (?:Installing|Upgrading|Purging|Reinstalling)|\s{1,3}(?:Installing|Upgrading|Verifying|Preparing|Cleanup)\s{2,}: "
    r"|[-dlbcps][rwxsStT-]{9}[.+@]?\s|Collecting \S|Downloading \S|Created symlink "
)
_SHRUGGED = re.compile(
    r"\bignor(?:ed|ing|e)\b(?! https?://\S{1,300}: )|harmless|\bnon-?fatal|not fatal|will (?:be )?retr|retrying"
    r"|trying (?:again|other|another|next)"
    r"|continuing\b|skipp(?:ed|ing)\b"
    r"|fall(?:s|ing)? ?back|\bnext mirror|trying \S+ mirror|\[mirror\]|\bif you (?:see|read)\b|\bfor example\b|warning only|is normal\b"
    r"|\bmeans (?:that|the|an?|you)\b|\bhandl(?:er|ing)\b|\brunning test|^test[_ ]|^checking (?:for|whether)|\.\.\. ?(?:ok|yes|no|passed)$"
)
_QUOTES = "'`‘’“”"
_END = re.compile(r"\s*(?:$|[:;,!?)(\[\]'\"`\\>|-]|\.(?:\s|$|\.|\W))|\s(?:while|when|at|in|on|for|and|error|during|by)\b")
_AGAIN = re.compile(
    r"will (?:be )?retr(?:y|ied)|retrying|retry(?:ing)? in \d|trying again|another attempt|next attempt|attempt \d{1,3} ?(?:of"
    r"|/)|backing off"
    r"|trying (?:other|another|next)|falling back"
)
_NO_MORE = "(total=0,"  # Python's client says of its last attempt, too, that it retries, and with how many more
_DONE = re.compile(
    r"setting up |unpacking |preparing to unpack |processing triggers |selecting previously |ok: \d+ mib|\(\d+/\d+\) installing"
    r"|\b(?:done|complete|completed|success|successful|successfully|succeeded|downloaded|installed|finished|verified|saved"
    r"|up[- ]to[- ]date)\b"
    r"|\b(?:head is now at|receiving objects: 100%|pull complete|download complete|wrote \d|using (?:the |a )?(?:cached|local"
    r"|existing|previous|old|stored|bundled)|switched to|recovered|reconnected|resumed|from (?:the )?cache)|^get:\d+ |\bok$"
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
    *(
        "up to date",
        "up-to-date",
        "head is now",
        "objects: 100%",
        "wrote ",
        "get:",
        "using ",
        "switched",
        "recovered",
        "reconnected",
        "resumed",
        "cache",
    ),
)
NEAR = 6  # lines between an error and the words that it is tried again


def tells_nothing(body: str) -> bool:
    """Whether a line tells of no failure, whatever words stand in it: a comment, an echo of settings, a package that is put in place."""
    return _PROGRESS.match(body) is not None or _COMMENT.match(body) is not None


def shrugged_off(low: str) -> bool:
    """Whether the line in lower case says itself that it does not matter, or that it is tried again."""
    return _SHRUGGED.search(low) is not None and _NO_MORE not in low


def only_mentioned(low: str, begin: int, end: int, *, whole: bool) -> bool:
    """Whether the words of a reason are quoted, or, where the `whole` phrase counts, part of a longer one: then they only speak of it."""
    before, behind = low[begin - 1 : begin] if begin else "", low[end : end + 1]
    if before and behind and before in _QUOTES and behind in _QUOTES and "error(" not in low:
        return True
    return whole and _END.match(low, end) is None


def tried_again(low: str) -> bool:
    """Whether a line in lower case says that something is tried again."""
    return _AGAIN.search(low) is not None and _NO_MORE not in low


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


def is_numbered(target: str) -> bool:
    """Whether it is a step of a Dockerfile, which has a number."""
    return _NUMBERED.match(target) is not None


def is_part_of(target: str, failing: str) -> bool:
    """Whether what `target` prints belongs to the failing step: itself, and for the base image the steps of its Dockerfile."""
    return target == failing or (failing == "+base-image" and _NUMBERED.match(target) is not None)
