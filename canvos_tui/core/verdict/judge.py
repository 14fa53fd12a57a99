"""The verdict on a run: success only by a chain of facts from AWS, new object, new import task, its snapshot, an AMI on that snapshot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from datetime import datetime

from canvos_tui.core.aws.facts import Baseline, Image, ImportTask, S3Object
from canvos_tui.core.aws.sighting import Question, Sighting
from canvos_tui.core.aws.vmimport_role import BAD_POLICY, partition_of, role_commands
from canvos_tui.core.errors import Command, Remedy
from canvos_tui.core.run.outcome import Outcome
from canvos_tui.core.run.phase import Phase
from canvos_tui.core.run.result import Cause, LeftOver, RunResult
from canvos_tui.core.run.resumable import resume_command
from canvos_tui.core.run.run import BuildPlan, RunId
from canvos_tui.core.values import dataclass
from canvos_tui.core.verdict import own_work, registration
from canvos_tui.core.verdict.chain import Chain, chain_of
from canvos_tui.core.verdict.findings import findings
from canvos_tui.core.verdict.left_over import (
    left_by_name,
    left_image,
    left_object,
    left_snapshot,
    left_task,
    left_unfinished,
    left_upload,
    stranger,
)
from canvos_tui.core.verdict.watch import marked

_NO_IMAGES = "whether an AMI uses it could not be asked"
_HOPELESS = frozenset({"failed", "invalid", "error", "deregistered", "disabled"})


@dataclass(frozen=True)
class JudgeHints:
    """What the log says besides ids: the last phase, the cause the catalogue found, and where the masked log lies."""

    phase: Phase | None = None
    cause: Cause | None = None
    log: str = ""
    found: Mapping[str, str] = field(default_factory=dict)  # what the script found instead of making it, by kind
    named: Mapping[str, str] | None = None  # the ids that the log itself proves; None where nobody tells them from the others
    upload_ended: bool = True  # whether the log shows that the upload came to its end


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
    seen, sighting = sighting, own_work.without_others(plan, sighting, exit_code, log.phase, log.found)
    named = known_ids(plan, sighting, ids if log.named is None else log.named)
    chain = chain_of(plan.baseline, sighting, named, log.found, reuse_wanted=plan.reuse_object)
    verdict = _verdict(run_id, plan, chain, exit_code, log, cancelled=cancelled)
    wrote = own_work.written(plan, chain, ids, upload_ended=log.upload_ended)
    own_first = verdict.cause is not None and (exit_code == 0 or verdict.by_aws)
    result = RunResult(
        run_id=run_id,
        outcome=verdict.outcome,
        exit_code=exit_code,
        phase=verdict.phase or log.phase,
        started_at=started_at,
        ended_at=ended_at,
        region=plan.baseline.region,
        bucket=plan.baseline.bucket,
        key=plan.baseline.key,
        object_size=wrote.size if wrote is not None else 0,
        import_task="" if chain.rivals else chain.task.task_id if chain.task is not None else ids.get("import_task", ""),
        snapshot=chain.snapshot,
        findings=own_work.findings_of(plan, chain, ids, seen, wrote, findings(chain, exit_code, cancelled=cancelled)),
        left_behind=_all_left(plan, chain, ids, verdict.outcome, wrote, log.phase),
        cause=None if verdict.outcome is Outcome.SUCCEEDED else (verdict.cause if own_first else log.cause or verdict.cause),
        log=log.log,
        found=dict(log.found),
        raw=own_work.raw_of(plan, ids),
    )
    return result if chain.image is None else _with_image(result, chain.image)


def _with_image(result: RunResult, image: Image) -> RunResult:
    return replace(result, ami=image.image_id, ami_name=image.name, root_gib=image.root_gib)


NOBODY = "none"  # no import has that id


def known_ids(plan: BuildPlan, sighting: Sighting, named: Mapping[str, str]) -> dict[str, str]:
    """The ids that are the run's. One that goes on counts no import but its own: that which it follows, or began and marked."""
    resumes = plan.resumes
    if resumes is None:
        return dict(named)
    own = {**resumes.named, **named}
    if plan.baseline.direct:
        return own
    mine = own.get("import_task") or marked(plan.baseline, sighting.tasks or (), resumes.token)
    return {**own, "import_task": mine or NOBODY}


def _verdict(  # noqa: PLR0913  a verdict hangs on all that is known
    run_id: RunId, plan: BuildPlan, chain: Chain, exit_code: int | None, log: JudgeHints, *, cancelled: bool
) -> Verdict:
    if chain.holds:
        return _whole(registration.cause(plan, chain))
    if cancelled:
        return Verdict(Outcome.CANCELLED)
    proven = _unlike(plan, chain) or _proven_by_aws(chain, plan.making.importer)
    if proven is not None:
        return replace(proven, by_aws=True)
    before_aws = log.phase is None or log.phase.order < Phase.IMPORT.order
    if not chain.seen and not (exit_code != 0 and before_aws):
        return Verdict(Outcome.INCONCLUSIVE, None, _unseen(chain))
    if exit_code is None:
        return Verdict(Outcome.INTERRUPTED, None, Cause("supervisor-lost", "The run's supervisor is gone", "nothing more was recorded"))
    return _failed(run_id, plan, chain, exit_code)


