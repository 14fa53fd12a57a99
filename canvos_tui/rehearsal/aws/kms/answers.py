"""The one call of KMS that is made: DescribeKey, in the JSON protocol."""

from __future__ import annotations

import json
from typing import Any

from canvos_tui.rehearsal.aws.config import ACCOUNT, StandinConfig
from canvos_tui.rehearsal.aws.kms.keys import OWN, found
from canvos_tui.rehearsal.aws.protocol import HttpAnswer, RefusalError, Request
from canvos_tui.rehearsal.aws.rights.permit import Permit
from canvos_tui.rehearsal.aws.rights.targets import of_kms

_TYPE = {"Content-Type": "application/x-amz-json-1.1"}


def answer_kms(request: Request, config: StandinConfig, region: str, permit: Permit) -> HttpAnswer:
    """The answer to a signed request; a right is judged before the key."""
    action = request.headers.get("x-amz-target", "").partition(".")[2]
    if action != "DescribeKey":
        raise RefusalError("UnknownOperationException", f"No stand-in for {action}", 400)
    text = str(json.loads(request.body.kept or b"{}").get("KeyId", ""))
    key = found(config, text, region)
    arn = key.at(region) if key is not None else f"arn:aws:kms:{region}:{ACCOUNT}:key/{text}"
    permit("kms:DescribeKey", arn, targets=of_kms(arn, region))
    if key is None:
        raise RefusalError("NotFoundException", f"Key '{arn}' does not exist", 400)
    about = {
        "AWSAccountId": ACCOUNT,
        "KeyId": key.key_id,
        "Arn": arn,
        "Enabled": key.state == "Enabled",
        "KeyState": key.state,
        "KeyUsage": "ENCRYPT_DECRYPT" if key.spec == OWN.spec or key.spec.startswith("RSA") else "SIGN_VERIFY",
        "KeySpec": key.spec,
        "KeyManager": key.manager,
        "CreationDate": 1_767_225_600,
    }
    return _json(200, {"KeyMetadata": about})


def refusal_of(refusal: RefusalError) -> HttpAnswer:
    """A refusal in the words of this protocol."""
    return _json(refusal.status, {"__type": refusal.code, "message": refusal.message})


def _json(status: int, tree: dict[str, Any]) -> HttpAnswer:
    return HttpAnswer(status, json.dumps(tree).encode(), _TYPE)
