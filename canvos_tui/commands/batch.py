"""`run` with several images: one after another, never one that is there already, and one summary of what became of each."""

from __future__ import annotations

import argparse
import asyncio
import sys
from dataclasses import replace
from enum import Enum
from typing import TYPE_CHECKING

from canvos_tui.commands.follow import say
from canvos_tui.core.errors import CanvosError, InvalidValueError
from canvos_tui.core.exit_codes import ExitCode
from canvos_tui.core.text import elapsed
from canvos_tui.core.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from canvos_tui.commands.build_events import Events
    from canvos_tui.core.answers.draft import Draft
    from canvos_tui.core.ports import Ports
    from canvos_tui.core.run.result import RunResult


_SUGGESTED = "(suggested)"  # the tag of a draft that names none: each image's turn finds it in the checkout


class State(Enum):
    """What became of an image, in the summary's words."""

    VERIFIED = "verified"
    THERE = "there already"
    OPEN = "can go on"  # an earlier run of it failed, and needs no new build
    FAILED = "failed"
    REFUSED = "not ready"
    BEGUN = "begun"
    GOES_ON = "goes on"
    NOT_BEGUN = "not begun"


@dataclass(frozen=True)
class Row:
    """An image's line of the summary: its state, the run, the AMI, the seconds that it took, and what there is to do."""

    draft: Draft
    state: State = State.NOT_BEGUN
    run: str = ""
    ami: str = ""
    seconds: float = 0.0
    code: int = 0
    next: str = ""
    raw: str = ""  # the raw image in the checkout that going on with it needs

    @property
    def done(self) -> bool:
        """Whether there is an AMI that was looked at."""
        return self.state in {State.VERIFIED, State.THERE}

    @property
    def data(self) -> dict[str, object]:
        """The row as it stands in the events."""
        texts = {"name": self.draft.text("S3_KEY"), "region": self.draft.text("REGION"), "state": self.state.value}
        return {**texts, "run": self.run or None, "ami": self.ami or None, "seconds": round(self.seconds), "next": self.next or None}


async def build_all(ports: Ports, drafts: Sequence[Draft], args: argparse.Namespace, started: list[str], events: Events) -> int:
    """Builds each in turn and prints the summary; the exit code of the first that is not verified, 0 where all are.

    Nothing is begun where two would clash, an answer is missing, or AWS refuses what one of them needs.
    """
    from canvos_tui.core.answers.matrix import clashes

    known = await _whole(ports, drafts)
    if wrong := clashes(known):
        listed = "\n".join(f"  {one}" for one in wrong)
        raise InvalidValueError(f"two images cannot share a name:\n{listed}", remedy="name what varies: S3_KEY: edge-{OS_VERSION}")
    rows = [await _before(ports, Row(draft)) for draft in known]
    _announce(rows)
    if not args.dry_run and not await _all_may_begin(ports, rows, events):
        return ExitCode.NOT_READY
    try:
        await _one_by_one(ports, rows, args, events, started)
    except asyncio.CancelledError:
        _left(rows, started)
        raise
    finally:
        if not args.dry_run:
            _summary(rows)
            events.tell("summary", images=[row.data for row in rows])
    return next((row.code for row in rows if row.code), ExitCode.OK)


async def _one_by_one(ports: Ports, rows: list[Row], args: argparse.Namespace, events: Events, started: list[str]) -> None:
    """Builds what is to be built and keeps each row as it stands; stops where going on would not be right."""
    for number, row in enumerate(rows):
        if row.state is not State.NOT_BEGUN:
            continue
        if why := _in_the_way(row, rows):
            say(f"== {why}")
            return
        say(f"\n== image {number + 1} of {len(rows)}: {_name(row)}")
        rows[number] = replace(row, state=State.BEGUN)
        rows[number] = await _built(ports, row, args, events, started)
        if rows[number].code and not (args.keep_going or args.dry_run):
            say("== the rest is not begun; --keep-going goes on after a failure")
            return


