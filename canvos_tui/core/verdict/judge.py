"""The verdict on a run: success only by a chain of facts from AWS, new object, new import task, its snapshot, an AMI on that snapshot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from canvos_tui.core.aws.facts import Baseline, Image, ImportTask, S3Object, Sighting
from canvos_tui.core.errors import Remedy
from canvos_tui.core.run.phase import Phase
from canvos_tui.core.run.result import Cause, Finding, LeftOver, Outcome, RunResult
from canvos_tui.core.run.run import BuildPlan, RunId
from canvos_tui.core.status import Status
from canvos_tui.core.verdict.left_over import left_by_name, left_image, left_object, left_snapshot, left_task, left_upload
from canvos_tui.core.verdict.watch import is_new_object, new_images, our_task

_HOPELESS = frozenset({"failed", "invalid", "error", "deregistered", "disabled"})
ARCHITECTURE, BOOT_MODE = "x86_64", "uefi"  # what the build registers


@dataclass(frozen=True)
class JudgeHints:
    """What the log says besides ids: the last phase, the cause the catalogue found, and where the masked log lies."""

    phase: Phase | None = None
    cause: Cause | None = None
    log: str = ""


@dataclass(frozen=True)
class Chain:
    """The links from object to AMI that AWS shows for this run; None where there is none or nobody could be asked."""

    baseline: Baseline
    sighting: Sighting
    object: S3Object | None
    task: ImportTask | None
    snapshot: str
    image: Image | None
    strangers: tuple[Image, ...]  # new AMIs of that name on another snapshot
    reuse_wanted: bool = False

    @property
    def reused(self) -> bool:
        """Whether what stands in the bucket is what stood there before the run."""
        return self.object is None and self.sighting.object is not None

    @property
    def holds(self) -> bool:
        """Whether every link is there: the proof of success."""
        return self.image is not None and self.image.state == "available" and (self.reuse_wanted or not self.reused)

    @property
    def seen(self) -> bool:
        """Whether AWS answered both decisive questions."""
        return self.sighting.tasks is not None and self.sighting.images is not None


@dataclass(frozen=True)
class Verdict:
    """An outcome, the phase it belongs to and why."""

    outcome: Outcome
    phase: Phase | None = None
    cause: Cause | None = None
    by_aws: bool = False  # AWS itself says so, which counts more than any line of the log


def judge(  # noqa: PLR0913  the end of a run has that many independent facts, and this is their only meeting
    run_id: RunId,
    plan: BuildPlan,
    sighting: Sighting,
    exit_code: int | None,
    ids: Mapping[str, str],
    cancelled: bool,  # noqa: FBT001  one of the facts, always passed by the supervisor
    log: JudgeHints,
    started_at: datetime | None,
    ended_at: datetime | None,
) -> RunResult:
    """The result of a run; `ids` are those that the run knows of, `exit_code` is None when the supervisor was lost."""
    chain = replace(chain_of(plan.baseline, sighting, ids), reuse_wanted=plan.reuse_object)
    verdict = _verdict(chain, exit_code, log, cancelled=cancelled)
    own_first = verdict.cause is not None and (exit_code == 0 or verdict.by_aws)
    ami = chain.image.image_id if chain.image is not None else ""
    return RunResult(
        run_id=run_id,
        outcome=verdict.outcome,
        exit_code=exit_code,
        phase=verdict.phase or log.phase,
        started_at=started_at,
        ended_at=ended_at,
        region=plan.baseline.region,
        bucket=plan.baseline.bucket,
        key=plan.baseline.key,
        object_size=chain.object.size if chain.object is not None else 0,
        import_task=chain.task.task_id if chain.task is not None else ids.get("import_task", ""),
        snapshot=chain.snapshot,
        ami=ami,
        ami_name=chain.image.name if chain.image is not None else "",
        findings=findings(chain, exit_code, cancelled=cancelled),
        left_behind=_left_behind(chain, ids, verdict.outcome),
        cause=None if verdict.outcome is Outcome.SUCCEEDED else (verdict.cause if own_first else log.cause or verdict.cause),
        log=log.log,
    )


def chain_of(baseline: Baseline, sighting: Sighting, ids: Mapping[str, str]) -> Chain:
    """The links of this run in a look at AWS; things of the baseline never count."""
    task = our_task(baseline, sighting.tasks or (), ids.get("import_task", ""))
    snapshot = task.snapshot if task is not None else ""
    fresh = new_images(baseline, sighting.images or ())
    ours = sorted((i for i in fresh if snapshot and i.root_snapshot == snapshot), key=lambda i: i.state != "available")
    found = sighting.object
    return Chain(
        baseline,
        sighting,
        found if found is not None and is_new_object(baseline, found) else None,
        task,
        snapshot,
        ours[0] if ours else None,
        tuple(i for i in fresh if i not in ours),
    )


def _verdict(chain: Chain, exit_code: int | None, log: JudgeHints, *, cancelled: bool) -> Verdict:
    if chain.holds:
        return Verdict(Outcome.SUCCEEDED, Phase.DONE)
    if cancelled:
        return Verdict(Outcome.CANCELLED)
    proven = _proven_by_aws(chain)
    if proven is not None:
        return replace(proven, by_aws=True)
    before_aws = log.phase is None or log.phase.order < Phase.IMPORT.order
    if not chain.seen and not (exit_code != 0 and before_aws):
        return Verdict(Outcome.INCONCLUSIVE, None, _unseen(chain))
    if exit_code is None:
        return Verdict(Outcome.INTERRUPTED, None, Cause("supervisor-lost", "The run's supervisor is gone", "nothing more was recorded"))
    return Verdict(Outcome.FAILED, *(_broken_link(chain) if exit_code == 0 or chain.snapshot else (None, None)))


def _proven_by_aws(chain: Chain) -> Verdict | None:
    """What AWS alone shows, whatever the command said."""
    if chain.task is not None and chain.task.failed:
        return Verdict(Outcome.FAILED, Phase.IMPORT, _import_failed(chain.task))
    if chain.image is None:
        return None
    if chain.image.state == "available":
        return Verdict(Outcome.FAILED, Phase.UPLOAD, _old_object(chain))
    return _unfinished_image(chain.image)


def _old_object(chain: Chain) -> Cause:
    text = "the object in the bucket is the one from before the run: nothing of this build was uploaded"
    if chain.image is not None:
        text += f", and {chain.image.image_id} holds the older image"
    return Cause("object-reused", "The upload was skipped", text, (Remedy("use an S3 key that is not in use"),))


def _unfinished_image(image: Image) -> Verdict:
    if image.state in _HOPELESS:
        text = image.reason or "AWS gave no reason"
        return Verdict(Outcome.FAILED, Phase.AMI, Cause("ami-state", f"The AMI is in state `{image.state}`", text))
    text = f"{image.image_id} is in state `{image.state}`; look again in some minutes"
    return Verdict(Outcome.INCONCLUSIVE, Phase.AMI, Cause("ami-not-ready", "The AMI is not available yet", text))


def _import_failed(task: ImportTask) -> Cause:
    reason = task.message or "AWS gave no reason"
    remedies: tuple[Remedy, ...] = ()
    if any(word in task.message for word in ("403", "access")):
        remedies = (Remedy("let the role vmimport read the bucket (and its key, if the bucket is encrypted)"),)
    elif "ServerError" in task.message:
        remedies = (Remedy("this is an error on AWS' side: start the import again"),)
    return Cause("import-failed", f"The snapshot import ended as `{task.status}`", reason, remedies, (reason,))


def _unseen(chain: Chain) -> Cause:
    reason = "; ".join(map(str, chain.sighting.blind)) or "no answer"
    remedy = Remedy("look again when AWS answers, with keys that may describe import tasks and images")
    return Cause("aws-unseen", "AWS could not be asked whether the AMI exists", reason, (remedy,))


def _broken_link(chain: Chain) -> tuple[Phase, Cause]:
    """Why an end without an error is still no success."""
    if chain.task is None:
        if chain.reused:
            return Phase.UPLOAD, _old_object(chain)
        return Phase.IMPORT, Cause("no-import", "No import task of this run exists", "an AMI, if the log names one, is an older one")
    if not chain.snapshot:
        text = f"{chain.task.task_id} is in state `{chain.task.status}` and has no snapshot"
        return Phase.IMPORT, Cause("import-unfinished", "The build ended before the import did", text)
    if chain.strangers:
        text = f"{chain.strangers[0].image_id} does not use {chain.snapshot}"
        return Phase.REGISTER, Cause("foreign-snapshot", "The AMI was made from another snapshot", text)
    old = chain.baseline.images
    text = f"{old[0].image_id} has the name already and is older than this run" if old else f"{chain.snapshot} is in no AMI of this account"
    return Phase.REGISTER, Cause(
        "no-new-ami", "No AMI was made from this run's snapshot", text, (Remedy("use an S3 key that no AMI has as name"),)
    )


# -- findings ------------------------------------------------------------------------------------------------


def findings(chain: Chain, exit_code: int | None, *, cancelled: bool = False) -> tuple[Finding, ...]:
    """The guide's validation and beyond, one line for each link; what could not be asked is unknown, never passed."""
    lines = [_object_finding(chain), _task_finding(chain), *_image_findings(chain)]
    if exit_code:
        text = f"the command ended with exit code {exit_code}" + (", although AWS has everything" if chain.holds else "")
        lines.append(Finding("exit-code", Status.WARN if chain.holds else Status.FAIL, text))
    if cancelled and chain.holds:
        lines.append(Finding("cancelled", Status.WARN, "the run was cancelled after AWS had everything"))
    return tuple(lines)


