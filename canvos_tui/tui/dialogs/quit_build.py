"""Leaving: asks when a build runs, and says what each answer does to the build and to AWS; or when what was typed would be lost."""

from __future__ import annotations

from typing import Any

from textual.app import App

from canvos_tui.core.errors import CanvosError
from canvos_tui.core.ports import Ports
from canvos_tui.core.session import Session
from canvos_tui.tui.dialogs.confirm import Ask, Choice
from canvos_tui.tui.dialogs.dialog import Dialog

KEEP = (Choice("", "Stay"), Choice("leave", "Quit    all other answers are kept"))
GO_ON = (Choice("", "Stay"), Choice("leave", "Quit    what was begun goes on in AWS"))
ABOUT = "An AWS import goes on whatever you choose. After Cancel the result offers to end it, if your keys may."


class Leaving(Ask):
    """There is one such question at a time, however often it is called for."""


def _leaving(known: Session) -> Leaving:
    """What each answer does to the build, or to a run that goes on from an earlier one and builds nothing."""
    builds = known.plan is None or known.plan.builds
    what = "build" if builds else "run"
    choices = (
        Choice("detach", f"Detach  the {what} goes on; come back with: canvos-tui attach"),
        Choice("cancel", f"Cancel  stop the {what}; what is in AWS stays and is listed"),
        Choice("stay", "Stay"),
    )
    return Leaving(f"Quit: a {what} is {'running' if builds else 'under way'}", ABOUT, choices)


async def ask_to_leave(app: App[Any], ports: Ports, known: Session, lost: str = "") -> bool:
    """True when the program may end now; `lost` names what would have to be typed again."""
    if isinstance(app.screen, Leaving):
        return False  # it is being asked already
    told = next((text for screen in app.screen_stack if isinstance(screen, Dialog) and (text := screen.leaving())), "")
    if told and await app.push_screen_wait(Leaving("Quit?", told, GO_ON)) != "leave":
        return False
    if not known.building:
        return not lost or await app.push_screen_wait(Leaving("Quit?", f"To be typed again next time: {lost}.", KEEP)) == "leave"
    word = await app.push_screen_wait(_leaving(known))
    if word == "cancel":
        try:
            await ports.runs.cancel(known.run_id)
        except CanvosError as error:
            app.notify(f"{error}. {error.remedy}", severity="error", markup=False)
        else:
            app.notify("Stopping: the run was asked to end. Its result appears here.", markup=False)
        return False
    return word == "detach"
