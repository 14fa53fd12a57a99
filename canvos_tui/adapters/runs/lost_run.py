"""A run whose supervisor is gone without a result: what became of it, what of it goes on here, and how that is ended."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from canvos_tui.adapters.docker.build_engine import BuildEngine
from canvos_tui.adapters.processes import born, family, lives, signal_family
from canvos_tui.adapters.runs.event_file import EventFile
from canvos_tui.adapters.runs.folder import RunFolder
from canvos_tui.adapters.runs.heart import build_goes_on, read_heart, rebooted_since
from canvos_tui.core.errors import DockerError, Remedy
from canvos_tui.core.run.containers import left_container, unknown_container
from canvos_tui.core.run.events import GONE
from canvos_tui.core.run.outcome import Outcome
from canvos_tui.core.run.result import Cause, Finding, LeftOver, RunResult
from canvos_tui.core.run.run import BuildPlan, BuildRun
from canvos_tui.core.status import Status
from canvos_tui.core.verdict.own_work import built_file, raw_of

_PATIENCE = 10.0  # seconds between asking a process to end and killing it


def why_gone(folder: RunFolder) -> Cause:
    """A restart of the machine, told by its boot id, or the death of the supervisor alone."""
    told = read_heart(folder)
    at = _last_sign(told)
    since = f", last sign of life {at:%Y-%m-%d %H:%M} UTC" if at else ""
    asks = f"canvos-tui attach {folder.run_id} asks AWS what it still does"
    remedies = (Remedy(f"{asks}; canvos-tui resume {folder.run_id} goes on from what is done, where something is, else build again"),)
    if rebooted_since(told):
        return Cause("interrupted-by-reboot", "The machine was restarted during the build", f"the build ended with it{since}", remedies)
    return Cause("supervisor-lost", "The run's supervisor is gone", f"somebody or something killed it{since}", remedies)


def interrupted(folder: RunFolder, plan: BuildPlan, environ: Mapping[str, str]) -> RunResult:
    """The result of such a run, as far as this machine knows; AWS is not asked here."""
    told = read_heart(folder)
    file = EventFile(folder.events)
    run = BuildRun(plan).after(file.read())
    file.close()
    base = plan.baseline
    ids = run.ids if plan.resumes is None else {**plan.resumes.named, **run.named}  # what was merely seen may be anybody's
    findings, left = _going_on(plan, told, run, environ)
    return RunResult(
        folder.run_id,
        Outcome.INTERRUPTED,
        exit_code=run.exit_code,
        phase=run.phase,
        started_at=run.started_at,
        ended_at=run.ended_at or _last_sign(told),
        region=base.region,
        bucket=base.bucket,
        key=base.key,
        object_size=run.uploaded.size if run.uploaded is not None else 0,
        import_task=ids.get("import_task", ""),
        snapshot=ids.get("snapshot", ""),
        ami=ids.get("ami", ""),
        findings=findings,
        left_behind=(*left, *built_file(plan, ids)),
        cause=why_gone(folder),
        log=str(folder.log),
        found=dict(run.found),
        raw=raw_of(plan, ids),
    )


def end(folder: RunFolder, plan: BuildPlan, environ: Mapping[str, str], *, force: bool) -> tuple[str, ...]:
    """Ends what goes on of a lost run; a sentence for each thing that was done, or could not be done."""
    told = read_heart(folder)
    said = []
    if build_goes_on(told):
        said.append(_end_process(int(told["build"]), force=force))
    try:
        engine = BuildEngine(environ, plan.checkout, _began(told))
        found = engine.look().containers
        left = engine.stop(found, force=force) if found else ()
        said += [f"container {c.short} ({c.name}) {'still runs' if c in left else 'was stopped and is gone'}" for c in found]
    except DockerError as error:
        said.append(f"whether a container of the build is left is not known: {error}")
    return tuple(said) or ("nothing of the build is left on this machine",)


def _end_process(group: int, *, force: bool) -> str:
    """Also of what left its session: it is known as the build's by who started it, which nobody can tell once that is gone."""
    number = signal.SIGKILL if force else signal.SIGINT
    until = time.monotonic() + _PATIENCE
    members: dict[int, str] = {}
    _left(members, group)
    signal_family(group, number)
    while _left(members, group) and time.monotonic() < until:
        time.sleep(0.1)
    for pid in _left(members, group):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return f"the build's process {group} was ended"


def _left(members: dict[int, str], group: int) -> list[int]:
    """The build's processes that are not dead yet; those that are new among them are noted in `members`, with when they were started."""
    members.update({pid: born(pid) for pid in family(group) if pid not in members})
    return [pid for pid, since in members.items() if lives(pid, since)]


def _going_on(
    plan: BuildPlan, told: dict[str, Any], run: BuildRun, environ: Mapping[str, str]
) -> tuple[tuple[Finding, ...], tuple[LeftOver, ...]]:
    findings, left = [], []
    if build_goes_on(told):
        pid = told["build"]
        findings.append(Finding("process", Status.WARN, f"the build's process {pid} goes on without supervision"))
        left.append(LeftOver("process", str(pid), True, "nothing records it any more", f"kill -INT -- -{pid}"))
    else:
        findings.append(Finding("process", Status.PASS, "the build's process is gone"))
    try:
        found = BuildEngine(environ, plan.checkout, _began(told)).look().containers
    except DockerError as error:
        ran = [seen for seen in run.containers.values() if seen.state != GONE]
        if ran:
            findings.append(Finding("container", Status.UNKNOWN, f"whether its container goes on is not known: {error}"))
        left += [unknown_container(seen.id, seen.name, str(error)) for seen in ran]
        return tuple(findings), tuple(left)
    findings += [Finding("container", Status.WARN, f"the container {c.short} ({c.name}) goes on without supervision") for c in found]
    left += [left_container(c) for c in found]
    if not found:
        findings.append(Finding("container", Status.PASS, "no container of the build is left"))
    return tuple(findings), tuple(left)


def _began(told: Mapping[str, Any]) -> float:
    began = told.get("wall0")
    return float(began) if isinstance(began, int | float) else 0.0


def _last_sign(told: Mapping[str, Any]) -> datetime | None:
    try:
        return datetime.fromisoformat(str(told["heartbeat"]))
    except (KeyError, ValueError):
        return None
