"""Whether the checkout is whole: every file of its commit there, with the line ends and the mode that it was committed with.

git calls some of this clean: a sparse checkout lacks files on purpose, core.autocrlf changes line ends, core.fileMode=false hides a mode.
"""

from __future__ import annotations

from canvos_tui.core.checks.check import Check, CheckAnswer, Context, Severity, waits
from canvos_tui.core.checks.questions import CHECKOUT, canvos, word
from canvos_tui.core.errors import Command, Remedy
from canvos_tui.core.status import Status

_WHOLE = "every file of the commit, as it was committed"
_FEW = 3


async def whole(context: Context) -> CheckAnswer:
    """The files that step 16 needs from the checkout, as the tag has them."""
    state = await canvos(context)
    if state is None:
        return waits(CHECKOUT)
    found = await context.ports.git.damage(state.path)
    git = f"git -C {word(state.path)}"
    if found.missing:
        back = Command(f"{git} ls-files -z --deleted | xargs -0 -r {git} checkout HEAD --")
        widen = Remedy("This is a sparse checkout: take all of it", (Command(f"{git} sparse-checkout disable"), back))
        remedy = widen if found.sparse else Remedy("Put back what was deleted", (back,))
        return _failed(f"{_told(found.missing)} missing", (remedy,))
    if found.crlf:
        again = (Command(f"{git} config core.autocrlf false"), Command(f"{git} checkout-index -f -a"))
        words = "Check the files out again with the line ends of the repository; copy changes of your own to its files aside first"
        observed = f"{_told(found.crlf)} with CR LF line ends: bash takes the CR for a part of each line"
        return _failed(observed, (Remedy(words, again),))
    if found.not_runnable:
        program = word(state.path / found.not_runnable[0])
        start = Remedy("Let it be started", (Command(f"chmod +x {program}"),))
        return _failed(f"{found.not_runnable[0]} is not executable", (start,))
    return CheckAnswer(Status.PASS, "all files of the commit are there", _WHOLE)


def _failed(observed: str, remedies: tuple[Remedy, ...]) -> CheckAnswer:
    return CheckAnswer(Status.FAIL, observed, _WHOLE, remedies)


def _told(paths: tuple[str, ...]) -> str:
    more = f" and {len(paths) - _FEW} more" if len(paths) > _FEW else ""
    return f"{len(paths)} file{'s' if len(paths) > 1 else ''} ({', '.join(paths[:_FEW])}{more})"


WHOLE = Check(
    "REPO-WHOLE",
    "Files of the checkout",
    "repo",
    Severity.REQUIRED,
    "step 16",
    "step 16 starts earthly.sh and copies scripts of the checkout into images; it stops, or worse goes on, where one is not as committed",
    whole,
    needs=("REPO-CLONE",),
)
