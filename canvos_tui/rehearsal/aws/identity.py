"""STS: whose a key is, and the inside of a refusal that only AWS can read."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping

from canvos_tui.rehearsal.aws.config import ACCOUNT, StandinKey
from canvos_tui.rehearsal.aws.protocol import HttpAnswer, RefusalError, query_document

Permit = Callable[[str, str], None]
_STS = "https://sts.amazonaws.com/doc/2011-06-15/"


def answer_sts(form: Mapping[str, str], key: StandinKey, permit: Permit) -> HttpAnswer:
    """GetCallerIdentity needs no permission, so only a fault meant for it can stop it; a sealed message is base64 here."""
    action = form.get("Action", "")
    if action == "GetCallerIdentity":
        permit("sts:GetCallerIdentity", "*")
        return query_document(action, {"Arn": key.arn, "UserId": "AIDAREHEARSAL", "Account": ACCOUNT}, _STS)
    if action == "DecodeAuthorizationMessage":
        permit("sts:DecodeAuthorizationMessage", "*")
        return query_document(action, {"DecodedMessage": base64.b64decode(form.get("EncodedMessage", "")).decode()}, _STS)
    raise RefusalError("InvalidAction", f"Could not find operation {action}", 400)
