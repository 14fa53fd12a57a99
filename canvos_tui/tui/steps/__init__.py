"""The table of contents: which panels make which page of core/pages.py, from top to bottom.

The panels of a page are loaded when it is opened for the first time: all together take as long to load as the first page to paint.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from textual.app import App

    from canvos_tui.core.pages import Page
    from canvos_tui.core.ports import Ports
    from canvos_tui.tui.page import PageScreen, Panels


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


def _user_data() -> Panels:
    from canvos_tui.tui.steps.user_data import UserDataWays

    return (UserDataWays,)


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


def _ami_settings() -> Panels:
    from canvos_tui.tui.steps.ami_settings import AmiSettings

    return (AmiSettings,)


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


PANELS: dict[str, Callable[[], Panels]] = {
    "start": _start,
    "check": _check,
    "repo": _repo,
    "image": _image,
    "user-data": _user_data,
    "os": _os,
    "versions": _versions,
    "s3": _s3,
    "ami-settings": _ami_settings,
    "keys": _keys,
    "aws": _aws,
    "review": _review,
    "build": _build,
    "result": _result,
}
OWN_WAY = frozenset({"start", "review", "build", "result"})  # a choice of the page itself is the way on


def new_page(app: App[Any], page: Page, ports: Ports, banner: str) -> PageScreen:
    """The screen of a page, with the style sheets that it needs."""
    from canvos_tui.tui.page import PageScreen
    from canvos_tui.tui.painting.sheets import read_sheets
    from canvos_tui.tui.textual_inside import knows_the_styles

    read_sheets(app, page.slug)
    screen = PageScreen(page, PANELS[page.slug], ports, banner, has_next=page.slug not in OWN_WAY)
    knows_the_styles(app, screen)
    return screen