def _in_the_way(row: Row, rows: Sequence[Row]) -> str:
    """A raw image in the same checkout that an earlier image still needs: the next build may write over it."""
    kept = next((other for other in rows if other.raw and other.draft.folder == row.draft.folder), None)
    return f"the next build would write over {kept.raw}, which {kept.next} needs: that first" if kept is not None else ""


def _left(rows: list[Row], started: Sequence[str]) -> None:
    """The image that was under way when the command was interrupted: its build goes on where there is one."""
    for number, row in enumerate(rows):
        if row.state is State.BEGUN:
            run = started[-1] if started and all(started[-1] != other.run for other in rows) else ""
            going = replace(row, state=State.GOES_ON, run=run, next=f"canvos-tui attach {run}")
            rows[number] = going if run else replace(row, state=State.NOT_BEGUN)


async def _whole(ports: Ports, drafts: Sequence[Draft]) -> list[Draft]:
    """The drafts with the proxies of a checkout's `.arg`, which are the machine's, and with the keys.

    All else in `.arg` is what the image before left there, and no answer of this one.
    """
    from canvos_tui.commands.keys import with_keys
    from canvos_tui.core.answers.draft import ArgFound, KeysGiven
    from canvos_tui.core.answers.matrix import PROXIES
    from canvos_tui.core.checkout.facts import look
    from canvos_tui.core.readiness import refuse_second

    first: dict[Path | None, Draft] = {}
    found: dict[Path | None, dict[str, str]] = {}
    whole = []
    for draft in drafts:
        folder = draft.folder
        assert folder is not None
        if folder not in first:
            await refuse_second(ports, folder)
            there = (await look(ports, folder)).args or {}
            found[folder] = {name: text for name, text in there.items() if name in PROXIES}
            first[folder] = await with_keys(ports, draft, next(iter(first.values()), None))
        one = first[folder]
        assert one.keys is not None
        whole.append(draft.after(ArgFound(found[folder])).after(KeysGiven(one.keys, one.key_source, one.other_keys)))
    return whole


async def _before(ports: Ports, row: Row) -> Row:
    """The row with what earlier runs made of this very image: it is never built twice."""
    from canvos_tui.core.run.outcome import Outcome
    from canvos_tui.core.run.resumable import offered, resume_command

    for info in await ports.runs.infos():
        if info.checkout != str(row.draft.folder) or not await _same(ports, info.run_id, row.draft):
            continue
        result = await ports.runs.result(info.run_id)
        if result is None:
            return row
        if result.outcome is Outcome.SUCCEEDED:
            there = await _still_there(ports, row.draft, result)
            return replace(row, state=State.THERE, run=info.run_id, ami=result.ami) if there else row
        if offered(result) is not None:
            again = replace(row, state=State.OPEN, run=info.run_id, code=ExitCode.NOT_READY, next=resume_command(info.run_id))
            return replace(again, raw=_needed_raw(result))
    return row


async def _same(ports: Ports, run_id: str, draft: Draft) -> bool:
    """Whether that run was to make this image, of these answers."""
    plan = await ports.runs.plan(run_id)
    tag = draft.tag in {"", plan.tag}
    return tag and plan.route == draft.route.value and dict(plan.args) == draft.args() and plan.baseline.region == draft.text("REGION")


async def _still_there(ports: Ports, draft: Draft, result: RunResult) -> bool:
    """Whether AWS shows the AMI that the run ended with."""
    assert draft.keys is not None
    aws = await ports.aws.open(draft.keys, draft.text("REGION"))
    return await aws.image(result.ami) is not None


def _needed_raw(result: RunResult) -> str:
    """The raw image in the checkout that going on needs, "" where AWS has what it needs."""
    from canvos_tui.core.run.resumable import offered
    from canvos_tui.core.run.stage import StageId

    return result.raw if offered(result) in {StageId.UPLOAD, StageId.SNAPSHOT} else ""


