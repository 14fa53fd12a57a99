"""The table of contents: which panels make which page, in which order. The only list of pages."""

from __future__ import annotations

from canvos_tui.tui.page import Page
from canvos_tui.tui.steps.aws_rights import AwsRights
from canvos_tui.tui.steps.failure import Failure
from canvos_tui.tui.steps.start import Start
from canvos_tui.tui.steps.step00_prerequisites import Prerequisites
from canvos_tui.tui.steps.step01_clone import Clone
from canvos_tui.tui.steps.step03_tags import Tags
from canvos_tui.tui.steps.step04_checkout import Checkout
from canvos_tui.tui.steps.step05_files import ReviewFiles
from canvos_tui.tui.steps.step06_image_tag import ImageTag
from canvos_tui.tui.steps.step07_image_registry import ImageRegistry
from canvos_tui.tui.steps.step08_os import OperatingSystem
from canvos_tui.tui.steps.step09_kubernetes import Kubernetes
from canvos_tui.tui.steps.step10_s3_bucket import S3Bucket
from canvos_tui.tui.steps.step11_s3_key import S3Key
from canvos_tui.tui.steps.step12_aws_keys import AwsKeysPanel
from canvos_tui.tui.steps.step13_arg import WriteFiles
from canvos_tui.tui.steps.step14_k8s_versions import KubernetesVersions
from canvos_tui.tui.steps.step15_secret import SecretNote
from canvos_tui.tui.steps.step16_build import Build
from canvos_tui.tui.steps.validate import Validate

PAGES = (
    Page("start", "Start", (Start,), ""),
    Page("check", "Check", (Prerequisites,)),
    Page("repo", "Repository and tag", (Clone, Tags, Checkout, ReviewFiles)),
    Page("image", "Image", (ImageTag, ImageRegistry)),
    Page("os", "Operating system and Kubernetes", (OperatingSystem, Kubernetes)),
    Page("versions", "Several Kubernetes versions", (KubernetesVersions,)),
    Page("s3", "S3 bucket", (S3Bucket, S3Key)),
    Page("keys", "AWS keys", (AwsKeysPanel,)),
    Page("aws", "AWS access", (AwsRights,)),
    Page("review", "Review", (WriteFiles, SecretNote), ""),
    Page("build", "Build", (Build,), ""),
    Page("result", "Result", (Failure, Validate), ""),
)
ORDER = tuple(page.slug for page in PAGES)
FOLDED = frozenset(ORDER)


def neighbour(current: str, way: str, *, several: bool) -> str:
    """The page before or after; the versions page only where several versions are wanted."""
    order = [slug for slug in ORDER if several or slug != "versions" or slug == current]
    at = order.index(current) + (1 if way == "next" else -1)
    return order[min(max(at, 0), len(order) - 1)]
