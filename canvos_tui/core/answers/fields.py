"""The field table: what the guide's steps 3 to 13 ask for, one row each, with the guide's value and the parser."""

from __future__ import annotations

from canvos_tui.core.answers import ami_fields, values
from canvos_tui.core.answers.field import Field as Field
from canvos_tui.core.checkout import user_data
from canvos_tui.core.checkout.compatibility import EXAMPLE, parse_palette
from canvos_tui.core.checkout.sources import SEEN
from canvos_tui.core.secret import Secret

PALETTE = Field(
    "palette",
    "Palette",
    3,
    "",
    f"your Palette version such as {EXAMPLE}, or empty",
    parse_palette,
    "The version of the Palette that the instances will join.\n"
    "Tags that it cannot take by the vendor's Edge Compatibility Matrix are marked, and the one that fits is suggested.\n"
    "Any tag can still be chosen. It is not written to .arg.",
    optional=True,
)
CUSTOM_TAG = Field(
    "CUSTOM_TAG",
    "Image tag",
    6,
    "palette-learn",
    "lower case letters, digits, `-`",
    values.parse_image_tag,
    "The last part of the names of provider images. "
    "A provider image is the container image with Kubernetes that an instance is upgraded to.\n"
    "You choose it. This AMI build only puts it on a local image; the S3 key is prefilled with it, as step 11 promises.",
)
IMAGE_REGISTRY = Field(
    "IMAGE_REGISTRY",
    "Registry",
    7,
    "",
    "your Docker ID, or a registry host such as registry.acme.com",
    values.parse_registry,
    "Where provider images would be pushed: a Docker ID, or host[:port]/path without http://.\n"
    "This AMI build pushes nothing there; the value is kept in .arg for +build-provider-images.",
)
OS_DISTRIBUTION = Field(
    "OS_DISTRIBUTION",
    "Distribution",
    8,
    "ubuntu",
    "ubuntu or opensuse-leap; rhel, sles and others need BASE_IMAGE",
    values.parse_os_distribution,
    "The operating system of the AMI. The Earthfile picks the Kairos base image by it.\n"
    f"rhel and sles have none of their own ({SEEN}). What a tag does with another name stands in its Earthfile.",
)
OS_VERSION = Field(
    "OS_VERSION",
    "OS version",
    8,
    "24.04",
    "24.04, 22.04 or 20.04 for ubuntu; 15.6 for opensuse-leap",
    values.parse_os_version,
    "Part of the base image's tag. The list is that of the checkout's os_version.json, and the guide's own 24.04: no build reads "
    f"the file ({SEEN}). Whether the base image exists is known when it is pulled.",
)
BASE_IMAGE = Field(
    "BASE_IMAGE",
    "Base image",
    8,
    "",
    "needed for rhel and sles: an image that you built",
    values.parse_base_image,
    "An image reference that takes the place of the Kairos base image.",
    optional=True,
)
K8S_DISTRIBUTION = Field(
    "K8S_DISTRIBUTION",
    "Kubernetes",
    9,
    "kubeadm",
    "a name in k8s_version.json; kubeadm is PXK-E",
    values.parse_k8s_distribution,
    "Kubernetes for provider images. It does not change this AMI: +aws-cloud-image does not read it.",
)
K8S_VERSION = Field(
    "K8S_VERSION",
    "K8s version",
    9,
    "1.33.5",
    "one of the versions of that distribution",
    values.parse_k8s_version,
    "Kubernetes version for provider images, x.y.z without a leading v. It does not change this AMI.",
)
REGION = Field(
    "REGION",
    "Region",
    10,
    "",
    "the region that the bucket is in; the import runs there",
    values.parse_region,
    "An AWS region such as eu-west-1. EC2 imports only from a bucket of the same region; the upload would succeed "
    "anywhere and the import refuse afterwards.",
)
S3_BUCKET = Field(
    "S3_BUCKET",
    "Bucket",
    10,
    "",
    "an existing bucket: 3-63 of lower case letters, digits, `.`, `-`",
    values.parse_bucket,
    "The bucket that the raw image is uploaded to; the direct route needs none. It must exist. Create one with "
    "aws s3 mb s3://NAME --region REGION, or in the S3 console.",
)
S3_KEY = Field(
    "S3_KEY",
    "Object key",
    11,
    "",
    "3-128 of letters, digits, `.` `_` `/` `-`; also the AMI's name",
    values.parse_s3_key,
    "Name of the object in the bucket and of the AMI. It must be new: on the guide's route an existing object is silently reused (the "
    "upload is skipped), an existing AMI silently reported as the result; on the others what is taken is refused.\n"
    "Step 11 says that an empty key means CUSTOM_TAG. The script would use the raw file's name, so it is filled in here.",
)
AWS_ACCESS_KEY_ID = Field(
    "AWS_ACCESS_KEY_ID",
    "Access key id",
    12,
    "",
    "a long-lived key of an IAM user, AKIA...; ASIA... on the other routes",
    values.parse_access_key_id,
    "From the IAM console, Users, Security credentials.\n"
    "Temporary keys (ASIA..., SSO, roles) fail in the guide's build; the routes two-stage and direct take them with their session token.",
    secret=False,
)
AWS_SECRET_ACCESS_KEY = Field(
    "AWS_SECRET_ACCESS_KEY",
    "Secret key",
    12,
    "",
    "40 characters, shown once when the key is made",
    values.parse_secret_key,
    "Kept in memory and in .secret (mode 0600) only, masked in every log. A lost one cannot be shown again: make a new key.",
    secret=True,
)
AWS_SESSION_TOKEN = Field(
    "AWS_SESSION_TOKEN",
    "Session token",
    12,
    "",
    "of a temporary key (ASIA...), hundreds of characters; empty for a long-lived one",
    values.parse_session_token,
    "The third part of temporary keys: aws configure export-credentials --format env prints all three, and pasted together they fill "
    "all fields. The guide's build cannot pass it on: only on the routes two-stage and direct. Kept in memory only, masked in every log.",
    secret=True,
    optional=True,
)
HTTPS_PROXY = Field(
    "HTTPS_PROXY",
    "HTTPS proxy",
    13,
    "",
    "empty, or http://host:port; a login as user:password@ before the host",
    values.parse_proxy,
    "Set it only where the build must go through a proxy. Any value switches earthly.sh to its proxy mode.\n"
    "The value is printed into the build log.",
    optional=True,
)
HTTP_PROXY = Field(
    "HTTP_PROXY",
    "HTTP proxy",
    13,
    "",
    "empty, or http://host:port; a login as user:password@ before the host",
    values.parse_proxy,
    HTTPS_PROXY.help,
    optional=True,
)
NO_PROXY = Field(
    "NO_PROXY",
    "Without proxy",
    13,
    "",
    "hosts that need no proxy, with commas between",
    values.parse_no_proxy,
    "Hosts, domains and networks that are reached without the proxy.",
    optional=True,
)
PALETTE_ENDPOINT = Field(
    "PALETTE_ENDPOINT",
    "Palette host",
    0,
    "",
    "the host name that you open Palette with, such as api.spectrocloud.com",
    user_data.parse_endpoint,
    "Where an instance registers: stylus.site.paletteEndpoint of user-data. The host name alone, without https://.",
)
EDGE_HOST_TOKEN = Field(
    "EDGE_HOST_TOKEN",
    "Token",
    0,
    "",
    "8 or more letters, digits, `+` `/` `=` `.` `_` `-`",
    user_data.parse_token,
    "With it an instance registers by itself: stylus.site.edgeHostToken of user-data.\n"
    "Made in Palette: Tenant Settings, Registration Tokens. Kept in memory and in user-data (mode 0600) only: it is asked for again.",
    secret=True,
)
EDGE_HOST_USER = Field(
    "EDGE_HOST_USER",
    "User",
    0,
    "",
    "empty, or a user's name; kairos where only a key is given",
    user_data.parse_user,
    "A user of the instance who may log in with the SSH key, and use sudo. Without a key no user is made.",
    optional=True,
)
EDGE_HOST_SSH_KEY = Field(
    "EDGE_HOST_SSH_KEY",
    "SSH key",
    0,
    "",
    "empty, or a public key: the one line of a .pub file",
    user_data.parse_ssh_key,
    "The public key of whoever has to log in, for instance when the instance does not register.\n"
    "ssh-keygen -t ed25519 makes a pair; the line of the .pub file goes here, never the other file.",
    optional=True,
)

