"""The guide's validation of a run and beyond, one line for each link of the chain."""

from __future__ import annotations

from canvos_tui.core.run.result import Finding
from canvos_tui.core.status import Status
from canvos_tui.core.text import size
from canvos_tui.core.verdict.chain import Chain

ARCHITECTURE, BOOT_MODE = "x86_64", "uefi"  # what the build registers


def findings(chain: Chain, exit_code: int | None, *, cancelled: bool = False) -> tuple[Finding, ...]:
    """The guide's validation and beyond, one line for each link; what could not be asked is unknown, never passed."""
    made = [_snapshot_finding(chain)] if chain.baseline.direct else [_object_finding(chain), _task_finding(chain)]
    lines = [*made, *_image_findings(chain)]
    if exit_code:
        text = f"the command ended with exit code {exit_code}" + (", although AWS has everything" if chain.holds else "")
        lines.append(Finding("exit-code", Status.WARN if chain.holds or cancelled else Status.FAIL, text))
    if cancelled and chain.holds:
        lines.append(Finding("cancelled", Status.WARN, "the run was cancelled after AWS had everything"))
    return tuple(lines)


def of_user_data(chain: Chain, *, joins: bool | None) -> tuple[Finding, ...]:
    """Whether one was there to be built into the AMI; AWS knows nothing of it."""
    if joins is None or chain.image is None:
        return ()
    if joins:
        return (Finding("user-data", Status.PASS, "user-data was in the checkout when the build began"),)
    return (Finding("user-data", Status.WARN, "no user-data inside: an instance will not join Palette by itself"),)


def _object_finding(chain: Chain) -> Finding:
    where = f"s3://{chain.baseline.bucket}/{chain.baseline.key}"
    if chain.foreign:
        return Finding("object", Status.FAIL, f"{where} is not from this run, and the upload was skipped because of it")
    if chain.object is not None:
        text = f"{where} is new: {size(chain.object.size)}, written {chain.object.modified:%Y-%m-%d %H:%M:%S} UTC"
        return Finding("object", Status.PASS if chain.object.size else Status.FAIL, text)
    if chain.reused:
        return Finding("object", Status.WARN if chain.holds else Status.FAIL, f"{where} is the object from before the run")
    if not chain.sighting.object_known:
        return Finding("object", Status.UNKNOWN, f"{where} could not be asked for")
    more = ", and the upload was skipped all the same" if chain.missed else ""
    return Finding("object", Status.WARN if chain.holds else Status.FAIL, f"{where} does not exist{more}")


def _snapshot_finding(chain: Chain) -> Finding:
    """Of the direct route: the snapshot that the run wrote."""
    seen = chain.sighting.snapshot
    if chain.snapshot and seen is not None:
        return Finding("snapshot", Status.PASS, f"{chain.snapshot} is completed, a volume of {size(seen.size)}")
    if not chain.seen:
        return Finding("snapshot", Status.UNKNOWN, "its snapshot could not be asked for")
    if seen is not None and seen.snapshot_id == chain.named_snapshot:
        return Finding("snapshot", Status.FAIL, f"{seen.snapshot_id} is {seen.state}, it was not completed")
    text = f"{chain.named_snapshot} does not exist" if chain.named_snapshot else "no snapshot of this run"
    return Finding("snapshot", Status.FAIL, text)


def _task_finding(chain: Chain) -> Finding:
    if chain.rivals:
        return Finding("import-task", Status.UNKNOWN, f"{len(chain.rivals) + 1} imports of this object, which is this run's is not known")
    if chain.task is None:
        known = chain.sighting.tasks is not None
        text = "no import task of this run" if known else "import tasks could not be asked for"
        return Finding("import-task", Status.FAIL if known else Status.UNKNOWN, text)
    detail = f", {chain.snapshot}" if chain.snapshot else f": {chain.task.message}" if chain.task.message else ""
    told = f"{chain.task.task_id} {chain.task.status}{detail}"
    if not chain.task.ended:  # the run is over, and this is not: no fault that AWS has found
        return Finding("import-task", Status.WARN, f"{told}; it goes on in AWS")
    return Finding("import-task", Status.PASS if chain.snapshot else Status.FAIL, told)


def _image_findings(chain: Chain) -> tuple[Finding, ...]:
    image = chain.image
    if image is None:
        known = chain.sighting.images is not None
        text = "no AMI of this run" if known else "AMIs could not be asked for"
        return (Finding("ami", Status.FAIL if known else Status.UNKNOWN, text),)
    return (
        Finding("ami", Status.PASS if image.state == "available" else Status.FAIL, f"{image.image_id} is {image.state}"),
        Finding(
            "ami-snapshot",
            Status.PASS,
            f"its root device uses {image.root_snapshot}, the snapshot of this {'run' if chain.baseline.direct else 'import'}",
        ),
        _expect("ami-name", image.name, chain.baseline.image_name),
        _expect("ami-architecture", image.architecture, ARCHITECTURE),
        _expect("ami-boot-mode", image.boot_mode, BOOT_MODE),
        Finding("ami-ena", Status.PASS if image.ena else Status.WARN, "enhanced networking " + ("on" if image.ena else "off")),
        Finding("ami-region", Status.PASS, f"found in {chain.baseline.region}"),
    )


def _expect(name: str, observed: str, wanted: str) -> Finding:
    if observed == wanted:
        return Finding(name, Status.PASS, observed)
    return Finding(name, Status.WARN if observed else Status.UNKNOWN, f"{observed or 'not told by AWS'}, expected {wanted}")
