"""The raw images that builds of our own stages left in their checkouts: gigabytes of this machine that no later build needs."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from canvos_tui.core.leftovers.inventory import Record
from canvos_tui.core.leftovers.thing import Kind, Thing
from canvos_tui.core.ports import Ports
from canvos_tui.core.run.outcome import Outcome
from canvos_tui.core.run.raw_image import parse_raw_image
from canvos_tui.core.run.resumable import offered, resume_command
from canvos_tui.core.run.stage import StageId
from canvos_tui.core.verdict.standing import so_far

_NEED_IT = frozenset({StageId.UPLOAD, StageId.SNAPSHOT})


async def raw_images(ports: Ports, records: Iterable[Record]) -> list[Thing]:
    """Each by its newest run: a file of the name and the size that this very run told; of another size it is no more that run's."""
    found: dict[str, Thing] = {}
    records = tuple(records)
    for record in records:
        if record.plan.resumes is None or not record.plan.builds:
            continue
        built = parse_raw_image((await so_far(ports, record.run)).named.get("raw", ""))
        path = built.path(Path(record.plan.checkout)) if built is not None else None
        if built is None or path is None or str(path) in found:
            continue
        facts = await ports.files.facts(path)
        if not built.unlike(facts):
            found[str(path)] = Thing(Kind.FILE, str(path), True, _note(record, records), built.size, run=record.run)
    return list(found.values())


def _note(record: Record, records: tuple[Record, ...]) -> str:
    """By the newest run that went on from it: what that one made counts."""
    newest = _newest(record, records)
    next_ = offered(newest.result)
    if next_ in _NEED_IT:
        return f"the raw image; {resume_command(newest.run)} would go on with it, without it the whole build runs again"
    if newest.result.outcome is Outcome.SUCCEEDED:
        return "the raw image on this machine; nothing needs it"
    goes_on = f"{resume_command(newest.run)} does without it, and " if next_ is not None else ""
    return f"the raw image; {goes_on}another role, key or name begins with it: canvos-tui resume --raw"


def _newest(record: Record, records: tuple[Record, ...]) -> Record:
    """The newest of the runs that went on from it, itself where none did; `records` begin with the newest."""
    line = {record.run}
    for one in reversed(records):
        if one.plan.resumes is not None and one.plan.resumes.run in line:
            line.add(one.run)
            record = one
    return record
