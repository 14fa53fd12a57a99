"""`rehearse`: the whole path on embedded stand-ins; no network, no root, no Docker, nothing real."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from canvos_tui.core.errors import InvalidValueError
from canvos_tui.core.exit_codes import ExitCode
from canvos_tui.core.text import folded, nearest

if TYPE_CHECKING:
    from canvos_tui.core.answers.draft import Draft
    from canvos_tui.core.answers.routes import Route
    from canvos_tui.core.ports import Ports
    from canvos_tui.rehearsal.stage import Stage

SCENARIO = "success"
KEPT_MINUTES = 15  # without a request the stand-in ends by itself
_END_LIMIT = 20.0  # seconds that a killed build's supervisor has to store its result
WITHIN = "nothing to go on from: on the guide's route the raw image lies inside the build; --route two-stage keeps it in build/"
HINT = "Nothing is real. Type any registry; take the keys from the Environment."


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command."""
    parser = commands.add_parser(
        "rehearse",
        help="go through everything on stand-ins, about two minutes",
        description="The wizard on a stand-in for AWS and a small CanvOS of its own. Nothing outside a temporary folder is touched.",
        epilog="Example: canvos-tui rehearse --scenario vmimport-missing",
    )
    parser.add_argument("--scenario", default=SCENARIO, metavar="NAME", help="how it ends; `list` names them (default: success)")
    parser.add_argument(
        "--plain",
        action="store_true",
        default=argparse.SUPPRESS,
        help="line by line, without a screen; without a terminal all is answered with yes",
    )
    parser.add_argument("--route", metavar="ROUTE", help="guide, two-stage or direct (default: guide)")
    parser.add_argument("--keep", metavar="DIR", help="use this folder and keep it")
    parser.set_defaults(run=rehearse)


def rehearse(args: argparse.Namespace) -> int:
    """Prepares the stage, opens the wizard on it, and clears it away."""
    from canvos_tui.rehearsal.scenarios import SCENARIOS

    if args.scenario == "list":
        sys.stdout.write("scenarios\n" + "".join(f"  {name:<18} {SCENARIOS[name].title}\n" for name in SCENARIOS))
        return 0
    if args.scenario not in SCENARIOS:
        near = nearest(args.scenario, SCENARIOS)
        remedy = f"did you mean `{near}`?" if near else "`--scenario list` names them"
        raise InvalidValueError(f"there is no scenario `{args.scenario}`", remedy=remedy)
    from canvos_tui.core.answers.routes import Route, parse_route

    play = _play(plain=args.plain, route=parse_route(args.route) if args.route is not None else Route.GUIDE)
    if args.keep:
        folder = Path(args.keep).absolute()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return _on_stage(folder, args.scenario, play, keep=True)
    with tempfile.TemporaryDirectory(prefix="canvos-tui-rehearsal-", ignore_cleanup_errors=True) as name:
        return _on_stage(Path(name), args.scenario, play, keep=False)


def _on_stage(folder: Path, scenario: str, play: Callable[[Ports, Draft], int], *, keep: bool) -> int:
    from canvos_tui.rehearsal.stage import prepare
    from canvos_tui.wiring import rehearsal_ports

    stage = prepare(folder, sys.executable, scenario)
    going_on = False
    try:
        os.environ.update(stage.environ, XDG_STATE_HOME=str(folder / "state"))
        answers = {"REGION": stage.region, "S3_BUCKET": stage.bucket, "AWS_ACCESS_KEY_ID": stage.keys.key_id}
        # the stand-in's secret stays in this process: a build gets it from .secret, as a real one would
        ports = rehearsal_ports({**os.environ, **answers, "AWS_SECRET_ACCESS_KEY": stage.keys.secret.reveal()})
        ports.environ.pop("AWS_SESSION_TOKEN", None)
        try:
            code = play(ports, _answers(ports, folder / "CanvOS", stage))
        except KeyboardInterrupt:
            sys.stderr.write("\nthe rehearsal was interrupted\n")
            code = ExitCode.INTERRUPTED
        going_on = _settle(ports, keep=keep) or (keep and _resumable(ports, stage, folder))
        return code
    finally:
        if not going_on:
            stage.close()


