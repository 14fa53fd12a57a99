"""IAM as far as it is about the import's service role: the role, its policies, and a simulation of the caller's own."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from canvos_tui.core.aws.facts import Right
from canvos_tui.core.aws.vmimport_role import judge_trust
from canvos_tui.rehearsal.aws.cloud import Cloud
from canvos_tui.rehearsal.aws.config import ACCOUNT, StandinConfig, StandinRole
from canvos_tui.rehearsal.aws.kms.keys import USES
from canvos_tui.rehearsal.aws.protocol import HttpAnswer, RefusalError, Tree, query_document
from canvos_tui.rehearsal.aws.rights.policy import allowed, refuse_unknown
from canvos_tui.rehearsal.aws.rights.targets import anything, of_kms

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
        role = _role(name, cloud.config)
        if role is None:
            raise RefusalError("NoSuchEntity", f"The role with name {name} cannot be found.", 404)
        return query_document(action, _about_role(action, form, cloud, role), _IAM)
    if action == "PutRolePolicy":
        permit(f"iam:{action}", f"arn:aws:iam::{ACCOUNT}:role/{form.get('RoleName', '')}")
        return query_document(action, _put(form, cloud), _IAM)
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


def _put(form: Mapping[str, str], cloud: Cloud) -> Tree:
    """A policy of the role, new or in the place of the one of that name; from then on imports are judged by it."""
    name = form.get("RoleName", "")
    try:
        document = json.loads(form.get("PolicyDocument", ""))
        refuse_unknown(document)
    except (ValueError, AttributeError):
        raise RefusalError("MalformedPolicyDocument", "Syntax errors in policy.", 400) from None
    with cloud.lock:
        role, config = _role(name, cloud.config), cloud.config
        if role is None:
            raise RefusalError("NoSuchEntity", f"The role with name {name} cannot be found.", 404)
        policies = {**_policies(role, cloud), form.get("PolicyName", ""): document}
        more = {"role_policies": policies} if name == _ROLE else {"roles": {**config.roles, name: replace(role, policies=policies)}}
        cloud.config = replace(config, **more)
    return {}


def _role(name: str, config: StandinConfig) -> StandinRole | None:
    """The service role of that name, None where there is none."""
    if name == _ROLE:
        return StandinRole(config.trust, config.role_policies) if config.vmimport else None
    return config.roles.get(name)


def trusts_import(name: str, config: StandinConfig) -> bool:
    """Whether there is a role of that name that VM Import may take."""
    role = _role(name, config)
    return role is not None and judge_trust(role.trust or _TRUST)[0] is not Right.DENIED


def barred(name: str, cloud: Cloud, object_: str, sealed: str) -> str:
    """Why an import through that role fails: it may not read the object, or not use the KMS key; "" where it may."""
    role = _role(name, cloud.config)
    documents = [*_policies(role or StandinRole(), cloud).values(), *(cloud.config.attached_policies.values() if name == _ROLE else ())]
    whole = {"Statement": [row for document in documents for row in _rows(document)]}
    bucket, region = object_.partition("/")[0], cloud.config.region
    wanted = (("s3:GetBucketLocation", bucket), ("s3:ListBucket", bucket), ("s3:GetObject", object_))
    if not all(allowed(whole, action, anything(f"arn:aws:s3:::{there}", region)) for action, there in wanted):
        return "ClientError: Disk validation failed [We do not have access to the given resource. Reason 403 Forbidden]"
    if sealed.startswith("arn:") and not all(allowed(whole, action, of_kms(sealed, cloud.config.region)) for action in USES):
        return "ClientError: The KMS key of the snapshot is not accessible to the service role"
    return ""


def _rows(document: Mapping[str, Any]) -> list[Any]:
    rows = document.get("Statement") or []
    return list(rows) if isinstance(rows, list) else [rows]


def _policies(role: StandinRole, cloud: Cloud) -> Mapping[str, Mapping[str, Any]]:
    """The role's inline policies: those of the configuration, or one that is good for every bucket and every key there is."""
    if role.policies is not None:
        return role.policies
    arns = [f"arn:aws:s3:::{name}{end}" for name in cloud.buckets for end in ("", "/*")]
    reads = {"Effect": "Allow", "Action": ["s3:GetBucketLocation", "s3:GetObject", "s3:ListBucket"], "Resource": arns}
    makes = ["ec2:ModifySnapshotAttribute", "ec2:CopySnapshot", "ec2:RegisterImage", "ec2:Describe*"]
    rows: list[dict[str, Any]] = [reads, {"Effect": "Allow", "Action": makes, "Resource": "*"}]
    if keys := [key.arn for key in cloud.config.kms_keys]:
        rows.append({"Effect": "Allow", "Action": list(USES), "Resource": keys})
    return {_ROLE: {"Version": "2012-10-17", "Statement": rows}}


def _about_role(action: str, form: Mapping[str, str], cloud: Cloud, role_: StandinRole) -> Tree:
    config, policies, who = cloud.config, _policies(role_, cloud), form.get("RoleName", "")
    if action == "GetRole":
        role: dict[str, Tree] = {
            "Path": "/",
            "RoleName": who,
            "RoleId": "AROAREHEARSAL",
            "Arn": f"arn:aws:iam::{ACCOUNT}:role/{who}",
            "CreateDate": "2026-01-01T00:00:00Z",
            "AssumeRolePolicyDocument": quote(json.dumps(role_.trust or _TRUST)),
        }
        if config.boundary and who == _ROLE:
            role["PermissionsBoundary"] = {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": config.boundary}
        return {"Role": role}
    if action == "ListRolePolicies":
        return {"PolicyNames": {"member": list(policies)}, "IsTruncated": False}
    if action == "ListAttachedRolePolicies":
        attached: list[Tree] = [
            {"PolicyName": arn.rpartition("/")[2], "PolicyArn": arn} for arn in (config.attached_policies if who == _ROLE else ())
        ]
        return {"AttachedPolicies": {"member": attached}, "IsTruncated": False}
    name = form.get("PolicyName", "")
    if name not in policies:
        raise RefusalError("NoSuchEntity", f"The role policy with name {name} cannot be found.", 404)
    return {"RoleName": who, "PolicyName": name, "PolicyDocument": quote(json.dumps(policies[name]))}


def _about_policy(action: str, arn: str, cloud: Cloud) -> Tree:
    document = cloud.config.attached_policies.get(arn)
    if document is None:
        raise RefusalError("NoSuchEntity", f"Policy {arn} was not found.", 404)
    if action == "GetPolicy":
        return {"Policy": {"PolicyName": arn.rpartition("/")[2], "Arn": arn, "DefaultVersionId": "v1"}}
    return {"PolicyVersion": {"Document": quote(json.dumps(document)), "VersionId": "v1", "IsDefaultVersion": True}}
