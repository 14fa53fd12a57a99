"""Build runs of this user: started detached, found again by their folder, alive as long as the kernel keeps their lock."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from canvos_tui.adapters.log.file import LogFile
from canvos_tui.adapters.runs.control import Request, Resize, Stop, send
from canvos_tui.adapters.runs.event_file import EventFile
from canvos_tui.adapters.runs.folder import RunFolder, lock_path, make_run_id, private_folder, time_of
from canvos_tui.adapters.runs.heart import read_pulse
from canvos_tui.adapters.runs.lock import holder
from canvos_tui.adapters.runs.lost_run import end, interrupted, why_gone
from canvos_tui.core.aws.facts import AwsKeys
from canvos_tui.core.errors import FilesError, RunError
from canvos_tui.core.masking.redactor import mask_text
from canvos_tui.core.run.codec import plan_text
from canvos_tui.core.run.copies import Copied
from canvos_tui.core.run.events import BuildEvent, Finished, Noted
from canvos_tui.core.run.heartbeat import Pulse
from canvos_tui.core.run.mandate import Mandate
from canvos_tui.core.run.outcome import Outcome
from canvos_tui.core.run.result import RunInfo, RunResult
from canvos_tui.core.run.resumable import busy
from canvos_tui.core.run.run import BuildPlan, RunId
from canvos_tui.core.secret import PRO_KEY, Secret, without_keys

_ANSWER = 30.0  # seconds for a supervisor to say that it has the lock
_REMEMBERED = 50  # runs that say what is usual
_PAUSE = 0.1  # seconds between two batches of events
_SURE = 3  # looks at a free lock before a supervisor counts as gone: it may just be between two files


class LocalRuns:
    """Implements the Runs port over a state directory; `pace` scales the pauses between looks at AWS, 1 for real."""

    def __init__(self, root: Path, *, pace: float = 1.0) -> None:
        self._root = root
        self._pace = pace

    async def start(self, plan: BuildPlan, keys: AwsKeys, secrets: tuple[str, ...] = ()) -> RunId:
        """Starts the supervisor detached. RunError when one runs already for this checkout."""
        token = os.environ.get(PRO_KEY, "")
        exports = ((PRO_KEY, Secret(token)),) if token else ()
        mandate = Mandate(keys, tuple(Secret(text) for text in secrets), pace=self._pace, exports=exports)
        return await asyncio.to_thread(self._start, plan, mandate)

    async def infos(self) -> tuple[RunInfo, ...]:
        """Every known run, newest first."""
        return await asyncio.to_thread(self._infos)

    async def unreadable(self) -> dict[RunId, bool]:
        """The runs whose record is damaged, each with whether it is known to have ended."""
        runs = self._root / "runs"

        def look() -> dict[RunId, bool]:
            names = sorted(p.name for p in runs.iterdir() if time_of(p.name) is not None) if runs.is_dir() else []
            folders = [RunFolder(runs / name) for name in names]
            return {folder.run_id: folder.has_result() for folder in folders if folder.path.is_dir() and folder.plan() is None}

        return await asyncio.to_thread(look)

    async def plan(self, run_id: RunId) -> BuildPlan:
        """The plan of a run; RunError when there is no such run."""
        return self._known(run_id)[1]

    async def follow(self, run_id: RunId) -> AsyncGenerator[tuple[BuildEvent, ...], None]:
        """Every event from the first, in batches, until the run ended or its supervisor is gone."""
        folder, plan = self._known(run_id)
        events = EventFile(folder.events)
        finished = False
        free = 0
        try:
            while free < _SURE and not (finished and folder.has_result()):
                free = 0 if self._lives(folder, plan) else free + 1
                if batch := events.read():
                    finished = finished or any(isinstance(event, Finished) for event in batch)
                    yield batch
                await asyncio.sleep(_PAUSE)
            if batch := events.read():
                yield batch
            if not folder.has_result():
                why = why_gone(folder)
                yield (Noted(datetime.now(UTC), f"{why.title}: {why.explanation}"),)
        finally:
            events.close()

    def log_path(self, run_id: RunId) -> Path:
        """Where the masked log lies."""
        return self._folder(run_id).log

    def open_log(self, run_id: RunId) -> LogFile:
        """The masked log, to be read while it grows."""
        return LogFile(self.log_path(run_id))

    async def result(self, run_id: RunId) -> RunResult | None:
        """The result; None while the run lives. A run whose supervisor is gone without one is `interrupted`."""
        folder, plan = self._known(run_id)
        return await asyncio.to_thread(self._result, folder, plan)

    async def cancel(self, run_id: RunId, *, force: bool = False) -> None:
        """Asks the supervisor to interrupt the build's process group; with `force` to kill its session."""
        self._ask(run_id, Stop(force))

    async def resize(self, run_id: RunId, columns: int, rows: int) -> None:
        """Tells the build's terminal its size."""
        self._ask(run_id, Resize(columns, rows))

    async def pulse(self, run_id: RunId) -> Pulse | None:
        """How its supervisor is right now; None before its first sign of life."""
        folder, plan = self._known(run_id)
        return read_pulse(folder, live=self._lives(folder, plan))

    async def copies(self, run_id: RunId) -> tuple[Copied, ...]:
        """The copies of its AMI in other regions that were begun from this machine."""
        return self._known(run_id)[0].copies()

    async def note_copy(self, run_id: RunId, copied: Copied) -> None:
        """Keeps that a copy was begun; FilesError when it cannot be written."""
        folder, _ = self._known(run_id)
        try:
            folder.note_copy(copied)  # on the loop's own thread: two copies that begin at once must not write over each other
        except OSError as error:
            raise FilesError(f"the copy {copied.image} cannot be noted in {folder.path}: {error.strerror}") from error

    async def history(self) -> tuple[dict[str, float], ...]:
        """Seconds by phase of the runs that ended on this machine, newest first."""
        return await asyncio.to_thread(self._history)

    async def clear(self, run_id: RunId, *, force: bool = False) -> tuple[str, ...]:
        """Ends what goes on of a run whose supervisor is gone; a sentence for each thing. RunError for a run that lives."""
        folder, plan = self._known(run_id)
        if self._lives(folder, plan):
            raise RunError(f"the run `{run_id}` is alive", remedy="ask it to stop with `canvos-tui cancel`")
        return await asyncio.to_thread(end, folder, plan, os.environ, force=force)

    # -- within ------------------------------------------------------------------------------------------

    def _folder(self, run_id: RunId) -> RunFolder:
        if time_of(run_id) is None:
            raise RunError(f"`{run_id}` is no run", remedy="see the list of runs with `canvos-tui status`")
        return RunFolder(self._root / "runs" / run_id)

    def _known(self, run_id: RunId) -> tuple[RunFolder, BuildPlan]:
        folder = self._folder(run_id)
        plan = folder.plan()
        if plan is None:
            raise RunError(f"there is no run `{run_id}`", remedy="see the list of runs with `canvos-tui status`")
        return folder, plan

    def _lives(self, folder: RunFolder, plan: BuildPlan) -> bool:
        return holder(lock_path(self._root, plan.checkout)) == folder.run_id

    def _ask(self, run_id: RunId, request: Request) -> None:
        folder, plan = self._known(run_id)
        if not send(folder.control, request):
            if self._lives(folder, plan):
                raise RunError(f"the supervisor of the run `{run_id}` hears no request", remedy="ask again in ten seconds")
            raise RunError(f"nobody supervises the run `{run_id}` any more", remedy="look at its result")

    def _start(self, plan: BuildPlan, mandate: Mandate) -> RunId:
        running = holder(lock_path(self._root, plan.checkout))
        if running and RunFolder(self._root / "runs" / running).result() is None:  # one that ended lets go in a moment, and is waited for
            raise self._held(running)
        folder = self._new_folder()
        masked = mandate.masked()
        args = tuple((name, mask_text(value, masked)) for name, value in plan.args)
        try:
            folder.write("run.json", plan_text(replace(plan, args=args)))
        except OSError as error:
            raise FilesError(f"the run cannot be stored in {folder.path}: {error.strerror}") from error
        answer = _launch(folder, mandate)
        if answer.get("ok"):
            return folder.run_id
        folder.discard()
        if answer.get("error") == "held":
            raise self._held(str(answer.get("holder")))
        raise RunError(f"the supervisor did not start: {answer.get('error')}")

    def _held(self, running: RunId) -> RunError:
        return busy(running, RunFolder(self._root / "runs" / running).plan() if running else None)

    def _new_folder(self) -> RunFolder:
        private_folder(self._root / "runs")
        while True:
            folder = RunFolder(self._root / "runs" / make_run_id(datetime.now(UTC)))
            try:
                folder.make()
            except FileExistsError:
                continue  # the same millisecond; the next one is free
            except OSError as error:
                raise FilesError(f"the state directory {self._root} cannot be written: {error.strerror}") from error
            return folder

    def _history(self) -> tuple[dict[str, float], ...]:
        runs = self._root / "runs"
        names = sorted((p.name for p in runs.iterdir() if time_of(p.name)), reverse=True)[:_REMEMBERED] if runs.is_dir() else []
        results = [RunFolder(runs / name).result() for name in names]
        return tuple(result.phase_seconds for result in results if result is not None and result.phase_seconds)

    def _infos(self) -> tuple[RunInfo, ...]:
        runs = self._root / "runs"
        names = sorted((p.name for p in runs.iterdir()), reverse=True) if runs.is_dir() else []
        return tuple(info for name in names if (info := self._info(name)))

    def _info(self, name: str) -> RunInfo | None:
        created, folder = time_of(name), RunFolder(self._root / "runs" / name)
        plan = folder.plan() if created is not None else None
        if created is None or plan is None:
            return None
        held = self._lives(folder, plan)
        result = folder.result()
        starting = result is None and not held and not folder.has_heart() and (datetime.now(UTC) - created).total_seconds() < _ANSWER
        live = starting or (
            held and result is None
        )  # with its result stored it only clears up: there is nothing left to cancel or to wait for
        outcome = result.outcome if result is not None else None if live else Outcome.INTERRUPTED
        ami = result.ami if result is not None and outcome is Outcome.SUCCEEDED else ""
        took = result.took if result is not None else None
        why = result.cause.title if result is not None and result.cause is not None else ""
        return RunInfo(name, plan.checkout, plan.tag, created, live, outcome, ami, took, why)

    def _result(self, folder: RunFolder, plan: BuildPlan) -> RunResult | None:
        live = self._lives(folder, plan)  # first: a supervisor that ends in between has its result stored by then
        result = folder.result()
        if result is not None:
            return replace(result, log=str(folder.log))  # where it lies now: a state folder may have been moved since
        if live:
            return None
        return interrupted(folder, plan, os.environ)


def _launch(folder: RunFolder, mandate: Mandate) -> dict[str, object]:
    """Starts the supervisor and hands it the mandate through a pipe; its answer."""
    process = subprocess.Popen(
        [sys.executable, "-m", "canvos_tui.supervisor", str(folder.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=Path(__file__).parents[3],  # where the package is found, installed or not
        env=without_keys(os.environ, "AWS_PROFILE", PRO_KEY),
        start_new_session=True,
    )
    try:
        out, _ = process.communicate(mandate.document(), timeout=_ANSWER)
        answer = json.loads(out)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return {"error": f"no answer within {_ANSWER:.0f} s"}
    except ValueError:
        return {"error": f"it ended with status {process.returncode}"}
    return answer if isinstance(answer, dict) else {"error": "an unknown answer"}
