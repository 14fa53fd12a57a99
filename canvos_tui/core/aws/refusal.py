"""What stands behind a refusal of AWS', by the words of its message: an Allow for the user does not help against each of them.

The words are those of the IAM user guide, "Troubleshoot access denied error messages".
"""

from __future__ import annotations

import re
from enum import Enum


class Behind(Enum):
    """The policy that decided."""

    NOTHING = "no policy allows it"
    DENY = "an explicit deny in a policy of the user or of a group"
    BOUNDARY = "a permissions boundary"
    ORGANIZATION = "a policy of the organization"
    RESOURCE = "an explicit deny in the bucket's or the key's own policy"
    SESSION = "a session policy"
    ENDPOINT = "a VPC endpoint policy"


_KINDS = (
    (Behind.ORGANIZATION, r"(service|resource) control polic"),
    (Behind.BOUNDARY, r"permissions boundar"),
    (Behind.SESSION, r"session polic"),
    (Behind.ENDPOINT, r"VPC endpoint polic"),
    (Behind.RESOURCE, r"explicit deny in a resource-based polic"),
    (Behind.DENY, r"an explicit deny"),
)

_PERFORM = re.compile(r"not authorized to perform:? ([a-z0-9-]+:[A-Za-z]+)")


def behind(message: str) -> Behind:
    """The policy that AWS names; `NOTHING` where it says that none allows it, or nothing at all."""
    return next((kind for kind, words in _KINDS if re.search(words, message)), Behind.NOTHING)


def missing_right(message: str, operation: str = "") -> str:
    """The action that AWS says is not allowed: a call may need the right to another one, as a tag on a new copy needs ec2:CreateTags.

    Where AWS names none, that of the call; "" where that is not known either.
    """
    named = _PERFORM.search(message)
    return named[1] if named else f"ec2:{operation}" if operation else ""
