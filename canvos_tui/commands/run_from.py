"""`run --from STAGE`: the run of these answers goes on with that stage; nothing is cloned, written or built."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from canvos_tui.core.exit_codes import ExitCode

if TYPE_CHECKING:
    from canvos_tui.commands.build_events import Events
    from canvos_tui.core.answers.draft import Draft
    from canvos_tui.core.ports import Ports


async def run_from(ports: Ports, draft: Draft, args: argparse.Namespace, started: list[str], events: Events) -> int:
    """The exit code, as of `resume`: 3 where it cannot begin there. `started` gets the run's id as soon as there is one.

    RunError where no run was built of these answers, InvalidValueError for a stage that cannot be the first.
    """
    import sys

    from canvos_tui.commands.follow import follow_plain, say
    from canvos_tui.commands.keys import find_keys
    from canvos_tui.commands.resume import go_on
    from canvos_tui.core.stages.of_answers import run_of
    from canvos_tui.core.stages.resume import look
    from canvos_tui.core.stages.words import lines_of

    run_id = await run_of(ports, draft)
    say(f"== run {run_id} was built of these answers: asking AWS how far it came")
    ground = await look(ports, run_id, (await find_keys(ports, draft)).keys)
    for line in lines_of(ground.proofs):
        say(line)
    args.output = "text"
    info, code = await go_on(ports, args, ground)
    if info is None:
        if code == ExitCode.NOT_READY:
            events.refused(draft, code, [f"it cannot begin at {args.stage}"])
        return code
    started.append(info.run_id)
    if args.detach:
        sys.stdout.write(f"{info.run_id}\n")
        return ExitCode.OK
    return await follow_plain(ports, info.run_id, events)
