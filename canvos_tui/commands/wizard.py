"""Opens the wizard, and leaves a short summary on the terminal when it closes."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from canvos_tui.commands.output import write_raw
from canvos_tui.core.errors import CanvosError

if TYPE_CHECKING:
    from canvos_tui.core.answers.draft import Draft
    from canvos_tui.core.ports import Ports
    from canvos_tui.tui.app import Load
    from canvos_tui.tui.opening import Opening, Room

NO_TERMINAL = "the wizard needs a terminal"


def open_wizard(checkout: str | None = None, repo: str | None = None, *, plain: bool = False, config: str | None = None) -> int:
    """The wizard on this machine, line by line where that is wished for; CanvosError when a word of the command line is wrong."""
    if plain or (on_terminal() and not addressable()):
        return _line_by_line(checkout, repo, config)
    need_terminal()
    if config:
        return _with_answers(config, checkout, repo)

    async def room() -> Room:
        from canvos_tui.commands.answers import draft_of
        from canvos_tui.tui.opening import Room
        from canvos_tui.wiring import real_ports

        ports = real_ports(dict(os.environ))
        return Room(ports, await draft_of(ports, checkout, repo))

    return _run(room)


def _line_by_line(checkout: str | None, repo: str | None, config: str | None) -> int:
    from canvos_tui.commands.answers import load
    from canvos_tui.commands.questions import ask
    from canvos_tui.wiring import real_ports

    ports = real_ports(dict(os.environ))
    if not config:  # a pipe has its own answers: what they are put to must not hang on what was left here
        return ask(ports, load(ports, checkout, repo, stored=sys.stdin.isatty()))
    draft, given = _given(ports, config, checkout, repo)
    return ask(ports, draft, given=given)


def _with_answers(config: str, checkout: str | None, repo: str | None) -> int:
    from canvos_tui.core.session import Session
    from canvos_tui.tui.opening import Opening
    from canvos_tui.wiring import real_ports

    ports = real_ports(dict(os.environ))
    draft, _ = _given(ports, config, checkout, repo)
    return show(ports, draft, Opening(page="check", known=Session(accepted=draft.accepted)))


def _given(ports: Ports, config: str, checkout: str | None, repo: str | None) -> tuple[Draft, frozenset[str]]:
    """The answers file's draft, with nothing in it that the file does not say, and the names of the questions that it answers."""
    from dataclasses import replace

    from canvos_tui.commands.config import whole_config
    from canvos_tui.core.answers.draft import UserData
    from canvos_tui.core.answers.draft_file import SEVERAL
    from canvos_tui.core.checks.acceptance import accept
    from canvos_tui.core.checks.registry import CHECKS

    found = whole_config(ports, config, checkout, repo)
    draft, given = found.draft, found.given
    for name, reason in draft.accepted.items():
        accept(CHECKS, name, reason)  # refuses an id that no check has
    if "user_data" not in given:
        draft = replace(draft, user_data=UserData.UNDECIDED)
    one_or_several = {"k8s_versions", "K8S_VERSION"} & given
    return draft, given | ({SEVERAL} if one_or_several else set())


def on_terminal() -> bool:
    """Whether somebody sits at both ends."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def addressable() -> bool:
    """Whether something can be drawn there: on a terminal that knows more than lines."""
    return on_terminal() and os.environ.get("TERM", "dumb") != "dumb"


def need_terminal() -> None:
    """Refuses to draw into a pipe."""
    if not on_terminal():
        raise CanvosError(NO_TERMINAL, remedy="without one: canvos-tui --plain, canvos-tui doctor, canvos-tui run --config FILE --yes")


def show(ports: Ports, draft: Draft, opening: Opening | None = None) -> int:
    """Runs the app with what is loaded already."""
    from canvos_tui.tui.opening import Opening, Room

    return _run(Room(ports, draft, opening or Opening()))


def _run(room: Room | Load) -> int:
    """Runs the app; afterwards the result, or the way back to a build that goes on, stands on the terminal."""
    from canvos_tui.commands.distance import suit
    from canvos_tui.commands.kept_look import keep_mouse, keep_worn, wear_kept
    from canvos_tui.tui import collector

    suit(os.environ)
    collector.hold()
    from canvos_tui.tui.app import CanvosApp

    environ = os.environ if callable(room) else room.ports.environ
    wear_kept(environ)
    app = CanvosApp(room)
    try:
        app.run(mouse=app.mouse)
    finally:
        keep_worn(environ, app)
        keep_mouse(environ, app)
        write_raw(sys.stdout, app.restoring())
        sys.stdout.flush()
    if app.crash is not None:
        raise app.crash
    if app.problem is not None:
        raise app.problem
    known = app.left_with
    if known is None:
        return app.return_code or 0
    result = known.result
    if result is not None:
        from canvos_tui.core.verdict.summary import exit_code, plain_lines

        sys.stdout.write("\n".join(plain_lines(result)) + "\n")
        return exit_code(result)
    if known.run_id:
        sys.stdout.write(f"the run {known.run_id} goes on; come back with: canvos-tui attach {known.run_id}\n")
    return app.return_code or 0
