"""The keys of the account: which one a text means, and which one encrypts a new snapshot."""

from __future__ import annotations

from canvos_tui.rehearsal.aws.config import StandinConfig, StandinKmsKey

OWN = StandinKmsKey("e85e85e8-0000-4000-8000-00000000e850", "alias/aws/ebs", manager="AWS")  # of EBS itself, in every account

# what whoever encrypts a snapshot with a key of the account must be allowed
# (EBS user guide, permissions of the direct APIs; VM Import/Export user guide, required permissions)
USES = tuple(
    f"kms:{action}"
    for action in (
        "CreateGrant",
        "Decrypt",
        "DescribeKey",
        "Encrypt",
        "GenerateDataKey",
        "GenerateDataKeyWithoutPlaintext",
        "ReEncryptFrom",
        "ReEncryptTo",
    )
)


class UnfitKeyError(Exception):
    """No snapshot can be encrypted with it; the text says why."""


def found(config: StandinConfig, text: str, region: str) -> StandinKmsKey | None:
    """The key that an id, an alias or the ARN of either means in that region."""
    head, _, name = text.rpartition(":")
    there = not head or head.split(":")[3:4] == [region]
    name = name.removeprefix("key/")
    known = (OWN, *(key for key in config.kms_keys if key.region == region))
    return next((key for key in known if there and name in {key.key_id, key.alias}), None)


def sealing(config: StandinConfig, region: str, *, encrypted: bool, key: str) -> str | None:
    """The ARN of the key that a new snapshot gets, "" for AWS' own, None for no encryption; UnfitKeyError where it cannot be used."""
    if not key:
        return (config.ebs_key or "") if encrypted else config.ebs_key
    used = found(config, key, region)
    if used is None:
        raise UnfitKeyError(f"The specified KMS key {key} does not exist.")
    if used.state != "Enabled" or used.spec != "SYMMETRIC_DEFAULT":
        raise UnfitKeyError(f"The specified KMS key {key} is not accessible: {used.state}, {used.spec}.")
    return "" if used is OWN else used.arn


def shown(key: str | None, region: str) -> str | None:
    """The ARN under which EC2 shows the key of a snapshot; None for one that is not encrypted."""
    return OWN.at(region) if key == "" else key
