"""The rows of the field table for what the guide does not ask: how we register the AMI and upload its image, where that is ours."""

from __future__ import annotations

from canvos_tui.core.answers.field import Field
from canvos_tui.core.aws import ami_settings as ami
from canvos_tui.core.aws import bandwidth
from canvos_tui.core.aws import snapshot_settings as snap
from canvos_tui.core.aws.snapshot_settings import ROLE

_HOLDER = "routes two-stage and direct"
_BLANK = "as the script does"
_AS_SCRIPT = f"Empty, or {ami.SCRIPT}: the parameter is left out, as CanvOS' script leaves it out."

IMDS = Field(
    ami.IMDS,
    "IMDS",
    0,
    "",
    f"empty, {ami.SCRIPT}, or {ami.ONLY_V2}",
    ami.parse_imds,
    f"{_AS_SCRIPT}\nv2.0: instances serve their metadata by session tokens alone (IMDSv2), with a hop limit of 2.\n"
    "Can also be set on the AMI later: aws ec2 modify-image-attribute --imds-support v2.0.",
    optional=True,
    holder=_HOLDER,
    blank=_BLANK,
)
VOLUME_TYPE = Field(
    ami.VOLUME_TYPE,
    "Volume type",
    0,
    "",
    f"empty, {ami.SCRIPT}, or {ami.GP3}",
    ami.parse_volume_type,
    f"{_AS_SCRIPT}\ngp3: the root volume of an instance is of that type unless its launch says otherwise.",
    optional=True,
    holder=_HOLDER,
    blank=_BLANK,
)
DELETE = Field(
    ami.DELETE,
    "Delete at end",
    0,
    "",
    f"empty, {ami.SCRIPT}, {ami.YES} or {ami.NO}",
    ami.parse_delete,
    f"{_AS_SCRIPT}\nyes: the root volume goes with its instance. no: it stays when the instance is terminated, and costs on.",
    optional=True,
    holder=_HOLDER,
    blank=_BLANK,
)
ROOT_SIZE = Field(
    ami.ROOT_SIZE,
    "Root size",
    0,
    "",
    f"empty, {ami.SCRIPT}, or GiB: 1 to {ami.LARGEST}",
    ami.parse_root_size,
    f"{_AS_SCRIPT}\nA number is the size of the root volume in GiB. The disk makes its state and persistent partitions at the first boot, "
    "so that a larger one spares a trap; 100 is our suggestion. One below the image's own size becomes that size.",
    optional=True,
    holder=_HOLDER,
    blank=_BLANK,
)
LIMIT = Field(
    bandwidth.KEY,
    "Upload limit",
    0,
    "",
    "empty, or bytes a second: 20M, 500k, 20Mi",
    bandwidth.parse_limit,
    "How much of the line the upload, or the writing of the snapshot, may take, all its parts together.\n"
    "Decimal units: 20M is 20 000 000 bytes a second, 160 Mbit/s. Empty: all that the line carries. 100k is the least.",
    optional=True,
    holder=_HOLDER,
    blank="all that the line carries",
)
IMPORT_ROLE = Field(
    snap.IMPORT_ROLE,
    "Import role",
    0,
    "",
    f"empty, or the name of an IAM role in place of {ROLE}",
    snap.parse_role,
    f"The service role through which EC2 reads the image from the bucket. Empty: {ROLE}, which AWS takes where none is named.\n"
    f"It has to trust vmie.amazonaws.com with the external id {ROLE}, whatever its name, and to read the bucket.\n"
    "Some accounts ask for iam:PassRole on it, too. Only the two-stage route imports with it.",
    optional=True,
    holder="route two-stage",
    blank=ROLE,
)
ENCRYPTION = Field(
    snap.ENCRYPTION,
    "Encryption",
    0,
    "",
    f"empty, {snap.SCRIPT}, {snap.YES}, or a KMS key",
    snap.parse_encryption,
    f"Empty, or {snap.SCRIPT}: as the account does by default. {snap.YES}: with its key for EBS; with aws/ebs, AWS' own, the AMI "
    "cannot be shared.\n"
    "Or a symmetric KMS key of the same region: its id, alias/NAME or an ARN; on the direct route the key's ARN alone.\n"
    "What is made of the AMI is encrypted with it; the registration cannot change that.",
    optional=True,
    holder=_HOLDER,
    blank="as the account does",
)
FIELDS = (IMDS, VOLUME_TYPE, DELETE, ROOT_SIZE, IMPORT_ROLE, ENCRYPTION, LIMIT)
