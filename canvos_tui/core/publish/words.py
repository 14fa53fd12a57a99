"""What is done with an AMI, as lines for people and as plain data for programs."""

from __future__ import annotations

from typing import Any

from canvos_tui.core.aws.console_links import console_links
from canvos_tui.core.aws.facts import Right, RightProbe, Snapshot
from canvos_tui.core.aws.instance import Launch
from canvos_tui.core.aws.prices import PRICES, SNAPSHOT_PRICE, TRANSFER_PRICE
from canvos_tui.core.publish.copying import Copy
from canvos_tui.core.publish.launch import launch_words
from canvos_tui.core.publish.wish import Wish
from canvos_tui.core.publish.work import Work
from canvos_tui.core.text import GB, near, size

SCHEMA = "canvos-tui.publish/1"
_BAR, _SHORTEST, _BESIDE = 20, 6, 54  # columns: of a bar at most and at least, and of all that stands beside it


def plan_lines(work: Work, wish: Wish) -> tuple[str, ...]:
    """What would be done, and what the copies cost at most."""
    told = []
    if wish.regions:  # in one sentence: a line for each would push the price, which comes last, out of a dialog
        told.append(f"copy {work.source.image.image_id} from {work.source.region} to {', '.join(wish.regions)}")
        told += [_unknown(region, work.known) for region in wish.regions if work.known and region not in work.known]
    if wish.accounts or wish.organizations:
        told.append(f"share it with {', '.join((*wish.accounts, *wish.organizations))}")
    if wish.accounts:
        told.append("share its snapshot with the accounts, too: they can then copy what is in it")
    if wish.until is not None:
        told.append(f"deprecate it at {wish.until:%Y-%m-%d %H:%M} UTC: others no longer find it then; it still launches")
    if wish.regions and work.snapshot is not None:
        told += _of_encryption(work.snapshot)
        told.append(_price(work.snapshot.size, len(wish.regions)))
    return tuple(told)


def _unknown(region: str, known: tuple[str, ...]) -> str:
    """A word before anything is begun: a region that was mistyped is asked for in vain, and one that is new is not known here."""
    like = near(region, known, 2, 0.7)
    return f"! {region} is not among the regions that are known here" + (f"; perhaps {' or '.join(like)} is meant" if like else "")


def _of_encryption(snapshot: Snapshot) -> tuple[str, ...]:
    """CopyImage without a key takes the default one of the region for a snapshot that is encrypted (EC2 API, CopyImage, KmsKeyId)."""
    where = "the region's default key for EBS" + (f", not with {snapshot.kms_key}" if snapshot.kms_key else "")
    return (f"each copy is encrypted with {where}; under aws/ebs it cannot be shared",) if snapshot.encrypted else ()


def _price(count: int, regions: int) -> str:
    monthly, once = regions * count / GB * SNAPSHOT_PRICE, regions * count / GB * TRANSFER_PRICE
    many = f"{regions} regions" if regions > 1 else "one region"
    transfer = f"{once:.2f} USD once for the transfer, more to some regions"
    return f"costs at most {monthly:.2f} USD a month for {size(count)} in {many}, and {transfer} ({PRICES})"


