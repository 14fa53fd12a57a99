"""Policies beside the one that a build needs: to see more of it, to do something with its AMI, and to take things away again."""

from __future__ import annotations

from typing import Any

from canvos_tui.core.checks.aws.advice import SEE_BLOCKS, Subject, allow, snapshots_of, user_document

SEE_PARTS = ("s3:ListBucketMultipartUploads",)  # the bytes of an upload while it runs, as S3 counts them
GO_ON = ("s3:AbortMultipartUpload", "s3:ListMultipartUploadParts")  # an upload that was interrupted goes on with its parts
SEE_KEY = ("kms:DescribeKey",)  # whether the key of the snapshot is enabled; on the direct route it is needed anyway
PUBLISH = (
    "ec2:CopyImage",
    "ec2:CreateTags",
    "ec2:DescribeImageAttribute",
    "ec2:DescribeImages",
    "ec2:DescribeSnapshotAttribute",
    "ec2:DescribeSnapshots",
    "ec2:EnableImageDeprecation",
    "ec2:ModifyImageAttribute",
    "ec2:ModifySnapshotAttribute",
    "ec2:RunInstances",  # asked for as a dry run alone: nothing is started
)
REMOVE_OBJECTS = ("s3:AbortMultipartUpload", "s3:DeleteObject", "s3:DeleteObjectVersion")
REMOVE = ("ec2:CancelImportTask", "ec2:DeleteSnapshot", "ec2:DeregisterImage")
POLICIES = ("needed", "optional", "clean-up")


def optional_document(about: Subject) -> dict[str, Any]:
    """With it an upload shows its bytes and is gone on from, AWS lists the blocks of a snapshot, and `publish` copies, shares and tries."""
    found = [allow(PUBLISH, "*")]
    if about.bucket:
        arn = f"arn:{about.partition}:s3:::{about.bucket}"
        found = [allow(SEE_PARTS, arn), allow(GO_ON, f"{arn}/*"), *found]
        found += [allow(SEE_KEY, about.snapshot_key)] if about.snapshot_key else []
    else:
        found = [allow(SEE_BLOCKS, snapshots_of(about)), *found]
    return {"Version": "2012-10-17", "Statement": found}


def clean_up_document(about: Subject) -> dict[str, Any]:
    """With it `canvos-tui leftovers --delete` and `cancel --import-task` take away what builds left; without it nobody is hindered."""
    found = [allow(REMOVE, "*")]
    if about.bucket:
        arn = f"arn:{about.partition}:s3:::{about.bucket}"
        found = [allow(SEE_PARTS, arn), allow(REMOVE_OBJECTS, f"{arn}/*"), *found]
    return {"Version": "2012-10-17", "Statement": found}


def policy(which: str, about: Subject) -> dict[str, Any]:
    """One of POLICIES as a document; ValueError for another name."""
    return {"needed": user_document, "optional": optional_document, "clean-up": clean_up_document}[POLICIES[POLICIES.index(which)]](about)
