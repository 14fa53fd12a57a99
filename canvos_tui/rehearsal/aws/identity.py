"""STS GetCallerIdentity: whose a key is."""

from __future__ import annotations

from collections.abc import Callable

from canvos_tui.rehearsal.aws.config import ACCOUNT, StandinKey
from canvos_tui.rehearsal.aws.protocol import Answer, RefusalError, query_document

Permit = Callable[[str, str], None]
_STS = "https://sts.amazonaws.com/doc/2011-06-15/"


def answer_sts(action: str, key: StandinKey, permit: Permit) -> Answer:
    """GetCallerIdentity needs no permission, so only a fault meant for it can stop it."""
    if action != "GetCallerIdentity":
        raise RefusalError("InvalidAction", f"Could not find operation {action}", 400)
    permit("sts:GetCallerIdentity", "*")
    return query_document("GetCallerIdentity", {"Arn": key.arn, "UserId": "AIDAREHEARSAL", "Account": ACCOUNT}, _STS)