def _object_finding(chain: Chain) -> Finding:
    where = f"s3://{chain.baseline.bucket}/{chain.baseline.key}"
    if chain.object is not None:
        text = f"{where} is new: {chain.object.size:,} bytes, {chain.object.modified:%Y-%m-%d %H:%M:%S} UTC"
        return Finding("object", Status.PASS if chain.object.size else Status.FAIL, text)
    if chain.reused:
        return Finding("object", Status.WARN if chain.holds else Status.FAIL, f"{where} is the object from before the run")
    if not chain.sighting.object_known:
        return Finding("object", Status.UNKNOWN, f"{where} could not be asked for")
    return Finding("object", Status.WARN if chain.holds else Status.FAIL, f"{where} does not exist")


def _task_finding(chain: Chain) -> Finding:
    if chain.task is None:
        known = chain.sighting.tasks is not None
        text = "no import task of this run" if known else "import tasks could not be asked for"
        return Finding("import-task", Status.FAIL if known else Status.UNKNOWN, text)
    detail = f", {chain.snapshot}" if chain.snapshot else f": {chain.task.message}" if chain.task.message else ""
    return Finding("import-task", Status.PASS if chain.snapshot else Status.FAIL, f"{chain.task.task_id} {chain.task.status}{detail}")


def _image_findings(chain: Chain) -> tuple[Finding, ...]:
    image = chain.image
    if image is None:
        known = chain.sighting.images is not None
        text = "no AMI of this run" if known else "AMIs could not be asked for"
        return (Finding("ami", Status.FAIL if known else Status.UNKNOWN, text),)
    return (
        Finding("ami", Status.PASS if image.state == "available" else Status.FAIL, f"{image.image_id} is {image.state}"),
        Finding("ami-snapshot", Status.PASS, f"its root device uses {image.root_snapshot}, the snapshot of this import"),
        _expect("ami-name", image.name, chain.baseline.key),
        _expect("ami-architecture", image.architecture, ARCHITECTURE),
        _expect("ami-boot-mode", image.boot_mode, BOOT_MODE),
        Finding("ami-ena", Status.PASS if image.ena else Status.WARN, "enhanced networking " + ("on" if image.ena else "off")),
        Finding("ami-region", Status.PASS, f"found in {chain.baseline.region}"),
    )


