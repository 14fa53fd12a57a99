"""Guide step 8: the names and versions to pick from, and what the checked-out Earthfile makes of one."""

from __future__ import annotations

from canvos_tui.core.answers import fields
from canvos_tui.core.answers.draft import Draft
from canvos_tui.core.checkout.distributions import NO_NAMES, Distributions
from canvos_tui.core.checkout.novelty import of_system
from canvos_tui.core.session import Session


def _systems(draft: Draft, known: Session) -> Distributions:
    """What the Earthfile of the chosen tag makes of a name."""
    tag = known.tag(draft.tag)
    return tag.earthfile.systems if tag is not None else NO_NAMES


def distributions(draft: Draft, known: Session) -> tuple[str, ...]:
    """The names of the Earthfile and of os_version.json; the guide's own where neither names one."""
    return tuple(dict.fromkeys((*_systems(draft, known).names, *known.systems))) or (fields.OS_DISTRIBUTION.guide,)


def versions(draft: Draft, known: Session) -> tuple[str, ...]:
    """What os_version.json lists for the chosen name, and the guide's own, which it does not."""
    name = draft.text("OS_DISTRIBUTION")
    guides = (fields.OS_VERSION.guide,) if name == fields.OS_DISTRIBUTION.guide else ()
    return tuple(sorted(dict.fromkeys((*guides, *known.systems.get(name, ()))), key=_number, reverse=True))


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) if part.isdecimal() else -1 for part in version.removeprefix("v").split("."))


def base_matters(draft: Draft, known: Session) -> bool:
    """BASE_IMAGE matters only for distributions without a base image, or where one was set."""
    name, systems = draft.text("OS_DISTRIBUTION"), _systems(draft, known)
    return systems.needs_base(name) or bool(systems.caution(name)) or bool(draft.entry("BASE_IMAGE").text)


def of_distribution(draft: Draft, known: Session) -> str:
    """What the Earthfile does with a name that it does not know, or that is new."""
    return of_system(_systems(draft, known), draft.text("OS_DISTRIBUTION"), draft.text("BASE_IMAGE"))


def of_version(draft: Draft, known: Session) -> str:
    """A version that nothing lists, or an old one; where a BASE_IMAGE is given, the version chooses nothing."""
    distribution, version = draft.text("OS_DISTRIBUTION"), draft.text("OS_VERSION")
    if not version or draft.text("BASE_IMAGE"):
        return ""
    if version not in versions(draft, known):
        meant = next((one for one in versions(draft, known) if one.startswith(f"{version}.")), "")
        then = f"did you mean {meant}?" if meant else "it shows when the build pulls it"
        return f"no base image is known for {distribution} {version}; {then}"
    return "20.04 is deprecated by the vendor" if version == "20.04" else ""


def of_base(draft: Draft, known: Session) -> str:
    """A distribution that has none."""
    distribution = draft.text("OS_DISTRIBUTION")
    missing = _systems(draft, known).needs_base(distribution) and not draft.text("BASE_IMAGE")
    return f"{distribution} needs an image that you built" if missing else ""
