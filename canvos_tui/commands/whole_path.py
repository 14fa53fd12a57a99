"""From an answers file's draft to the verified AMI, and the questions on the way; `run`, each image of a batch, and the rehearsal go it."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from canvos_tui.commands.consent import consent
from canvos_tui.commands.follow import say
from canvos_tui.core.exit_codes import ExitCode

if TYPE_CHECKING:
    from canvos_tui.commands.build_events import Events
    from canvos_tui.core.answers.draft import Draft
    from canvos_tui.core.ports import Ports


async def whole_path(ports: Ports, draft: Draft, args: argparse.Namespace, started: list[str], events: Events) -> int:
    """Checkout, keys, checks, files, build, result; `started` gets the run's id as soon as there is one.

    A draft that has keys is one of several: what stands in `.arg` was counted in before the first of them was written.
    """
    from canvos_tui.commands.follow import follow_plain
    from canvos_tui.commands.keys import with_keys
    from canvos_tui.commands.prepare import check, checked_out, every_check, unanswered, written
    from canvos_tui.core.answers.file_changes import texts_to_mask
    from canvos_tui.core.readiness import make_plan, refuse_second
    from canvos_tui.core.stages.at_stake import raw_at_stake

    if draft.folder is not None and not args.dry_run:
        await refuse_second(ports, draft.folder)
    draft = await checked_out(ports, draft, consent(args), dry=args.dry_run, whole=draft.keys is not None)
    draft = draft if draft.keys is not None else await with_keys(ports, draft)
    reasons = await unanswered(ports, draft) or await check(ports, draft, every_check(draft))
    if reasons:
        for reason in reasons:
            say(f"FAIL {reason}")
        events.refused(draft, ExitCode.NOT_READY, reasons)
        say("not ready: no file was written, no build was started")
        return ExitCode.NOT_READY
    if draft.route.uploads_itself and draft.folder is not None and (lost := await raw_at_stake(ports, draft.folder)):
        say(f"WARN {lost}")
    changes = await written(ports, draft, consent(args), dry=args.dry_run)
    if args.dry_run:
        say(f"then, in {draft.folder}:\n{' '.join(draft.route.told.command)}\ndry run: nothing was written, nothing was built")
        return 0
    assert draft.keys is not None
    say("== taking the baseline from AWS")
    plan = await make_plan(ports, draft)
    run_id = await ports.runs.start(plan, draft.keys, await texts_to_mask(ports.files, draft, changes))
    started.append(run_id)
    say(f"== run {run_id}: {' '.join(plan.command)}")
    if args.detach:
        sys.stdout.write(f"{run_id}\n")
        return 0
    return await follow_plain(ports, run_id, events)
