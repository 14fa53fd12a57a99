"""The table of contents: which panels make which page, in which order. The only list of pages.

The panels of a page are loaded when it is opened for the first time: all together take as long to load as the first page to paint.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from canvos_tui.tui.page import Page

if TYPE_CHECKING:
    from canvos_tui.tui.step_panel import StepPanel

    Panels = tuple[type[StepPanel], ...]


def _start() -> Panels:
    from canvos_tui.tui.steps.start import Start

    return (Start,)


def _check() -> Panels:
    from canvos_tui.tui.steps.step00_prerequisites import Prerequisites

    return (Prerequisites,)


def _repo() -> Panels:
    from canvos_tui.tui.steps.step01_clone import Clone
    from canvos_tui.tui.steps.step03_tags import Tags
    from canvos_tui.tui.steps.step04_checkout import Checkout
    from canvos_tui.tui.steps.step05_files import ReviewFiles

    return (
        Clone,
        Tags,
        Checkout,
        ReviewFiles,
    )


def _image() -> Panels:
    from canvos_tui.tui.steps.step06_image_tag import ImageTag
    from canvos_tui.tui.steps.step07_image_registry import ImageRegistry

    return (
        ImageTag,
        ImageRegistry,
    )


def _os() -> Panels:
    from canvos_tui.tui.steps.step08_os import OperatingSystem
    from canvos_tui.tui.steps.step09_kubernetes import Kubernetes

    return (
        OperatingSystem,
        Kubernetes,
    )


def _versions() -> Panels:
    from canvos_tui.tui.steps.step14_k8s_versions import KubernetesVersions

    return (KubernetesVersions,)


def _s3() -> Panels:
    from canvos_tui.tui.steps.step10_s3_bucket import S3Bucket
    from canvos_tui.tui.steps.step11_s3_key import S3Key

    return (
        S3Bucket,
        S3Key,
    )


def _keys() -> Panels:
    from canvos_tui.tui.steps.step12_aws_keys import AwsKeysPanel

    return (AwsKeysPanel,)


def _aws() -> Panels:
    from canvos_tui.tui.steps.aws_rights import AwsRights

    return (AwsRights,)


def _review() -> Panels:
    from canvos_tui.tui.steps.step13_arg import WriteFiles
    from canvos_tui.tui.steps.step15_secret import SecretNote

    return (
        WriteFiles,
        SecretNote,
    )


def _build() -> Panels:
    from canvos_tui.tui.steps.step16_build import Build

    return (Build,)


def _result() -> Panels:
    from canvos_tui.tui.steps.failure import Failure
    from canvos_tui.tui.steps.validate import Validate

    return (
        Failure,
        Validate,
    )


PAGES = (
    Page("start", "Start", _start, ""),
    Page("check", "Check", _check),
    Page("repo", "Repository and tag", _repo),
    Page("image", "Image", _image),
    Page("os", "Operating system and Kubernetes", _os),
    Page("versions", "Several Kubernetes versions", _versions),
    Page("s3", "S3 bucket", _s3),
    Page("keys", "AWS keys", _keys),
    Page("aws", "AWS access", _aws),
    Page("review", "Review", _review, ""),
    Page("build", "Build", _build, ""),
    Page("result", "Result", _result, ""),
)
ORDER = tuple(page.slug for page in PAGES)
FOLDED = frozenset(ORDER)


def neighbour(current: str, way: str, *, several: bool) -> str:
    """The page before or after; the versions page only where several versions are wanted."""
    order = [slug for slug in ORDER if several or slug != "versions" or slug == current]
    at = order.index(current) + (1 if way == "next" else -1)
    return order[min(max(at, 0), len(order) - 1)]
