"""What is left of copies of a run's AMI in other regions: those that came to nothing, and snapshots without an AMI."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from canvos_tui.core.aws.facts import AwsKeys, Image, Snapshot
from canvos_tui.core.errors import AwsError
from canvos_tui.core.leftovers.inventory import Record
from canvos_tui.core.leftovers.region import Region
from canvos_tui.core.leftovers.thing import Kind, Place, Thing
from canvos_tui.core.ports import Ports

_BROKEN = frozenset({"failed", "invalid", "error"})
_UNDER_WAY = frozenset({"pending", "transient"})


async def of_copies(ports: Ports, keys: AwsKeys, records: Iterable[Record], unseen: list[str]) -> list[tuple[Thing, Region]]:
    """Broken copies, and snapshots of copies that no AMI uses.

    Those that a run noted and whose tag in AWS names the run's AMI: the two together prove whose they are. What could not be asked for is
    added to `unseen`.
    """
    found: list[tuple[Thing, Region]] = []
    for record in records:
        noted = await ports.runs.copies(record.run)
        for region, source in dict.fromkeys((copy.region, copy.source) for copy in noted):
            mark, mine = f"{record.base.region}/{source}", {copy.image for copy in noted if (copy.region, copy.source) == (region, source)}
            by = Region(await ports.aws.open(keys, region), await ports.aws.open_care(keys, region))
            try:
                there = await (await ports.aws.open_publish(keys, region)).copies_of(mark)
                made = [snapshot for snapshot in await by.care.made_snapshots() if snapshot.copy_of == mark]
                users = await by.care.images_on(tuple(snapshot.snapshot_id for snapshot in made)) if made else ()
            except AwsError as error:
                unseen.append(f"{region}: the copies of {source} could not be asked for: {error}")
                continue
            place = Place(region)
            things = (*_broken(there, mine, source, record.run, place), *_orphans(made, (*there, *users), source, record.run, place))
            found += [(thing, by) for thing in things]
    return found


def _broken(there: Iterable[Image], mine: set[str], source: str, run: str, place: Place) -> Iterator[Thing]:
    for image in there:
        if image.image_id in mine and image.state in _BROKEN:
            note = f"a copy of {source} in state `{image.state}`: {image.reason or 'AWS gave no reason'}"
            yield Thing(Kind.AMI, image.image_id, True, note, run=run, place=place)


def _orphans(made: Iterable[Snapshot], images: tuple[Image, ...], source: str, run: str, place: Place) -> Iterator[Thing]:
    """Behind a copy that was deregistered, or that came to nothing; while one is being made, AWS may not say yet which is behind it."""
    going = next((image.image_id for image in images if image.state in _UNDER_WAY), "")
    for snapshot in made:
        user = next((i for i in images if snapshot.snapshot_id in {i.root_snapshot, *i.snapshots}), None)
        if user is not None and user.state not in _BROKEN:
            continue
        needed = f"{user.image_id} uses it" if user is not None else f"{going} is being copied" if going else ""
        note = f"of a copy of {source}; no AMI uses it"
        yield Thing(Kind.SNAPSHOT, snapshot.snapshot_id, True, note, snapshot.size, snapshot.started, run, needed, place)
