"""The guide's steps that ask for fields: the fields in their order, what the step is about, and what is good to know before answering."""

from __future__ import annotations

from canvos_tui.core.answers import fields
from canvos_tui.core.answers.fields import Field
from canvos_tui.core.values import dataclass


@dataclass(frozen=True)
class Group:
    """One step of the guide with its fields; `note` stands beside them, empty where there is nothing to know."""

    guide: tuple[int, ...]
    title: str
    fields: tuple[Field[str], ...]
    about: str
    note: str = ""


PALETTE = Group(
    (3,),
    "Palette",
    (fields.PALETTE,),
    "The tag has to match the Palette release that the instances will join; the vendor's table names one for each of its versions.",
)
IMAGE_TAG = Group((6,), "Image tag", (fields.CUSTOM_TAG,), "The last part of the names of provider images. You choose it.")
IMAGE_REGISTRY = Group(
    (7,),
    "Image registry",
    (fields.IMAGE_REGISTRY,),
    "Where provider images would be pushed: your Docker ID, or a registry's host.",
    "This AMI build pushes nothing to the registry. The value is kept in .arg for provider images; no registry login needed.",
)
USER_DATA = Group((), "A new user-data", fields.USER_DATA, "What an instance needs to register with Palette by itself.")
OPERATING_SYSTEM = Group(
    (8,),
    "Operating system",
    (fields.OS_DISTRIBUTION, fields.OS_VERSION, fields.BASE_IMAGE),
    "What runs on the instances. The guide uses ubuntu 24.04; names and versions are those of your checkout.",
)
KUBERNETES = Group(
    (9,),
    "Kubernetes",
    (fields.K8S_DISTRIBUTION, fields.K8S_VERSION, fields.HTTPS_PROXY, fields.HTTP_PROXY, fields.NO_PROXY),
    "Distribution and version for provider images. Tick several versions to prune k8s_version.json (step 14).",
    "The Kubernetes values do not change this AMI: +aws-cloud-image does not read them. They choose provider images for later.",
)
S3_BUCKET = Group(
    (10,),
    "S3 bucket",
    (fields.S3_BUCKET, fields.REGION),
    "The bucket must exist and must be in the region of the import. To create one: aws s3 mb s3://NAME --region REGION",
)
S3_KEY = Group(
    (11,),
    "S3 key",
    (fields.S3_KEY,),
    "It must be new: on the guide's route an existing object is silently reused, an existing AMI silently reported as the result; "
    "on the others what is taken is refused.",
    "Step 11 says an empty key means CUSTOM_TAG; the script would use the raw file's name instead, so it is filled in here.",
)
AMI = Group(
    (),
    "AMI settings",
    fields.AMI,
    "What is asked of EC2 beyond the script's parameters for snapshot and AMI, and how fast the image is sent. All may stay empty.",
    "Only on the routes two-stage and direct: on the guide's CanvOS' script uploads and registers, with its own parameters.",
)
GROUPS = (PALETTE, IMAGE_TAG, IMAGE_REGISTRY, USER_DATA, OPERATING_SYSTEM, KUBERNETES, S3_BUCKET, S3_KEY, AMI)