# written to .arg (guide step 13)
ARGS: tuple[Field[str], ...] = (
    CUSTOM_TAG,
    IMAGE_REGISTRY,
    OS_DISTRIBUTION,
    OS_VERSION,
    BASE_IMAGE,
    K8S_DISTRIBUTION,
    K8S_VERSION,
    REGION,
    S3_BUCKET,
    S3_KEY,
    HTTPS_PROXY,
    HTTP_PROXY,
    NO_PROXY,
)
# for a user-data of our own, beside its token
USER_DATA: tuple[Field[str], ...] = (PALETTE_ENDPOINT, EDGE_HOST_USER, EDGE_HOST_SSH_KEY)
AMI = ami_fields.FIELDS  # for the registration, on the routes where that is ours
ASKED: tuple[Field[str], ...] = (PALETTE, *ARGS[:2], *USER_DATA, *ARGS[2:], *AMI)
KEYS: tuple[Field[str] | Field[Secret], ...] = (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN)
HIDDEN: tuple[Field[str] | Field[Secret], ...] = (*KEYS, EDGE_HOST_TOKEN)  # that panels of their own ask for
ASKED_BY_KEY = {field.key: field for field in ASKED}
BY_KEY: dict[str, Field[str] | Field[Secret]] = {**ASKED_BY_KEY, **{field.key: field for field in HIDDEN}}
# written to .arg as they are, never asked for (guide step 13)
FIXED = {"ARCH": "amd64", "UPDATE_KERNEL": "false"}