def _name(row: Row) -> str:
    return f"{row.draft.text('S3_KEY')}  {row.draft.text('REGION')}  {row.draft.text('OS_DISTRIBUTION')} {row.draft.text('OS_VERSION')}"


def _count(rows: Sequence[Row]) -> str:
    return f"{len(rows)} image{'s' if len(rows) > 1 else ''}"


def _announce(rows: Sequence[Row]) -> None:
    say(f"== {_count(rows)}" + (", one after another" if len(rows) > 1 else ""))
    for number, row in enumerate(rows, 1):
        what = {State.THERE: f"there already: {row.ami}", State.OPEN: f"not built again: {row.next}"}.get(row.state, "to be built")
        say(f"   {number:>2}  {_name(row)}  {what}")


async def _all_may_begin(ports: Ports, rows: Sequence[Row], events: Events) -> bool:
    """Asks of every image what an hour of the others does not change: its answers, and AWS."""
    from canvos_tui.commands.prepare import aws_checks, check, unanswered
    from canvos_tui.core.answers.draft import TagChosen

    ready = True
    for number, row in enumerate(rows, 1):
        if row.state is not State.NOT_BEGUN:
            continue
        draft = row.draft if row.draft.tag else row.draft.after(TagChosen(_SUGGESTED))
        reasons = await unanswered(ports, draft) or await check(ports, row.draft, aws_checks(row.draft))
        for reason in reasons:
            ready = False
            say(f"FAIL image {number}, {row.draft.text('S3_KEY')}: {reason}")
        if reasons:
            events.refused(row.draft, ExitCode.NOT_READY, reasons)
    if not ready:
        say("not ready: no file was written, no build was started")
    return ready


async def _built(ports: Ports, row: Row, args: argparse.Namespace, events: Events, started: list[str]) -> Row:
    """What the whole path made of it. An error that would end the command ends this image alone."""
    from canvos_tui.commands.output import told_error
    from canvos_tui.commands.whole_path import whole_path

    begun, before = ports.clock.now(), len(started)
    try:
        code = await whole_path(ports, row.draft, args, started, events)
    except CanvosError as error:
        code = told_error(error)
        if len(started) == before:
            events.refused(row.draft, code, [str(error)])
    run_id = started[-1] if len(started) > before else ""
    if args.detach and run_id:  # nobody looked at how it ends, however soon that is
        return replace(row, state=State.GOES_ON, run=run_id, next=f"canvos-tui attach {run_id}")
    result = await ports.runs.result(run_id) if run_id else None
    seconds = (ports.clock.now() - begun).total_seconds()
    return _judged(replace(row, run=run_id, seconds=seconds, code=int(code)), result)


def _judged(row: Row, result: RunResult | None) -> Row:
    from canvos_tui.core.run.resumable import offered, resume_command

    if result is None:
        return replace(row, state=State.FAILED, next=f"canvos-tui status {row.run}") if row.run else replace(row, state=State.REFUSED)
    if row.code == ExitCode.OK:
        return replace(row, state=State.VERIFIED, ami=result.ami)
    following = resume_command(row.run) if offered(result) is not None else f"canvos-tui diagnose {row.run}"
    return replace(row, state=State.FAILED, ami=result.ami, next=following, raw=_needed_raw(result))


def _summary(rows: Sequence[Row]) -> None:
    done = sum(row.done for row in rows)
    say(f"\n== {done} of {_count(rows)} {'is' if done == 1 else 'are'} there")
    for number, row in enumerate(rows, 1):
        took = elapsed(row.seconds) if row.seconds else ""
        texts = (f"{row.state.value:<13}", row.draft.text("S3_KEY"), row.draft.text("REGION"), row.ami, took)
        say(f"   {number:>2}  {'  '.join(filter(None, texts))}")
        if row.next:
            say(f"{' ' * 22}{row.next}")
    for row in rows:
        if row.done:
            sys.stdout.write(f"{row.ami} {row.draft.text('REGION')} {row.draft.text('S3_KEY')}\n")
    sys.stdout.flush()
