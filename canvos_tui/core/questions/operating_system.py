"""Guide step 8: the names and versions to pick from, and what the checked-out Earthfile makes of one."""

from __future__ import annotations

from canvos_tui.core.answers.draft import Draft
from canvos_tui.core.checkout.distributions import NEEDS_BASE, Distributions
from canvos_tui.core.session import Session

VERSIONS = {"ubuntu": ("24.04", "22.04", "20.04"), "opensuse-leap": ("15.6",), "rhel": (), "sles": ("5.4",)}


def _systems(draft: Draft, known: Session) -> Distributions:
    """What the Earthfile of the chosen tag makes of a name."""
    return next((tag.earthfile.systems for tag in known.tags if tag.name == draft.tag), Distributions())


def distributions(draft: Draft, known: Session) -> tuple[str, ...]:
    """The names of the Earthfile."""
    return _systems(draft, known).names or tuple(VERSIONS)


def versions(draft: Draft, known: Session) -> tuple[str, ...]:  # noqa: ARG001  as every rule is called
    """Those that have a base image."""
    return VERSIONS.get(draft.text("OS_DISTRIBUTION"), ())


def base_matters(draft: Draft, known: Session) -> bool:
    """BASE_IMAGE matters only for distributions without a base image, or where one was set."""
    name = draft.text("OS_DISTRIBUTION")
    return name in NEEDS_BASE or bool(_systems(draft, known).caution(name)) or bool(draft.entry("BASE_IMAGE").text)


def of_distribution(draft: Draft, known: Session) -> str:
    """What the Earthfile does with a name that it does not know."""
    return _systems(draft, known).caution(draft.text("OS_DISTRIBUTION"), draft.text("BASE_IMAGE"))


def of_version(draft: Draft, known: Session) -> str:  # noqa: ARG001  as every rule is called
    """A version without a known base image, or an old one."""
    distribution, version = draft.text("OS_DISTRIBUTION"), draft.text("OS_VERSION")
    if version and version not in VERSIONS.get(distribution, ()):
        return f"no base image is known for {distribution} {version}; it shows when the build pulls it"
    return "20.04 is deprecated by the vendor" if version == "20.04" else ""


def of_base(draft: Draft, known: Session) -> str:  # noqa: ARG001  as every rule is called
    """A distribution that has none."""
    distribution = draft.text("OS_DISTRIBUTION")
    missing = distribution in NEEDS_BASE and not draft.text("BASE_IMAGE")
    return f"{distribution} needs an image that you built" if missing else ""
