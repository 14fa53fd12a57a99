"""What is said of a secret and is none: the sentences that stand where its value would."""

from __future__ import annotations

import re

from canvos_tui.core.values.late_pattern import pattern as late

# the operating system's own words, as the shell's tools spell them and as Go does; whole words, whatever follows
_SYSTEM = (
    rb"(?i:permission denied|operation not permitted|no such file or directory|(?:is|not) a directory|input/output error|file exists"
    rb"|read-only file system|no space left on device|disk quota exceeded|too many open files|too many levels of symbolic links"
    rb"|file name too long|text file busy"
    rb"|device or resource busy|stale (?:nfs )?file handle|resource temporarily unavailable|invalid argument|bad file descriptor"
    rb"|connection (?:refused|reset)|command not found)(?!\w)"
)
# what stands behind `.secret:` or `token:` and is a sentence about it: Go's and the shell's errors, HTTP answers, AWS's own words,
# and the names of secrets. A list, because whatever is not known to be prose may be a passphrase.
_PROSE = late(
    rb"(?:[\w./~-]{0,200}\.secret[\"']?:[ ])?" + _SYSTEM + rb"|(?:"
    rb"(?:open|l?stat|read|write) [./~]|unterminated quoted value|unexpected (?:character|status|end of|EOF\b)"
    rb"|dial tcp|(?:read|write) tcp \d|context (?:deadline exceeded|canceled)|(?:Get|Post|Head) \\?\"https?://|i/o timeout|x509: "
    rb"|net/http: |(?:401 Unauthorized|403 Forbidden|404 Not Found|407 Proxy Auth|429 Too Many Req|5\d\d [A-Z])|(?:denied|unauthorized): "
    rb"|The (?:security|provided|refreshed|SSO session associated with this) |Token for [\w.-]{1,64} does not exist"
    rb"|password (?:updated|changed|expiry)|Authentication token |authentication fail|a (?:terminal|password) is required"
    rb"|AWS_(?:PROFILE|ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN)(?![\w=])|UBUNTU_PRO_KEY(?![\w=])"
    rb"|(?:[45]\d\d|[^\w\s]{1,2}|EOF|not found|invalid_(?:grant|client|request|token))[.,;]?(?=[ \t]*(?:[\r\n]|$)))"
)
# what only a file is said to be: no secret stands behind the name of the file that holds them, unless somebody prints it so
_FILE = late(rb"(?<![\w-])\.secret[\"']?:[ \t]{1,8}\Z")
_OF_A_FILE = late(
    rb"(?:line \d{1,6}: |(?:cannot|can't|could not|unable to|failed to) (?:open|read|write|stat|execute|parse|create|remove)\b"
    rb"|(?:binary )?file (?:matches|changed|not found)|needs (?:update|merge)|does not exist|access denied)",
    re.IGNORECASE,
)
_BACK = 24  # bytes in which `.secret:` and the blanks behind it have room

# what follows the name of an option in a sentence or in a help text
SAID = late(
    rb"(?:is|was|are|has|have|had|must|may|can|cannot|could|should|will|would|to|in|on|of|for|from|with|without|and|or|not|no|as|at|by|via|be|been|if"
    rb"|when|flag|flags|option|options|argument|arguments|parameter|parameters|instead|requires?|required|needs?|expects?|given|set|unset|used|expired"
    rb"|missing|invalid|deprecated|ignored|string|stringArray|file|value|id=\S*|(?-i:TOKEN|PASSWORD|API_?KEY|SECRET|VALUE|FILE|STRING|USER))"
    rb"(?=[ \t\r\n.,:;)\"']|$)",
    re.IGNORECASE,
)


def said(text: bytes, start: int) -> bool:
    """Whether what begins there, behind the name of a secret and a colon, is a sentence about it."""
    if _PROSE.match(text, start):
        return True
    return _OF_A_FILE.match(text, start) is not None and _FILE.search(text, max(0, start - _BACK), start) is not None
