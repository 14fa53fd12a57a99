"""The import that goes on in AWS after a build was stopped: who may end it, ending it, and what AWS shows afterwards."""

from __future__ import annotations

from canvos_tui.core.aws.facts import DENIALS, Baseline, ImportTask, Right
from canvos_tui.core.errors import AwsError, CanvosError, RightError, RunError
from canvos_tui.core.ports import Aws, Clock, Ports
from canvos_tui.core.values import dataclass
from canvos_tui.core.verdict.aftermath import open_for
from canvos_tui.core.verdict.judge import NOBODY
from canvos_tui.core.verdict.left_over import cancel_command
from canvos_tui.core.verdict.standing import so_far
from canvos_tui.core.verdict.watch import imports_of, marked

ACTION = "ec2:CancelImportTask"
PAUSES = (0.0, 1.0, 2.0, 4.0)  # seconds before each look at whether AWS did it


@dataclass(frozen=True)
class OpenImport:
    """An import that AWS works on, AWS, and the time; `command` ends it for whoever has the right."""

    aws: Aws
    clock: Clock
    task: ImportTask
    command: str


@dataclass(frozen=True)
class Offer:
    """What is to be said of an import that goes on; `allowed` when these keys may end it."""

    allowed: bool
    text: str


@dataclass(frozen=True)
class Ending:
    """What AWS showed after it was asked to end an import; `proven` when that has ended or is about to."""

    proven: bool
    text: str


async def known_import(ports: Ports, run_id: str) -> tuple[str, bool]:
    """The import task that the run knows as its own, "" for none, and whether it has not been seen to end."""
    result = await ports.runs.result(run_id)
    if result is not None:
        return result.import_task, result.import_left is not None
    run = await so_far(ports, run_id)
    own = run.plan.resumes  # of our own stages an import is named, or followed from the beginning; what was merely seen is anybody's
    known = run.ids if own is None else {**own.named, **run.named}
    named, made = known.get("import_task", ""), run.snapshot
    done = made is not None and made.task_id == named and made.state == "completed"
    ended = done or (run.task is not None and run.task.task.ended)
    return named, bool(named) and not ended


async def offer(ports: Ports, run_id: str, task_id: str) -> Offer:
    """Whether these keys may end that import of the run, and how it is ended; asks AWS, cancels nothing, never raises."""
    plan = await ports.runs.plan(run_id)
    command = cancel_command(plan.baseline.region, task_id)
    try:
        probe = await (await open_for(ports, plan)).may_cancel_import(task_id)
    except CanvosError as error:
        return Offer(False, f"{task_id} may go on in AWS, which was not asked ({error}); to end it: {command}")
    if probe.right is Right.ALLOWED:
        return Offer(True, f"{task_id} goes on in AWS; to end it: canvos-tui cancel {run_id} --import-task")
    if probe.right is Right.DENIED:
        return Offer(False, f"{task_id} goes on in AWS; your keys lack {ACTION}, whoever has it ends it with: {command}")
    why = probe.message or probe.code
    return Offer(False, f"{task_id} may go on in AWS; whether your keys may end it is not known ({why}); to end it: {command}")


async def open_import(ports: Ports, run_id: str) -> OpenImport:
    """The run's import that can still be ended. CanvosError says why there is none, or how it is ended from elsewhere."""
    plan = await ports.runs.plan(run_id)
    named, going = await known_import(ports, run_id)
    try:
        aws = await open_for(ports, plan)
        tasks = await aws.import_tasks()
    except CanvosError as error:
        raise _again(error, remedy=f"from elsewhere: {cancel_command(plan.baseline.region, named)}" if going else "") from error
    if plan.resumes is not None:
        named = named or marked(plan.baseline, tasks, plan.resumes.token) or NOBODY
    task = _going_on(run_id, plan.baseline, tasks, named)
    return OpenImport(aws, ports.clock, task, cancel_command(plan.baseline.region, task.task_id))


def _going_on(run_id: str, base: Baseline, tasks: tuple[ImportTask, ...], named: str) -> ImportTask:
    """The one to end; where it is not clear which is this run's none is, because the other may be somebody else's."""
    left = f"canvos-tui status {run_id} shows what is left"
    ours = tuple(task for task in tasks if task.task_id == named) if named else imports_of(base, tasks)
    if not ours:
        known = named not in {"", NOBODY}
        text = f"AWS lists {named} no longer, it ended long ago" if known else "AWS knows no import task of this run"
        raise RunError(text, remedy=left)
    going = tuple(task for task in ours if not task.ended)
    if len(going) > 1:
        commands = "; ".join(cancel_command(base.region, task.task_id) for task in going)
        raise RunError(f"{len(going)} imports of s3://{base.bucket}/{base.key} go on and the run names none", remedy=f"end one: {commands}")
    if not going:
        why = f" ({ours[-1].message})" if ours[-1].message else ""
        raise RunError(f"import {ours[-1].task_id} is `{ours[-1].status}` already{why}: nothing to cancel", remedy=left)
    return going[0]


async def end_import(found: OpenImport) -> Ending:
    """Asks AWS to end it, and looks whether it does. RightError when these keys may not, RunError when it was too late."""
    name = found.task.task_id
    try:
        await found.aws.cancel_import(name)
    except AwsError as error:
        if error.code in DENIALS:
            text = f"your keys lack {ACTION}, so {name} goes on ({error.said or error})"
            raise RightError(text, remedy=f"whoever has it ends it with: {found.command}") from error
        seen = await _after_all(found)
        if seen is None or not seen.ended:
            raise _again(error, remedy=f"to end {name} later: {found.command}") from error
    else:
        seen = await _looked(found)
    if seen is None:
        return Ending(True, f"AWS was asked to end {name} and lists it no longer")
    if seen.completed:
        raise RunError(f"too late: {name} is `completed`", remedy=f"its snapshot {seen.snapshot_id} stays and is billed")
    why = f" ({seen.message})" if seen.message else ""
    if seen.failed:
        return Ending(True, f"AWS ended {name}: it is `{seen.status}`{why}")
    return Ending(False, f"AWS took the request, but {name} is still `{seen.status}`{why}")


async def _looked(found: OpenImport) -> ImportTask | None:
    """The task once it has ended, else as it was at the last look; None when it is listed no longer."""
    seen: ImportTask | None = found.task
    for pause in PAUSES:
        await found.clock.sleep(pause)
        try:
            seen = _of(await found.aws.import_tasks(), found.task.task_id)
        except AwsError as error:
            raise _again(error, before=f"AWS took the request, whether {found.task.task_id} has ended is not known: ") from error
        if seen is None or (seen.ended and not seen.ending):
            break
    return seen


async def _after_all(found: OpenImport) -> ImportTask | None:
    """The task after a request that failed: its answer may have been lost, or the task have ended before it. None when unknown."""
    try:
        return _of(await found.aws.import_tasks(), found.task.task_id)
    except AwsError:
        return None


def _of(tasks: tuple[ImportTask, ...], name: str) -> ImportTask | None:
    return next((task for task in tasks if task.task_id == name), None)


def _again(error: CanvosError, *, before: str = "", remedy: str = "") -> CanvosError:
    """The same error with more to say."""
    text, hint = f"{before}{error}", "; ".join(filter(None, (error.remedy, remedy)))
    return AwsError(text, code=error.code, remedy=hint) if isinstance(error, AwsError) else CanvosError(text, remedy=hint)