def _expect(name: str, observed: str, wanted: str) -> Finding:
    if observed == wanted:
        return Finding(name, Status.PASS, observed)
    return Finding(name, Status.WARN if observed else Status.UNKNOWN, f"{observed or 'not told by AWS'}, expected {wanted}")


def _left_behind(chain: Chain, ids: Mapping[str, str], outcome: Outcome) -> tuple[LeftOver, ...]:
    region, task = chain.baseline.region, chain.task
    runs = task is not None and not task.ended
    left = [left_object(chain.baseline, chain.object, task_runs=runs)] if chain.object is not None else []
    left += [left_upload(chain.baseline, u) for u in chain.sighting.uploads or () if u.upload_id not in chain.baseline.upload_ids]
    if outcome is Outcome.SUCCEEDED:
        return tuple(left)
    if runs and task is not None:
        left.append(left_task(region, task))
    if chain.snapshot and chain.image is None and chain.sighting.images is not None:
        left.append(left_snapshot(region, chain.snapshot, chain.sighting.snapshot))
    if chain.image is not None:
        left.append(left_image(region, chain.image, certain=True))
    left += [left_image(region, image, certain=False) for image in chain.strangers]
    return (*left, *_known_by_id(chain, ids))


def _known_by_id(chain: Chain, ids: Mapping[str, str]) -> list[LeftOver]:
    region = chain.baseline.region
    old = {image.image_id for image in chain.baseline.images}
    left = []
    if chain.sighting.tasks is None:
        kind = "snapshot" if ids.get("snapshot") else "import_task"  # one that has a snapshot is over
        left += [left_by_name(region, kind, ids[kind])] if ids.get(kind) else []
    if chain.sighting.images is None and ids.get("ami") and ids["ami"] not in old:
        left.append(left_by_name(region, "ami", ids["ami"]))
    return left
