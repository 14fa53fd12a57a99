"""The vmimport service role as documents and commands that can be pasted (VM Import/Export user guide, required permissions)."""

from __future__ import annotations

import json

ROLE = "vmimport"


def trust_policy() -> str:
    """Who may take the role: VM Import, named by its external id. One line of JSON."""
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "vmie.amazonaws.com"},
                    "Action": "sts:AssumeRole",
                    "Condition": {"StringEquals": {"sts:Externalid": ROLE}},
                }
            ],
        }
    )


def role_policy(bucket: str, partition: str = "aws") -> str:
    """What the role may do: read that bucket, make snapshots. One line of JSON, ARNs of the right partition."""
    arn = f"arn:{partition}:s3:::{bucket}"
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Action": ["s3:GetBucketLocation", "s3:GetObject", "s3:ListBucket"], "Resource": [arn, f"{arn}/*"]},
                {
                    "Effect": "Allow",
                    "Action": ["ec2:ModifySnapshotAttribute", "ec2:CopySnapshot", "ec2:RegisterImage", "ec2:Describe*"],
                    "Resource": "*",
                },
            ],
        }
    )


def role_commands(bucket: str, partition: str = "aws") -> tuple[str, ...]:
    """Two commands that create the role and let it read the bucket."""
    return (
        f"aws iam create-role --role-name {ROLE} --assume-role-policy-document '{trust_policy()}'",
        f"aws iam put-role-policy --role-name {ROLE} --policy-name {ROLE} --policy-document '{role_policy(bucket, partition)}'",
    )
