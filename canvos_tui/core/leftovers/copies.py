"""Copies of a run's AMI in other regions that came to nothing; one that works is what it was made for, and no left-over."""

from __future__ import annotations

from collections.abc import Iterable

from canvos_tui.core.aws.facts import AwsKeys
from canvos_tui.core.errors import AwsError
from canvos_tui.core.leftovers.inventory import Record
from canvos_tui.core.leftovers.region import Region
from canvos_tui.core.leftovers.thing import Kind, Place, Thing
from canvos_tui.core.ports import Ports

_BROKEN = frozenset({"failed", "invalid", "error"})


async def broken_copies(ports: Ports, keys: AwsKeys, records: Iterable[Record], unseen: list[str]) -> list[tuple[Thing, Region]]:
    """Those that a run noted and whose tag in AWS names the run's AMI: the two together prove whose they are.

    What could not be asked for is added to `unseen`.
    """
    found = []
    for record in records:
        for copy in await ports.runs.copies(record.run):
            mark = f"{record.base.region}/{copy.source}"
            try:
                there = await (await ports.aws.open_publish(keys, copy.region)).copies_of(mark)
            except AwsError as error:
                unseen.append(f"{copy.region}: the copies of {copy.source} could not be asked for: {error}")
                continue
            by = Region(await ports.aws.open(keys, copy.region), await ports.aws.open_care(keys, copy.region))
            for image in there:
                if image.image_id == copy.image and image.state in _BROKEN:
                    note = f"a copy of {copy.source} in state `{image.state}`: {image.reason or 'AWS gave no reason'}"
                    found.append((Thing(Kind.AMI, image.image_id, True, note, run=record.run, place=Place(copy.region)), by))
    return found
