"""What is still missing in a draft, and on which page it is asked for."""

from __future__ import annotations

from dataclasses import dataclass

from canvos_tui.core.answers import fields
from canvos_tui.core.answers.draft import Draft


@dataclass(frozen=True)
class Gap:
    """Something that keeps the build from starting: the page to go to, the field and the sentence."""

    page: str
    key: str
    text: str


PAGE_OF = {
    "CUSTOM_TAG": "image",
    "IMAGE_REGISTRY": "image",
    "OS_DISTRIBUTION": "os",
    "OS_VERSION": "os",
    "BASE_IMAGE": "os",
    "K8S_DISTRIBUTION": "os",
    "K8S_VERSION": "os",
    "HTTPS_PROXY": "os",
    "HTTP_PROXY": "os",
    "NO_PROXY": "os",
    "REGION": "s3",
    "S3_BUCKET": "s3",
    "S3_KEY": "s3",
}


def gaps(draft: Draft) -> tuple[Gap, ...]:
    """Every answer that is missing or refused, in the order of the pages."""
    found: list[Gap] = []
    if draft.folder is None or not draft.tag:
        found.append(Gap("repo", "tag", "no CanvOS tag is checked out yet"))
    for asked in fields.ASKED:
        entry = draft.entry(asked.key)
        if draft.several and asked is fields.K8S_VERSION:
            continue
        if entry.error or (not entry.text and not asked.optional):
            found.append(Gap(PAGE_OF[asked.key], asked.key, entry.error or f"{asked.key} is needed"))
    if draft.text("OS_DISTRIBUTION") in {"rhel", "sles"} and not draft.text("BASE_IMAGE"):
        found.append(Gap("os", "BASE_IMAGE", f"{draft.text('OS_DISTRIBUTION')} needs BASE_IMAGE, an image that you built"))
    if draft.several and not draft.kept:
        found.append(Gap("os", "k8s_versions", "several versions are wanted, but none is kept"))
    if draft.keys is None:
        found.append(Gap("keys", "AWS_ACCESS_KEY_ID", "no AWS keys yet"))
    return tuple(found)