def _settle(ports: Ports, *, keep: bool) -> bool:
    """Whether a build goes on behind the window: only where the folder is kept, else it is stopped with its stage.

    Whoever was told where the log lies is told that it goes with the folder. The folder goes after the supervisor: one that
    still lives would make it again, to store its result.
    """
    import asyncio
    import contextlib

    async def settle() -> bool:
        runs = await ports.runs.infos()
        live = [info for info in runs if info.live]
        if runs and not keep:
            sys.stderr.write("the rehearsal's folder is removed now, its log too; --keep DIR keeps them\n")
        if live and not keep:
            sys.stderr.write("the rehearsal's build ends with its window; with --keep DIR it would go on\n")
            for info in live:
                await ports.runs.cancel(info.run_id, force=True)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_END_LIMIT):
                    for info in live:
                        _ = [batch async for batch in ports.runs.follow(info.run_id)]
        return bool(live) and keep

    return asyncio.run(settle())


def _resumable(ports: Ports, stage: Stage, folder: Path) -> bool:
    """Whether the newest run can be gone on from; then its account stays for that, and the command is printed."""
    import asyncio

    from canvos_tui.core.run.phase import Phase
    from canvos_tui.core.run.resumable import offer_words, resume_command

    async def words() -> tuple[str, str, Phase | None]:
        runs = await ports.runs.infos()
        result = await ports.runs.result(runs[0].run_id) if runs else None
        return (runs[0].run_id, offer_words(result), result.phase) if result is not None else ("", "", None)

    run_id, offer, phase = asyncio.run(words())
    if not offer:
        if phase is Phase.UPLOAD:
            sys.stderr.write(f"{WITHIN}\n")
        return False
    found = {} if (folder / "CanvOS" / ".secret").exists() else stage.keep_keys(folder)
    given = {**stage.environ, "XDG_STATE_HOME": str(folder / "state"), **found}
    variables = " ".join(f"{name}={shlex.quote(value)}" for name, value in given.items())
    sys.stderr.write(f"the rehearsal's AWS stays for {KEPT_MINUTES} minutes; to go on {offer}:\n")
    sys.stderr.write(f"  env {variables} {resume_command(run_id)}\n")
    return True


def _answers(ports: Ports, checkout: Path, stage: Stage) -> Draft:
    """What is not asked for; what an ending would be kept from by a check is taken on, as `run --accept` does."""
    from canvos_tui.core.answers.beginning import fresh
    from canvos_tui.core.answers.draft import FolderChosen
    from canvos_tui.core.checks.acceptance import accept
    from canvos_tui.core.checks.registry import CHECKS

    draft = fresh(ports.environ).after(FolderChosen(checkout, str(stage.repository)))
    for name, reason in stage.scenario.accepted.items():
        draft = draft.after(accept(CHECKS, name, reason))
    return draft


def _play(*, plain: bool, route: Route) -> Callable[[Ports, Draft], int]:
    """The face that fits: the screens, the questions on a terminal that has none or where they are wished for, else all by itself."""
    from canvos_tui.commands.wizard import addressable, on_terminal
    from canvos_tui.core.answers.draft import RouteChosen

    face = _plain if not on_terminal() else _wizard if addressable() and not plain else _questions
    return lambda ports, draft: face(ports, draft.after(RouteChosen(route)))


def _questions(ports: Ports, draft: Draft) -> int:
    from canvos_tui.commands.questions import ask
    from canvos_tui.plain.talk import WIDTH

    sys.stdout.write("\n".join((*folded([f"REHEARSAL. {HINT}"], WIDTH), "", "")))
    return ask(ports, draft)


def _wizard(ports: Ports, draft: Draft) -> int:
    from canvos_tui.commands.wizard import show
    from canvos_tui.core.session import Session
    from canvos_tui.tui.opening import Opening

    return show(ports, draft, Opening(banner="REHEARSAL", hint=HINT, known=Session(accepted=draft.accepted, route=draft.route)))


def _plain(ports: Ports, draft: Draft) -> int:
    """The same path without a screen, every question answered with yes."""
    import asyncio

    from canvos_tui.commands.build_events import Events
    from canvos_tui.commands.whole_path import whole_path
    from canvos_tui.core.answers.draft import FieldAnswered, UserData, UserDataChosen

    draft = draft.after(FieldAnswered("IMAGE_REGISTRY", "rehearsal-team")).after(UserDataChosen(UserData.NONE))
    args = argparse.Namespace(yes=True, dry_run=False, detach=False, accept=[])
    return asyncio.run(whole_path(ports, draft, args, [], Events()))
