"""STS GetCallerIdentity and IAM GetRole, the two questions about who one is and whether the import's role exists."""

from __future__ import annotations

import json
from collections.abc import Callable
from urllib.parse import quote

from canvos_tui.rehearsal.aws.cloud import Cloud
from canvos_tui.rehearsal.aws.config import ACCOUNT, VMIMPORT_ARN, StandinKey
from canvos_tui.rehearsal.aws.protocol import REQUEST_ID, Answer, RefusalError, Tree, xml

Permit = Callable[[str, str], None]
_STS, _IAM = "https://sts.amazonaws.com/doc/2011-06-15/", "https://iam.amazonaws.com/doc/2010-05-08/"
_TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "vmie.amazonaws.com"},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"sts:ExternalId": "vmimport"}},
        }
    ],
}


def answer_sts(action: str, key: StandinKey, permit: Permit) -> Answer:
    """GetCallerIdentity needs no permission, so only a fault meant for it can stop it."""
    if action != "GetCallerIdentity":
        raise RefusalError("InvalidAction", f"Could not find operation {action}", 400)
    permit("sts:GetCallerIdentity", "*")
    return _document("GetCallerIdentity", {"Arn": key.arn, "UserId": "AIDAREHEARSAL", "Account": ACCOUNT}, _STS)


def answer_iam(action: str, name: str, cloud: Cloud, permit: Permit) -> Answer:
    """GetRole of `vmimport`, when the configuration has it."""
    if action != "GetRole":
        raise RefusalError("InvalidAction", f"Could not find operation {action}", 400)
    permit("iam:GetRole", f"arn:aws:iam::{ACCOUNT}:role/{name}")
    if name != "vmimport" or not cloud.config.vmimport:
        raise RefusalError("NoSuchEntity", f"The role with name {name} cannot be found.", 404)
    role: Tree = {
        "Path": "/",
        "RoleName": name,
        "RoleId": "AROAREHEARSAL",
        "Arn": VMIMPORT_ARN,
        "CreateDate": "2026-01-01T00:00:00Z",
        "AssumeRolePolicyDocument": quote(json.dumps(_TRUST)),
    }
    return _document("GetRole", {"Role": role}, _IAM)


def _document(action: str, result: Tree, space: str) -> Answer:
    tree: Tree = {f"{action}Result": result, "ResponseMetadata": {"RequestId": REQUEST_ID}}
    return Answer(200, xml(f"{action}Response", tree, items=False, space=space), {"Content-Type": "text/xml"})
