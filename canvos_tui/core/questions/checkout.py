"""Guide steps 1 to 4: what is said of a folder and of a tag, which answers follow from what was found, and how local changes are kept."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from canvos_tui.core.answers.draft import Answer, ArgFound, Draft, TagChosen
from canvos_tui.core.checkout.compatibility import Takes
from canvos_tui.core.checkout.facts import CheckoutFacts, read_systems, read_versions
from canvos_tui.core.checkout.state import BAKE, EARTHFILE, CheckoutState, Place
from canvos_tui.core.checkout.tags import GUIDE_TAG, CanvosTag
from canvos_tui.core.ports import Ports
from canvos_tui.core.questions.choice import Choice
from canvos_tui.core.session import CheckoutSeen

ABOUT_CLONE = "Use an existing checkout, or an empty place to clone into. The repository may be a URL or a local path."
ABOUT_TAGS = (
    "The tag has to match your Palette release: tags that it cannot take by the vendor's table are marked, and can be chosen all the same. "
    "The agent inside the image is what the Earthfile names, not the tag: where the two differ a warning stands beside it. "
    "Tags without the +aws-cloud-image target cannot be chosen."
)
ABOUT_CHECKOUT = "Local changes are never overwritten: they are listed, and you choose to stash them, to copy them aside, or to cancel."
ELSEWHERE = "this tag has none; choose another one"
MEND = "git restore brings back what was deleted; other tags may have it"
PLACES = {
    Place.ABSENT: "nothing there yet: it can be cloned",
    Place.OTHER_GIT: "a git repository, but not CanvOS: choose another folder",
    Place.FOLDER: "a folder with other files in it: choose another one",
    Place.FILE: "a file stands there: choose another folder",
}


def refusal(state: CheckoutState) -> str:
    """Why that path cannot be the checkout; empty where it is one, or can become one."""
    return "" if state.place in {Place.ABSENT, Place.CANVOS} else PLACES[state.place]


def told(state: CheckoutState) -> str:
    """What is at the chosen path; `x` before what keeps from going on."""
    if refused := refusal(state):
        return f"x {refused}"
    if state.place is Place.ABSENT:
        return PLACES[state.place]
    if state.lacks:
        return f"x {_missing(state)}"
    changes = f"{len(state.changes)} local changes" if state.changes else "clean"
    on_tag = f"on {state.tag}" if state.tag else f"at {state.commit}, on no tag"
    return f"git repository, {changes}, {on_tag}{', shallow clone' if state.shallow else ''}"


def _missing(state: CheckoutState) -> str:
    if BAKE in state.files and EARTHFILE in state.lacks and EARTHFILE not in state.deleted:
        return f"CanvOS of a kind that cannot be built here yet: {BAKE} in the place of an Earthfile; choose another tag"
    missing = f"{' and '.join(state.lacks)} {'is' if len(state.lacks) == 1 else 'are'} missing"
    return f"{missing}: {MEND if state.deleted & set(state.lacks) else ELSEWHERE}"


def follows(facts: CheckoutFacts, draft: Draft) -> Iterator[Answer]:
    """The answers that a checkout gives by itself: the tag that somebody checked out, the values of its `.arg`."""
    if draft.tag and draft.tag != facts.state.tag:
        yield TagChosen("")  # somebody checked out another tag meanwhile
    elif facts.in_use and draft.tag != facts.in_use:
        yield TagChosen(facts.in_use)
    if facts.args is not None:
        yield ArgFound(facts.args)


def remarks(tag: CanvosTag, best: CanvosTag | None, here: str, takes: Takes | None = None, *, dated: bool = True) -> str:
    """What to know of a tag beside its numbers; `best` is the suggested one, `here` the one in use, `takes` what the Palette takes.

    `dated` says of which month the vendor's table is, for whoever does not say it elsewhere.
    """
    if tag.name == GUIDE_TAG and not tag.selectable:
        return "the guide's example: no AWS target"
    short = [] if takes is None else [takes.against(tag) or tag.remark]  # a row has room for one reason, and the first keeps from it
    notes = list(concerns(tag, takes)) if dated or takes is None else list(filter(None, short))
    if takes is not None and takes.fits(tag):
        notes.append(f"fits {takes.palette}{f' (table of {takes.date})' if dated else ''}")
    elif best is not None and tag.name == best.name:
        notes.append(f"suggested for {takes.palette if takes is not None else f'{tag.numbers[0]}.{tag.numbers[1]}'}")
    if tag.beyond:
        notes.append("newer than canvos-tui")
    if tag.name == here:
        notes.append("checked out")
    return ", ".join(notes)


def concerns(tag: CanvosTag, takes: Takes | None) -> tuple[str, ...]:
    """What speaks against a tag, or is to be thought of before it is chosen."""
    against = takes.dated(tag) if takes is not None and tag.selectable else ""
    return tuple(filter(None, (against, tag.remark)))


async def check_out(ports: Ports, state: CheckoutState, tag: str) -> CheckoutSeen:
    """`git checkout TAG`, and what stands in the folder then."""
    await ports.git.checkout(state.path, tag)
    versions, _ = await read_versions(ports.files, state.path)
    systems = await read_systems(ports.files, state.path)
    return CheckoutSeen(await ports.git.state(state.path), versions, systems=systems)


_NAMED = 4  # local changes in a line

# -- local changes ---------------------------------------------------------------------------------------------


def changed(state: CheckoutState) -> str:
    """`local changes: none`, or the first of them."""
    names = ", ".join(c.path for c in state.changes[:_NAMED]) + (" ..." if len(state.changes) > _NAMED else "")
    return f"local changes: {names or 'none'}"


def in_the_way(state: CheckoutState) -> str:
    """The local changes, a line each."""
    return "\n".join(f"  {c.status} {c.path}" for c in state.changes[:12])


def ways(aside: Path) -> tuple[Choice, ...]:
    """What can be done with local changes that stand before a checkout."""
    return (
        Choice("cancel", "Cancel  stay on the tag in use, change nothing"),
        Choice("stash", "Stash   git stash; `git stash pop` brings them back"),
        Choice("copy", f"Copy    to {aside}, then put the files back to the commit"),
    )


def aside(state: CheckoutState, stamp: str) -> Path:
    """Where a copy of the local changes goes."""
    return state.path.parent / f"{state.path.name}-changes-{stamp}"


async def keep(ports: Ports, state: CheckoutState, tag: str, word: str, stamp: str) -> str:
    """Takes the local changes out of the way as was chosen; what was done, in a sentence where it is not said elsewhere."""
    if word == "stash":
        await ports.git.stash(state.path, f"canvos-tui before {tag}, {stamp}")
        return ""
    copied = await ports.git.copy_changes(state.path, aside(state, stamp))
    await ports.git.discard(state.path, tuple(c.path for c in state.in_the_way))
    return f"{len(copied)} files copied to {aside(state, stamp)}"
