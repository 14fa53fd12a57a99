"""The detached process that owns a build: `python -m canvos_tui.supervisor RUN_FOLDER`, keys and secrets as JSON on stdin.

It belongs to no terminal, so neither a closed window nor a crash of the screen takes the build along. It answers one line of JSON on
stdout, whether it has the lock of the checkout, and is on its own from there.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
from pathlib import Path

from canvos_tui.adapters.aws.boto import BotoDoor
from canvos_tui.adapters.aws.clients import Patience
from canvos_tui.adapters.crash_file import keep, report
from canvos_tui.adapters.runs.control import ControlPipe
from canvos_tui.adapters.runs.folder import RunFolder, lock_path
from canvos_tui.adapters.runs.lock import RunLock, holder
from canvos_tui.core.ports import Aws
from canvos_tui.core.run.mandate import Mandate, parse_mandate
from canvos_tui.core.run.run import BuildPlan
from canvos_tui.supervisor.supervision import Supervision


def main(argv: list[str] | None = None) -> int:
    """Detaches from whoever started it and supervises; returns only where there is nothing to supervise."""
    arguments = sys.argv[1:] if argv is None else argv
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m canvos_tui.supervisor RUN_FOLDER < MANDATE\n")
        return 2
    folder = RunFolder(Path(arguments[0]).resolve())
    plan = folder.plan()
    try:
        mandate = parse_mandate(sys.stdin.buffer.read())
    except ValueError as error:
        return _answer(error=str(error))
    if plan is None:
        return _answer(error=f"there is no plan in {folder.path}")
    if _detached():
        return 0
    lock = RunLock(lock_path(folder.root, plan.checkout))
    if not lock.take(folder.run_id):
        return _answer(error="held", holder=holder(lock_path(folder.root, plan.checkout)))
    control = ControlPipe(folder.control)  # before the answer: whoever is told of the run may ask it to stop in the same moment
    _answer()
    _let_go()
    try:
        supervise(folder, plan, mandate, control)
    except Exception as error:  # noqa: BLE001  nobody hears of it, and the run shows as interrupted: the report says why
        told = report(error, f"the supervisor of {folder.run_id}", os.environ, mandate.masked())
        keep(told, {"XDG_STATE_HOME": str(folder.root.parent)})
    lock.release()
    os._exit(0)  # a request to AWS that hangs in a thread must not keep this process alive


def supervise(folder: RunFolder, plan: BuildPlan, mandate: Mandate, control: ControlPipe) -> None:
    """Runs the build to its verdict, with AWS as the environment says; requests come through `control`."""
    door = BotoDoor(patience=Patience().at(mandate.pace))

    async def open_aws() -> Aws:
        return await door.open(mandate.keys, plan.baseline.region)

    supervision = Supervision(folder, plan, mandate, open_aws)
    supervision.control = control
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: supervision.ask_to_stop())
    signal.signal(signal.SIGHUP, lambda *_: None)  # a handler, because an ignored signal would stay ignored in the build
    supervision.run()


def _answer(error: str = "", holder: str = "") -> int:
    """The one line on stdout; the exit status that belongs to it."""
    sys.stdout.write(json.dumps({"ok": not error, "error": error, "holder": holder}) + "\n")
    sys.stdout.flush()
    return 1 if error else 0


def _detached() -> bool:
    """True in the process that was started, False in its grandchild, which has no terminal and can never get one."""
    if os.fork():
        return True
    os.setsid()
    if os.fork():
        os._exit(0)
    os.chdir("/")
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, most))  # the keys are in our memory, and a crash must not put them onto a disk
    return False


def _let_go() -> None:
    """Closes what ties us to the starter: its pipes, and with them the copy of the mandate in none but our memory."""
    null = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(null, number)
    os.close(null)