def _failed(run_id: RunId, plan: BuildPlan, chain: Chain, exit_code: int) -> Verdict:
    beaten = registration.beaten(run_id, chain) if plan.resumes is not None else None
    if beaten is not None:
        return Verdict(Outcome.FAILED, Phase.REGISTER, beaten, by_aws=True)
    return Verdict(Outcome.FAILED, *(_broken_link(run_id, chain) if exit_code == 0 or chain.snapshot else (None, None)))


def _whole(otherwise: Cause | None) -> Verdict:
    """Every link is there; what was chosen for the AMI has to be there too."""
    if otherwise is not None:
        return Verdict(Outcome.FAILED, Phase.REGISTER, otherwise, by_aws=True)
    return Verdict(Outcome.SUCCEEDED, Phase.DONE)


def _unlike(plan: BuildPlan, chain: Chain) -> Verdict | None:
    """A snapshot that is not encrypted as it was chosen: our own stages make no AMI of it."""
    otherwise = registration.snapshot_cause(plan, chain) if chain.image is None else None
    return Verdict(Outcome.FAILED, Phase.SNAPSHOT if plan.baseline.direct else Phase.IMPORT, otherwise) if otherwise is not None else None


def _proven_by_aws(chain: Chain, role: str) -> Verdict | None:
    """What AWS shows, whatever the command said."""
    if chain.rivals:
        return Verdict(Outcome.INCONCLUSIVE, None, _ambiguous(chain))
    if chain.missed and not chain.as_wanted and not chain.snapshot:
        return Verdict(Outcome.FAILED, Phase.UPLOAD, _skipped(chain))
    if chain.task is not None and chain.task.failed:
        return Verdict(Outcome.FAILED, Phase.IMPORT, _import_failed(chain.baseline, chain.task, role))
    if chain.image is None or (not chain.imported and chain.as_wanted):
        return None
    if chain.image.state == "available":
        return Verdict(Outcome.FAILED, Phase.UPLOAD, _skipped(chain))
    return _unfinished_image(chain.image)


def _skipped(chain: Chain) -> Cause:
    where = f"s3://{chain.baseline.bucket}/{chain.baseline.key}"
    if chain.foreign and chain.object is not None:
        name, remedy = "object-foreign", "use an S3 key that nobody else writes to, and build again"
        text = f"{where} was not there before the run and not made by it: the script found it when it was to upload, and uploaded nothing"
    elif chain.missed:
        name, remedy = "object-neighbour", "use an S3 key that no other object's name begins with"
        near = ", ".join(chain.baseline.neighbours[:3]) or "another object"
        text = f"{where} does not exist: the script took {near}, whose name begins with the key, for it, and uploaded nothing"
    else:
        name, remedy = "object-reused", "use an S3 key that is not in use"
        text = "the object in the bucket is the one from before the run: nothing of this build was uploaded"
    if chain.image is not None:
        text += f"; {chain.image.image_id} holds {'that' if chain.foreign else 'an older'} image"
    return Cause(name, "The upload was skipped", text, (Remedy(remedy),))


def _ambiguous(chain: Chain) -> Cause:
    names = ", ".join(task.task_id for task in (chain.task, *chain.rivals) if task is not None)
    text = f"somebody imports the same object, and the log names none of them: {names}"
    return Cause("import-ambiguous", "Which import is this run's is not known", text, (Remedy("use an S3 key that nobody else uses"),))


def _unfinished_image(image: Image) -> Verdict:
    if image.state in _HOPELESS:
        text = image.reason or "AWS gave no reason"
        return Verdict(Outcome.FAILED, Phase.AMI, Cause("ami-state", f"The AMI is in state `{image.state}`", text))
    text = f"{image.image_id} is in state `{image.state}`; look again in some minutes"
    return Verdict(Outcome.INCONCLUSIVE, Phase.AMI, Cause("ami-not-ready", "The AMI is not available yet", text))


def _import_failed(base: Baseline, task: ImportTask, role: str) -> Cause:
    reason = task.message or "AWS gave no reason"
    remedies: tuple[Remedy, ...] = ()
    if any(word in task.message for word in ("403", "access")):
        allow = role_commands(base.bucket, partition_of(base.region), code=BAD_POLICY, name=role)
        text = f"Let the role {role} read the bucket (and its key, if the bucket is encrypted), then import again"
        remedies = (Remedy(f"{text}: nothing is built or uploaded", tuple(map(Command, (*allow, "canvos-tui resume")))),)
    elif "ServerError" in task.message:
        remedies = (Remedy("this is an error on AWS' side: start the import again", (Command("canvos-tui resume"),)),)
    return Cause("import-failed", f"The snapshot import ended as `{task.status}`", reason, remedies, (reason,))


