"""`fix`: our own repair of a file, with the difference and a question; afterwards the check is asked again."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

from canvos_tui.core.errors import CanvosError, InvalidValueError
from canvos_tui.core.exit_codes import ExitCode

if TYPE_CHECKING:
    from canvos_tui.commands.doctor.draft import Source
    from canvos_tui.core.checks.check import CheckResult
    from canvos_tui.core.ports import Ports


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command."""
    parser = commands.add_parser(
        "fix",
        help="mend a file that a check complains of",
        usage="canvos-tui fix [OPTIONS] ID",
        description="Mends what needs no decision of yours: FILE-ARG (line ends, blanks around =, names set twice, an empty S3_KEY), "
        "FILE-SECRET (AWS_PROFILE=, line ends), FILE-SECRET-PERM (mode 0600), FILE-SECRET-IGNORED (a line in .git/info/exclude), "
        "FILE-USERDATA (an empty user-data). Shows the difference, asks, keeps a copy, and asks the check again. "
        "Exit codes: 0 mended, 2 not done, 3 the check still fails.",
        epilog="Example: canvos-tui fix FILE-SECRET --checkout ~/CanvOS",
    )
    parser.add_argument("id", metavar="ID", help="the check, as the doctor names it")
    parser.add_argument("--checkout", metavar="DIR", default=argparse.SUPPRESS, help="the CanvOS folder (default: this one, or ~/CanvOS)")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.set_defaults(run=fix)


def fix(args: argparse.Namespace, *, ports: Ports | None = None) -> int:
    """Mends the file of one check, or says what a person has to decide."""
    import asyncio

    from canvos_tui.commands.doctor.draft import source_of

    name = _known(args.id)
    if ports is None:
        from canvos_tui.wiring import real_ports

        ports = real_ports(dict(os.environ))
    return asyncio.run(_fixed(name, source_of(ports, args.checkout, None, {}), yes=args.yes))


def _known(text: str) -> str:
    """The id that is meant; InvalidValueError for one that nobody mends, with the near one and all that there are."""
    from canvos_tui.core.checks.files.mending import MENDERS
    from canvos_tui.core.checks.registry import CHECKS
    from canvos_tui.core.text import nearest

    name = text.upper()
    if name in MENDERS:
        return name
    ours = f"it mends {', '.join(MENDERS)}"
    if name in {check.id for check in CHECKS}:
        raise InvalidValueError(f"{name} is none of the checks that `fix` can mend", remedy=f"{ours}; `canvos-tui doctor` says what to do")
    near = nearest(name, MENDERS)
    raise InvalidValueError(f"there is no check `{text}`", remedy=f"did you mean `{near}`? {ours}" if near else ours)


async def _fixed(name: str, source: Source, *, yes: bool) -> int:
    from canvos_tui.commands.consent import Consent
    from canvos_tui.core.checkout.state import Place
    from canvos_tui.core.checks.files.mending import mend, mending
    from canvos_tui.core.checks.reports.report_text import plain, row
    from canvos_tui.core.masking.outlet import shown

    ports, (draft, _) = source.ports, await source.draft()
    if draft.folder is None or (await ports.git.state(draft.folder)).place is not Place.CANVOS:
        where = f"{draft.folder} is no CanvOS checkout" if draft.folder else "there is no CanvOS checkout here"
        raise CanvosError(where, remedy="name it: --checkout DIR")
    found = await mending(name, ports, draft.folder)
    if found is None:
        _say("nothing to mend without a decision of yours")
    else:
        for line in found.change.diff:
            _say(shown(line.text))
        Consent(yes=yes, terminal=sys.stdin.isatty()).need(plain(found.question, masked=False))
        done = await mend(ports, found, ports.clock.now().strftime("%m%d-%H%M"))
        kept = f", the old one is {done.backup}" if done and done.backup else ""
        _say(plain(f"done: {found.question}{kept}", masked=False))
    result = await _asked_again(name, source)
    _say(row(result))
    for remedy in result.answer.remedies:
        _say(f"     {plain(remedy.text)}")
    return ExitCode.NOT_READY if result.blocks else ExitCode.OK


async def _asked_again(name: str, source: Source) -> CheckResult:
    """The check's answer now, as the doctor has it."""
    from canvos_tui.core.checks.check import Context
    from canvos_tui.core.checks.registry import CHECKS
    from canvos_tui.core.checks.runner import run
    from canvos_tui.core.checks.selection import Wish, plan

    draft, _ = await source.draft()
    results = await run(plan(CHECKS, Wish(only=(name,))).asked, Context(source.ports, draft, source.final), lambda _: None)
    return next(result for result in results if result.check.id == name)


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
