"""Guide steps 9 and 14, and the proxies: what the checked-out tag offers, and what to know about a value that it does not."""

from __future__ import annotations

from canvos_tui.core.answers.draft import Draft
from canvos_tui.core.checkout.k8s_versions import newest_first, newest_of_each_minor
from canvos_tui.core.checkout.novelty import of_kubernetes
from canvos_tui.core.errors import InvalidValueError
from canvos_tui.core.session import Session


def distributions(draft: Draft, known: Session) -> tuple[str, ...]:  # noqa: ARG001  as every rule is called
    """What k8s_version.json names."""
    return tuple(known.versions)


def versions(draft: Draft, known: Session) -> tuple[str, ...]:
    """What it lists for the chosen one, newest first."""
    return newest_first(known.versions.get(draft.text("K8S_DISTRIBUTION"), ()))


def one_version(draft: Draft, known: Session) -> bool:  # noqa: ARG001  as every rule is called
    """K8S_VERSION is left out for several versions."""
    return not draft.several


def proxied(draft: Draft, known: Session) -> bool:  # noqa: ARG001  as every rule is called
    """The other proxy fields matter once there is a proxy."""
    return any(draft.entry(key).text for key in ("HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY"))


def parse_versions(text: str, offered: tuple[str, ...]) -> tuple[str, ...]:
    """The versions to keep, in the order of the file: `all`, `newest` of each minor version, or some with commas or blanks between."""
    wanted = {"all": offered, "newest": newest_of_each_minor(offered)}.get(text.strip(), tuple(text.replace(",", " ").split()))
    unknown = [version for version in wanted if version not in offered]
    if unknown:
        raise InvalidValueError(f"`{unknown[0]}` is not listed", allowed="versions of the list, all, newest")
    if not wanted:
        raise InvalidValueError("nothing would be kept", allowed="one version or more")
    return tuple(version for version in offered if version in wanted)


def of_distribution(draft: Draft, known: Session) -> str:
    """A name that the checked-out tag does not list, or that no other has listed so far."""
    return of_kubernetes(draft.text("K8S_DISTRIBUTION"), known.versions)


def of_version(draft: Draft, known: Session) -> str:
    """A version that it does not list."""
    version, offered = draft.text("K8S_VERSION"), known.versions.get(draft.text("K8S_DISTRIBUTION"))
    missing = version and offered is not None and version not in offered
    return f"not among the {len(offered)} versions of this tag" if missing and offered is not None else ""