def _unseen(chain: Chain) -> Cause:
    reason = "; ".join(map(str, chain.sighting.blind)) or "no answer"
    remedy = Remedy("look again when AWS answers, with keys that may describe import tasks and images")
    return Cause("aws-unseen", "AWS could not be asked whether the AMI exists", reason, (remedy,))


def _broken_link(run_id: RunId, chain: Chain) -> tuple[Phase, Cause]:
    """Why an end without an error is still no success."""
    if chain.baseline.direct and not chain.snapshot:
        text = f"{chain.named_snapshot or 'none'} was named, and AWS shows no completed one"
        return Phase.SNAPSHOT, Cause("no-snapshot", "No completed snapshot of this run exists", text)
    if not chain.imported:
        if chain.reused:
            return Phase.UPLOAD, _skipped(chain)
        return Phase.IMPORT, Cause("no-import", "No import task of this run exists", "an AMI, if the log names one, is an older one")
    if not chain.snapshot and chain.task is not None:
        text = f"{chain.task.task_id} is in state `{chain.task.status}` and has no snapshot"
        return Phase.IMPORT, Cause("import-unfinished", "The build ended before the import did", text)
    renamed = registration.under_another_name(run_id)
    if chain.strangers:
        text = f"{chain.strangers[0].image_id} does not use {chain.snapshot}"
        return Phase.REGISTER, Cause("foreign-snapshot", "The AMI was made from another snapshot", text, (renamed,))
    old = chain.baseline.images
    text = f"{old[0].image_id} has the name already and is older than this run" if old else f"{chain.snapshot} is in no AMI of this account"
    way = renamed if old else Remedy("register it: nothing is built again", (Command(resume_command(run_id)),))
    return Phase.REGISTER, Cause("no-new-ami", "No AMI was made from this run's snapshot", text, (way,))


def _all_left(  # noqa: PLR0913  what is left hangs on all that is known
    plan: BuildPlan, chain: Chain, ids: Mapping[str, str], outcome: Outcome, wrote: S3Object | None, phase: Phase | None
) -> tuple[LeftOver, ...]:
    """In AWS, and the raw image on this machine."""
    left = _left_behind(chain, ids, outcome, wrote, own_work.uploads(plan, ids, phase))
    unheard = own_work.unheard(plan, chain, ids, wrote) if outcome is not Outcome.SUCCEEDED else ()
    return (*unheard, *left, *own_work.built_file(plan, ids))


def _left_behind(
    chain: Chain, ids: Mapping[str, str], outcome: Outcome, wrote: S3Object | None, mine: set[str] | None
) -> tuple[LeftOver, ...]:
    """`mine` are the uploads that the run is known to have begun; None where CanvOS' script begins one, and nobody names it."""
    base, region, images = chain.baseline, chain.baseline.region, chain.sighting.images
    tasks = [] if chain.task is None else [chain.task, *chain.rivals]
    running = [task for task in tasks if not task.ended]
    left = [left_object(base, wrote, task_runs=bool(running))] if wrote is not None else []
    new = (upload for upload in chain.sighting.uploads or () if upload.upload_id not in base.upload_ids)
    left += [left_upload(base, upload, certain=upload.upload_id in mine if mine is not None else not chain.skipped) for upload in new]
    if outcome is Outcome.SUCCEEDED:
        return tuple(left)
    left += [unfinished] if (unfinished := left_unfinished(base, chain.named_snapshot, chain.sighting.snapshot)) is not None else []
    left += [left_task(region, task, certain=not chain.rivals) for task in running]
    for task in tasks if chain.rivals else ():
        left += [left_by_name(region, "snapshot", task.snapshot, "this run's, or another's of the same object")] if task.snapshot else []
    if chain.snapshot and chain.image is None and not chain.rivals:
        left.append(_unused(chain) if images is not None else left_by_name(region, "snapshot", chain.snapshot, _NO_IMAGES))
    left += [left_image(region, chain.image)] if chain.image is not None else []
    return (*left, *(stranger(region, image) for image in chain.strangers), *_known_by_id(chain, ids))


def _unused(chain: Chain) -> LeftOver:
    """The snapshot that no AMI was made of; a name that an AMI has, of whatever state, cannot be given to another."""
    return left_snapshot(chain.baseline, chain.snapshot, chain.sighting.snapshot, usable=chain.as_wanted and not chain.sighting.images)


def _known_by_id(chain: Chain, ids: Mapping[str, str]) -> list[LeftOver]:
    region = chain.baseline.region
    old = {image.image_id for image in chain.baseline.images} | {chain.found.get("ami")}
    left = []
    unseen = any(one.what is Question.SNAPSHOT for one in chain.sighting.blind)
    if chain.baseline.direct and unseen and chain.named_snapshot:
        left.append(left_by_name(region, "snapshot", chain.named_snapshot))
    if chain.sighting.tasks is None and not chain.snapshot:
        kind = "snapshot" if ids.get("snapshot") else "import_task"  # one that has a snapshot is over
        left += [left_by_name(region, kind, ids[kind])] if ids.get(kind) else []
    if chain.sighting.images is None and ids.get("ami") and ids["ami"] not in old:
        left.append(left_by_name(region, "ami", ids["ami"]))
    return left
