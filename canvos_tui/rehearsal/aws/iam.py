"""IAM as far as it is about the import's service role: the role, its policies, and a simulation of the caller's own."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from canvos_tui.rehearsal.aws.cloud import Cloud
from canvos_tui.rehearsal.aws.config import ACCOUNT, VMIMPORT_ARN
from canvos_tui.rehearsal.aws.protocol import HttpAnswer, RefusalError, Tree, query_document

Permit = Callable[[str, str], None]
_IAM, _ROLE = "https://iam.amazonaws.com/doc/2010-05-08/", "vmimport"
_TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "vmie.amazonaws.com"},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"sts:ExternalId": _ROLE}},
        }
    ],
}
_ROLE_ACTIONS = frozenset({"GetRole", "ListRolePolicies", "GetRolePolicy", "ListAttachedRolePolicies"})


def answer_iam(form: Mapping[str, str], cloud: Cloud, allows: Callable[[str], bool], permit: Permit) -> HttpAnswer:
    """The answer to one IAM call; a role or policy that is not there is NoSuchEntity."""
    action = form.get("Action", "")
    if action in _ROLE_ACTIONS:
        name = form.get("RoleName", "")
        permit(f"iam:{action}", f"arn:aws:iam::{ACCOUNT}:role/{name}")
        if name != _ROLE or not cloud.config.vmimport:
            raise RefusalError("NoSuchEntity", f"The role with name {name} cannot be found.", 404)
        return query_document(action, _about_role(action, form, cloud), _IAM)
    if action in {"GetPolicy", "GetPolicyVersion"}:
        arn = form.get("PolicyArn", "")
        permit(f"iam:{action}", arn)
        return query_document(action, _about_policy(action, arn, cloud), _IAM)
    if action == "SimulatePrincipalPolicy":
        permit(f"iam:{action}", form.get("PolicySourceArn", ""))
        names = [v for k, v in form.items() if k.startswith("ActionNames.member.")]
        rows: list[Tree] = [{"EvalActionName": n, "EvalDecision": "allowed" if allows(n) else "implicitDeny"} for n in names]
        return query_document(action, {"EvaluationResults": {"member": rows}, "IsTruncated": False}, _IAM)
    raise RefusalError("InvalidAction", f"Could not find operation {action}", 400)


def _policies(cloud: Cloud) -> Mapping[str, Mapping[str, Any]]:
    """The role's inline policies: those of the configuration, or one that is good for every bucket there is."""
    if cloud.config.role_policies is not None:
        return cloud.config.role_policies
    arns = [f"arn:aws:s3:::{name}{end}" for name in cloud.buckets for end in ("", "/*")]
    reads = {"Effect": "Allow", "Action": ["s3:GetBucketLocation", "s3:GetObject", "s3:ListBucket"], "Resource": arns}
    makes = ["ec2:ModifySnapshotAttribute", "ec2:CopySnapshot", "ec2:RegisterImage", "ec2:Describe*"]
    return {_ROLE: {"Version": "2012-10-17", "Statement": [reads, {"Effect": "Allow", "Action": makes, "Resource": "*"}]}}


def _about_role(action: str, form: Mapping[str, str], cloud: Cloud) -> Tree:
    config, policies = cloud.config, _policies(cloud)
    if action == "GetRole":
        role: dict[str, Tree] = {
            "Path": "/",
            "RoleName": _ROLE,
            "RoleId": "AROAREHEARSAL",
            "Arn": VMIMPORT_ARN,
            "CreateDate": "2026-01-01T00:00:00Z",
            "AssumeRolePolicyDocument": quote(json.dumps(config.trust or _TRUST)),
        }
        if config.boundary:
            role["PermissionsBoundary"] = {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": config.boundary}
        return {"Role": role}
    if action == "ListRolePolicies":
        return {"PolicyNames": {"member": list(policies)}, "IsTruncated": False}
    if action == "ListAttachedRolePolicies":
        attached: list[Tree] = [{"PolicyName": arn.rpartition("/")[2], "PolicyArn": arn} for arn in config.attached_policies]
        return {"AttachedPolicies": {"member": attached}, "IsTruncated": False}
    name = form.get("PolicyName", "")
    if name not in policies:
        raise RefusalError("NoSuchEntity", f"The role policy with name {name} cannot be found.", 404)
    return {"RoleName": _ROLE, "PolicyName": name, "PolicyDocument": quote(json.dumps(policies[name]))}


def _about_policy(action: str, arn: str, cloud: Cloud) -> Tree:
    document = cloud.config.attached_policies.get(arn)
    if document is None:
        raise RefusalError("NoSuchEntity", f"Policy {arn} was not found.", 404)
    if action == "GetPolicy":
        return {"Policy": {"PolicyName": arn.rpartition("/")[2], "Arn": arn, "DefaultVersionId": "v1"}}
    return {"PolicyVersion": {"Document": quote(json.dumps(document)), "VersionId": "v1", "IsDefaultVersion": True}}
