"""What to ask an AWS administrator for: the one statement that is missing, with the real bucket and user."""

from __future__ import annotations

import json

from canvos_tui.core.aws_facts import Identity
from canvos_tui.core.checks import Command, Fix
from canvos_tui.core.role_policy import ROLE, role_commands


def statement(action: str, bucket: str, partition: str = "aws") -> str:
    """A policy that allows that action and no more, as one line of JSON."""
    arn = f"arn:{partition}:s3:::{bucket}"
    resource = "*" if action.startswith("ec2:") else arn if action == "s3:ListBucket" else f"{arn}/*"
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": resource}]})


def advice(action: str, bucket: str, who: Identity | None) -> tuple[Fix, ...]:
    """The commands for whoever may change IAM; without an identity a user's name is left to fill in."""
    partition = who.partition if who else "aws"
    if action == ROLE:
        return (Fix("Create the role and let it read the bucket", tuple(Command(c) for c in role_commands(bucket, partition))),)
    policy = statement(action, bucket, partition)
    user = who.user.removeprefix("user/").rpartition("/")[2] if who and who.user.startswith("user/") else ""
    if not user:
        whom = who.user if who else "these keys"
        return (Fix(f"Allow {action} for {whom} with this policy: {policy}"),)
    name = "canvos-tui-" + action.replace(":", "-")
    command = f"aws iam put-user-policy --user-name {user} --policy-name {name} --policy-document '{policy}'"
    return (Fix(f"Let an administrator allow {action} for the user {user}", (Command(command),)),)
