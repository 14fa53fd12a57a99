"""Guide step 3: what the vendor's table says of the user's Palette, and so of the tags and of the one in use."""

from __future__ import annotations

from canvos_tui.core.answers.draft import Draft
from canvos_tui.core.checkout.compatibility import Takes, suggested_for
from canvos_tui.core.checkout.earthfile import Earthfile
from canvos_tui.core.checkout.tags import CanvosTag, classify
from canvos_tui.core.session import Session


def takes(draft: Draft, known: Session) -> Takes | None:
    """What that Palette takes; None while no version is given, or it is refused."""
    return known.matrix.takes(draft.text("palette"))


def suggested(draft: Draft, known: Session) -> CanvosTag | None:
    """The tag to offer: the highest of those that this Palette can take."""
    return suggested_for(known.tags, takes(draft, known))


def outgrown(draft: Draft, known: Session) -> bool:
    """Whether a tag is in use that this Palette cannot take."""
    found, in_use = takes(draft, known), known.tag(draft.tag)
    return found is not None and in_use is not None and bool(found.against(in_use))


def told(draft: Draft, known: Session) -> str:
    """What the table says; empty while no version is given."""
    found = takes(draft, known)
    return found.sentence if found is not None else ""


def of_tag(draft: Draft, known: Session) -> str:
    """The chosen tag and why this Palette cannot take it, with the table's date; empty where nothing says so."""
    found = takes(draft, known)
    chosen = known.tag(draft.tag) or classify(draft.tag, None, Earthfile(has_target=False))  # nobody has looked yet: by its name
    return f"{chosen.name}: {reason}" if found is not None and (reason := found.dated(chosen)) else ""


def of_palette(draft: Draft, known: Session) -> str:
    """A version that the table does not hold, one whose tag is not here or cannot do AWS, one that cannot take the chosen tag."""
    found = takes(draft, known)
    if found is None:
        return ""
    if found.named is None:
        return found.sentence
    named, chosen = known.tag(found.named.tag), known.tag(draft.tag)
    if known.tags and named is None:
        return f"{found.sentence}; there is no such tag here, newer ones can be fetched"
    if named is not None and not named.selectable:
        return f"{found.sentence}, which cannot do AWS"
    return f"{found.sentence}, not {chosen.name}" if chosen is not None and found.against(chosen) else ""
