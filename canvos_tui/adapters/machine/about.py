"""What this program runs on: the versions that a support engineer asks for, and the machine's name. Nothing is imported for it."""

from __future__ import annotations

import platform
from importlib import metadata

LIBRARIES = ("textual", "boto3", "botocore", "docker")


def about() -> dict[str, str]:
    """By name; a library that is not installed is left out."""
    found = {"python": platform.python_version(), "host": platform.node()}
    for name in LIBRARIES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def reports_to() -> str:
    """Where reports of bugs are taken: `Issues` of [project.urls], which the installation carries; empty while nobody named an address."""
    try:
        named = metadata.metadata("canvos-tui").get_all("Project-URL") or []
    except metadata.PackageNotFoundError:
        return ""
    told = (entry.partition(",") for entry in named)
    return next((address.strip() for label, _, address in told if label.strip() == "Issues"), "")