def bar_of(copy: Copy, width: int = 80) -> str:
    """One copy on one line; the bar shows what AWS said of its snapshot, and is empty while AWS said nothing."""
    share = 100 if copy.done else copy.percent
    columns = max(_SHORTEST, min(_BAR, width - _BESIDE))  # what is too long for the line is the bar, and not the AMI's id
    bar = "#" * (columns * (share or 0) // 100)
    state = "available" if copy.done else "failed" if copy.problem else copy.state or ("begun" if copy.image else "asked for")
    percent = f"{share:>3}%" if share is not None else "  - "
    return f"{copy.region:<15}[{bar:<{columns}}] {percent} {state:<10}{copy.image}"[:width].rstrip()


def lines(work: Work, wish: Wish) -> tuple[str, ...]:
    """What came of it, read back from AWS; then what can be done with the AMI."""
    report, image = work.report, work.source.image
    told = [f"{image.image_id}  {image.name}  {work.source.region}  available"]
    for copy in report.copies.values():
        told += _of_copy(work, copy)
    if report.shared is not None:
        told.append(f"may launch it: {', '.join(report.shared) or 'this account alone'}")
    if report.snapshot_shared:
        told.append(f"may read its snapshot: {', '.join(report.snapshot_shared)}")
    if key := _key_to_share(work):
        told.append(f"! the snapshot is encrypted with {key}: share that key with them as well, by its key policy; that was not asked for")
    if report.until is not None:
        told.append(f"deprecated from {report.until:%Y-%m-%d %H:%M} UTC")
    if report.launch is not None:
        told.append(launch_sentence(report.launch, work.launch))
    if not wish.changes:
        told += [
            f"launch: {launch_words(work.source.region, image.image_id, work.launch)}",
            *(f"{name}: {url}" for name, url in _links(work)),
        ]
    told += [f"! {one.what}: {one.text}" + (f"; {one.remedy}" if one.remedy else "") for one in report.problems]
    return tuple(told)


def _key_to_share(work: Work) -> str:
    """The key without which nobody that the AMI is shared with can launch it, "" for none (EC2 user guide, share an AMI)."""
    return work.snapshot.kms_key if work.snapshot is not None and work.snapshot.encrypted and work.report.shared else ""


def launch_sentence(probe: RightProbe, launch: Launch) -> str:
    """What the dry run of a launch says; it started nothing."""
    what = f"an instance ({launch.text})"
    if probe.right is Right.ALLOWED:
        return f"launch: {what} would be allowed; nothing was started"
    if probe.right is Right.DENIED:
        return f"launch: {what} is denied: {probe.message}"
    return f"launch: whether {what} would be allowed is not known: {probe.message}"


def _of_copy(work: Work, copy: Copy) -> list[str]:
    if copy.done:
        links = console_links(work.source.partition, copy.region, "", "", copy.image)
        return [f"{copy.region}: {copy.image} is available{' (was there)' if copy.earlier else ''}", *(f"  {url}" for _, url in links)]
    name = f" {copy.image}" if copy.image else ""
    return [f"! {copy.region}:{name} {copy.problem or 'not ended when it was last seen'}" + (f"; {copy.remedy}" if copy.remedy else "")]


def _links(work: Work) -> tuple[tuple[str, str], ...]:
    return console_links(work.source.partition, work.source.region, "", "", work.source.image.image_id)


def data(work: Work, *, interrupted: bool = False) -> dict[str, Any]:
    """The same as a document of schema `canvos-tui.publish/1`."""
    report, image = work.report, work.source.image
    problems = [{"what": one.what, "text": one.text, "remedy": one.remedy or None, "right": one.right or None} for one in report.problems]
    return {
        "schema": SCHEMA,
        "ami": image.image_id,
        "region": work.source.region,
        "account": work.source.account,
        "run": work.run or None,
        "whole": report.whole and not interrupted,
        "interrupted": interrupted,
        "copies": [_copy(copy) for copy in report.copies.values()],
        "shared_with": list(report.shared) if report.shared is not None else None,
        "snapshot_shared_with": list(report.snapshot_shared) if report.snapshot_shared is not None else None,
        "key_to_share": _key_to_share(work) or None,
        "deprecated_from": report.until.isoformat() if report.until is not None else None,
        "launch": _launch(report.launch, work.launch),
        "launch_command": launch_words(work.source.region, image.image_id, work.launch),
        "problems": problems,
    }


def _launch(probe: RightProbe | None, launch: Launch) -> dict[str, str] | None:
    return None if probe is None else {"right": probe.right.value, "text": launch_sentence(probe, launch)}


def _copy(copy: Copy) -> dict[str, Any]:
    return {
        "region": copy.region,
        "ami": copy.image or None,
        "state": copy.state or None,
        "snapshot": copy.snapshot or None,
        "percent": copy.percent,
        "earlier": copy.earlier,
        "problem": copy.problem or None,
        "remedy": copy.remedy or None,
        "right": copy.right or None,
    }
