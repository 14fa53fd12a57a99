"""What an older build left in the checkout: a new one takes it along without being asked, whatever git ignores."""

from __future__ import annotations

from canvos_tui.core.checkout.state import Left
from canvos_tui.core.checks.check import Check, CheckAnswer, Context, Severity, waits
from canvos_tui.core.checks.questions import CHECKOUT, args, canvos, leftovers, word
from canvos_tui.core.errors import Command, Remedy
from canvos_tui.core.status import Status
from canvos_tui.core.text import ago, one_line, size

_OUTPUT = "build"  # earthly.sh puts its results there, no build reads them
# where it goes: `.env` is read by Earthly itself, the others get into the image
_WHERE = {".env": "Earthly reads it and may stop on it"}


async def left(context: Context) -> CheckAnswer:
    """Files and folders with size and age; the results of older builds are named beside them."""
    state = await canvos(context)
    if state is None:
        return waits(CHECKOUT)
    given = await args(context)
    found = await leftovers(context, state.path)
    taken = [one for one in found if one.path != _OUTPUT and (one.path != "spc.tgz" or given.get("CLUSTERCONFIG") == one.path)]
    results = next((f"; build/ holds {size(one.size)} of older results" for one in found if one.path == _OUTPUT), "")
    required = "nothing that a build takes along unasked"
    if not taken:
        return CheckAnswer(Status.PASS, f"none{results}", required)
    now = context.ports.clock.now()

    def words(one: Left) -> str:
        where = f": {_WHERE[one.path]}" if one.path in _WHERE else ""
        return f"{one_line(one.path)} ({size(one.size)}, {ago(now, one.changed)}){where}"

    more = f" and {len(taken) - 2} more" if len(taken) > 2 else ""
    aside = state.path.parent / f"{state.path.name}-aside"
    moves = tuple(Command(f"mv --backup=numbered {word(state.path / one.path)} {word(aside)}/") for one in taken[:4])
    fixes = (
        Remedy("Move away what is not meant for this image", (Command(f"mkdir -p {word(aside)}"), *moves)),
        Remedy("Keep what is meant, such as a proxy's certificate in certs/: then this is only a reminder"),
    )
    return CheckAnswer(Status.WARN, ", ".join(map(words, taken[:2])) + more + results, required, fixes)


LEFTOVERS = Check(
    "REPO-LEFTOVERS",
    "Left-overs",
    "repo",
    Severity.RECOMMENDED,
    "step 16",
    "step 16 copies them into the image without a word: content of another cluster, certificates, files of the overlay",
    left,
    needs=("REPO-CLONE",),
)
