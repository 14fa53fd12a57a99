"""What is said of a secret and is none: the sentences that stand where its value would."""

from __future__ import annotations

import re

# what stands behind `.secret:` or `token:` and is a sentence about it: Go's and the shell's errors, HTTP answers, AWS's own words,
# and the names of secrets. A list, because whatever is not known to be prose may be a passphrase.
PROSE = re.compile(
    rb"(?:permission denied|operation not permitted|no such file or directory|(?:is|not) a directory|input/output error"
    rb"|(?:open|l?stat|read|write) [./~]|unterminated quoted value|unexpected (?:character|status|end of|EOF\b)"
    rb"|dial tcp|context (?:deadline exceeded|canceled)|(?:Get|Post|Head) \\?\"https?://|connection (?:refused|reset)|i/o timeout|x509: "
    rb"|(?:401 Unauthorized|403 Forbidden|404 Not Found|407 Proxy Auth|429 Too Many Req|5\d\d [A-Z])"
    rb"|The (?:security|provided|refreshed|SSO session associated with this) |Token for [\w.-]{1,64} does not exist"
    rb"|password (?:updated|changed|expiry)|AWS_(?:PROFILE|ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN)(?![\w=])|UBUNTU_PRO_KEY(?![\w=])"
    rb"|(?:[45]\d\d|[^\w\s]{1,2})[.,;]?(?=[ \t]*(?:[\r\n]|$)))"
)

# what follows the name of an option in a sentence or in a help text
SAID = re.compile(
    rb"(?:is|was|are|has|have|had|must|may|can|cannot|could|should|will|would|to|in|on|of|for|from|with|without|and|or|not|no|as|at|by|via|be|been|if"
    rb"|when|flag|flags|option|options|argument|arguments|parameter|parameters|instead|requires?|required|needs?|expects?|given|set|unset|used|expired"
    rb"|missing|invalid|deprecated|ignored|string|stringArray|file|value|id=\S*|(?-i:TOKEN|PASSWORD|API_?KEY|SECRET|VALUE|FILE|STRING|USER))"
    rb"(?=[ \t\r\n.,:;)\"']|$)",
    re.IGNORECASE,
)
