"""Going on from the first stage that is not proven done: where that is, and the plan of the run that does it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from canvos_tui.core.aws.facts import AwsKeys
from canvos_tui.core.aws.keys import to_use
from canvos_tui.core.checkout.key_places import look_for_keys
from canvos_tui.core.errors import CanvosError, InvalidValueError, RunError
from canvos_tui.core.ports import Aws, Ports
from canvos_tui.core.run.run import BuildPlan, BuildRun, Resumes, RunId
from canvos_tui.core.run.stage import BY_ID, ORDER, StageId
from canvos_tui.core.stages.proof import Done, Proof, Told, name_taken, proofs
from canvos_tui.core.verdict.chain import Chain, chain_of
from canvos_tui.core.verdict.standing import so_far

AGAIN = "the whole build has to run again: canvos-tui run, or F8 on Review"
_NAME_TOO = "another name does it too: canvos-tui resume --name NAME"


@dataclass(frozen=True)
class Ground:
    """What a run stands on: its plan, the chain that AWS shows, a proof a stage, and AWS itself with the keys that opened it."""

    run: RunId
    plan: BuildPlan
    chain: Chain
    proofs: tuple[Proof, ...]
    keys: AwsKeys

    def of(self, stage: StageId) -> Proof:
        """The proof of a stage."""
        return next(proof for proof in self.proofs if proof.stage is stage)

    @property
    def first_open(self) -> StageId | None:
        """The stage to go on with: the one behind the last that is done, None when the AMI is there."""
        if self.of(StageId.REGISTER).done is Done.DONE:
            return None
        if self.of(StageId.IMPORT).done is Done.DONE:
            return StageId.REGISTER
        if self.of(StageId.IMPORT).done is Done.UNDER_WAY or self.of(StageId.UPLOAD).done is Done.DONE:
            return StageId.IMPORT
        return StageId.IMAGE


async def look(ports: Ports, run_id: RunId, keys: AwsKeys | None = None, name: str = "") -> Ground:
    """Asks AWS which stages of a run are done. `keys` or those of .secret or the environment; `name` is another name for the AMI.

    RunError for a run that lives; CanvosError where there are no keys, or another AWS would be asked than the run used.
    """
    plan = await ports.runs.plan(run_id)
    result = await ports.runs.result(run_id)
    if result is None:
        raise RunError(f"the run `{run_id}` is not over", remedy=f"canvos-tui attach {run_id} shows it")
    if plan.endpoint != ports.aws.endpoint():
        raise CanvosError(f"this run used {plan.endpoint or 'AWS itself'}", remedy="set AWS_ENDPOINT_URL as it was then")
    plan = _renamed(plan, name)
    keys = keys or await _keys(ports, plan)
    run = await so_far(ports, run_id)
    named = {**(plan.resumes.named if plan.resumes is not None else {}), **run.ids}
    aws = await ports.aws.open(keys, plan.baseline.region)
    chain = await _chain(aws, plan, run, named)
    return Ground(run_id, plan, chain, proofs(chain, Told(result.ended_at, result.object_size)), keys)


async def _chain(aws: Aws, plan: BuildPlan, run: BuildRun, named: dict[str, str]) -> Chain:
    sighting = await aws.sight(plan.baseline, named.get("import_task", ""))
    return chain_of(plan.baseline, sighting, named, run.found, reuse_wanted=plan.reuse_object)


def _renamed(plan: BuildPlan, name: str) -> BuildPlan:
    """The plan with another name for the AMI: what has that name already is no work of this run."""
    return replace(plan, baseline=replace(plan.baseline, ami_name=name, images=())) if name else plan


async def _keys(ports: Ports, plan: BuildPlan) -> AwsKeys:
    placed = to_use(await look_for_keys(ports, Path(plan.checkout)))
    if placed is None:
        raise CanvosError("there are no AWS keys", remedy="export AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, then go on again")
    return placed.keys


def start_of(ground: Ground, wanted: StageId | None = None) -> StageId | None:
    """The stage to begin with, None when nothing is to be done; `wanted` may name an earlier one that can be repeated.

    RunError says why nothing can be gone on from; InvalidValueError for a stage that cannot be the first.
    """
    start = ground.first_open
    if wanted is not None:
        start = _wanted(ground, start, wanted)
    if start is None:
        return None
    needed = (StageId.UPLOAD,) if start is StageId.IMAGE else (StageId.IMPORT, StageId.REGISTER)
    for proof in map(ground.of, needed):
        if proof.done is Done.UNKNOWN:
            raise RunError(f"{BY_ID[proof.stage].title}: {proof.text}", remedy="nothing is repeated on a guess; ask again when AWS answers")
    if start is StageId.IMAGE:
        raise RunError(f"there is nothing to go on from: {ground.of(StageId.UPLOAD).text}", remedy=AGAIN)
    taken = name_taken(ground.chain)
    if taken is not None:
        name = ground.plan.baseline.image_name
        raise RunError(f"the AMI name {name} is taken by {taken.image_id}", remedy=f"deregister that AMI if nobody needs it; {_NAME_TOO}")
    return start


def _wanted(ground: Ground, start: StageId | None, wanted: StageId) -> StageId:
    alone = ", ".join(stage.id.value for stage in BY_ID.values() if stage.alone)
    if not BY_ID[wanted].alone:
        raise InvalidValueError(f"a run of the guide's route cannot begin at {wanted.value}", allowed=alone, remedy=AGAIN)
    if start is not None and ORDER[wanted] > ORDER[start]:
        before = ground.of(start)
        raise InvalidValueError(
            f"it cannot begin at {wanted.value}: {BY_ID[start].title}: {before.text}", allowed=start.value if BY_ID[start].alone else "none"
        )
    if wanted is StageId.IMPORT and ground.of(StageId.UPLOAD).done is not Done.DONE:
        raise RunError(f"nothing is there to import: {ground.of(StageId.UPLOAD).text}", remedy=AGAIN)
    return wanted


def plan_from(ground: Ground, start: StageId) -> BuildPlan:
    """The plan of a run that begins with that stage: judged by the same baseline, so that what was taken over counts."""
    plan, chain = ground.plan, ground.chain
    base = plan.baseline
    task = chain.task
    if start is StageId.REGISTER:
        resumes = Resumes(ground.run, start, task.task_id if task is not None else "", chain.snapshot)
    elif task is not None and ground.of(StageId.IMPORT).done is Done.UNDER_WAY:
        resumes = Resumes(ground.run, start, task.task_id)
    else:  # what was imported before counts no longer
        old = tuple(t.task_id for t in chain.sighting.tasks or ())
        base = replace(base, task_ids=tuple(dict.fromkeys((*base.task_ids, *old))))
        resumes = Resumes(ground.run, start, token=_token(chain, len(base.task_ids)))
    command = ("canvos-tui", "resume", ground.run, "--from", start.value)
    return replace(plan, baseline=base, command=command, resumes=resumes)


def _token(chain: Chain, attempts: int) -> str:
    """The same for the same object and attempt: an import whose answer was lost is not begun a second time. 64 hexadecimal digits."""
    base, found = chain.baseline, chain.sighting.object
    seal = (found.etag, found.version_id, found.modified.isoformat()) if found is not None else ("", "", "")
    return hashlib.sha256("\n".join((base.account, base.region, base.bucket, base.key, *seal, str(attempts))).encode()).hexdigest()


def lines_of(found: Sequence[Proof]) -> tuple[str, ...]:
    """A line for each stage: its name, how far it is, and what was seen."""
    sure = {True: "   (by time and size)", False: ""}
    return tuple(f"{proof.stage.value:<9} {proof.done.value:<10} {proof.text}{sure[proof.taken_for_it]}" for proof in found)


async def begin(ports: Ports, ground: Ground, start: StageId) -> RunId:
    """Starts the run that goes on; its supervisor is detached as that of a build."""
    return await ports.runs.start(plan_from(ground, start), ground.keys)
