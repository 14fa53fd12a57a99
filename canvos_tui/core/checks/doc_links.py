"""Where to read on about a check: its own pages, else AWS' about that right or thing, else the vendor's guide, which asks for it."""

from __future__ import annotations

from canvos_tui.core.checkout.sources import GUIDE
from canvos_tui.core.checks.check import Check

_AWS = "https://docs.aws.amazon.com"
_IMPORT = f"{_AWS}/vm-import/latest/userguide"
_RIGHTS = f"{_IMPORT}/required-permissions.html"
_KEYS = f"{_AWS}/IAM/latest/UserGuide/id_credentials_access-keys.html"
_REGISTER = f"{_AWS}/AWSEC2/latest/APIReference/API_RegisterImage.html"
_OF = {
    "AWS-CREDS": _KEYS,
    "AWS-KEYTYPE": _KEYS,
    "AWS-REGION": f"{_AWS}/global-infrastructure/latest/regions/aws-regions.html",
    "AWS-BUCKET": f"{_AWS}/AmazonS3/latest/userguide/bucketnamingrules.html",
    "AWS-BUCKET-REGION": f"{_IMPORT}/vmimport-import-snapshot.html",
    "AWS-IMPORT-TASKS": f"{_IMPORT}/limits.html",
    "AWS-KMS-KEY": f"{_AWS}/kms/latest/developerguide/key-state.html",
    "AWS-KEY-CLASH": f"{_AWS}/AmazonS3/latest/userguide/object-keys.html",
    "AWS-AMI-CLASH": _REGISTER,
    "AWS-AMI-NAME": _REGISTER,
    "NET-DNS": "https://docs.docker.com/engine/network/#dns-services",
    "NET-DOCKERHUB": "https://docs.docker.com/docker-hub/usage/",
    "NET-EBS": f"{_AWS}/general/latest/gr/ebs-service.html",
    "FILE-USERDATA": "https://docs.spectrocloud.com/clusters/edge/edge-configuration/installer-reference/",
    "TOOL-DOCKER-PRIV": "https://docs.docker.com/engine/security/rootless/",
}
_FAMILIES = (("AWS-S3-", _RIGHTS), ("AWS-EC2-", _RIGHTS), ("AWS-EBS-", f"{_AWS}/ebs/latest/userguide/ebsapi-permissions.html"))


def read_on(check: Check) -> tuple[str, ...]:
    """Addresses of public pages, at least one."""
    if check.docs:
        return check.docs
    family = next((page for start, page in _FAMILIES if check.id.startswith(start)), GUIDE)
    return (_OF.get(check.id, family),)
