"""Going on from the first stage that is not proven done: where that is, and the plan of the run that does it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from canvos_tui.core.aws.facts import AwsKeys
from canvos_tui.core.aws.keys import to_use
from canvos_tui.core.aws.sighting import Sighting
from canvos_tui.core.checkout.key_places import look_for_keys
from canvos_tui.core.command_words import word
from canvos_tui.core.errors import CanvosError, InvalidValueError, RunError
from canvos_tui.core.ports import Aws, Ports
from canvos_tui.core.run.outcome import Outcome
from canvos_tui.core.run.phase import Phase
from canvos_tui.core.run.raw_image import RawImage, parse_raw_image
from canvos_tui.core.run.result import RunResult
from canvos_tui.core.run.resumable import not_over
from canvos_tui.core.run.run import BuildPlan, BuildRun, Resumes, RunId
from canvos_tui.core.run.stage import BY_ID, ORDER, StageId, stages_of
from canvos_tui.core.stages.ground import Ground
from canvos_tui.core.stages.proof import UNPROVEN, Done, Proof, Told, name_taken, proofs
from canvos_tui.core.status import Status
from canvos_tui.core.text import size
from canvos_tui.core.verdict.chain import chain_of, watched
from canvos_tui.core.verdict.judge import NOBODY, known_ids
from canvos_tui.core.verdict.standing import so_far
from canvos_tui.core.verdict.watch import imports_of

AGAIN = "the whole build has to run again: canvos-tui run, or F8 on Review"
_ALIVE = frozenset({"process", "container"})  # of a build that lost its supervisor


async def look(ports: Ports, run_id: RunId, keys: AwsKeys | None = None, name: str = "") -> Ground:
    """Asks AWS which stages of a run are done. A run that was gone on from already is judged by the newest that did.

    `keys`, or those of .secret or the environment; `name` is another name for the AMI. RunError for a run that lives, or whose build does,
    and for keys of another account; CanvosError where there are no keys, or another AWS would be asked than the run used.
    """
    run_id = await _newest(ports, run_id)
    plan = await ports.runs.plan(run_id)
    result = await _ended(ports, run_id)
    if plan.endpoint != ports.aws.endpoint():
        raise CanvosError(f"this run used {plan.endpoint or 'AWS itself'}", remedy="set AWS_ENDPOINT_URL as it was then")
    if name:  # what has that name already is no work of this run
        plan = replace(plan, baseline=replace(plan.baseline, ami_name=name, images=()))
    keys = keys or await _keys(ports, plan)
    aws = await ports.aws.open(keys, plan.baseline.region)
    await _same_account(aws, plan)
    run = await so_far(ports, run_id)
    own = {**(plan.resumes.named if plan.resumes is not None else {}), **run.named}
    seen = _imports_seen(run) if plan.resumes is None else ()
    sighting = await aws.sight(plan.baseline, watched(plan.baseline, own) or (seen[0] if len(seen) == 1 else ""))
    if plan.resumes is None and "import_task" not in own and (counts := _imported(plan, sighting, seen, result)):
        own["import_task"] = counts
    known = known_ids(plan, sighting, own)
    marked = known.get("import_task", "")
    if marked not in {"", NOBODY, own.get("import_task", "")}:  # its snapshot was not asked for yet, but perhaps that of another import
        sighting = await aws.sight(plan.baseline, marked)
    chain = chain_of(plan.baseline, sighting, known, run.found, reuse_wanted=plan.reuse_object)
    named = {kind: found for kind, found in known.items() if found != NOBODY}
    built = await _built(ports, run_id, plan)
    raw, image = await _raw_image(ports, plan, built)
    told = replace(await _told(ports, run_id, plan, result), lived_until=result.ended_at)
    proven = proofs(chain, told, image, plan.making)
    return Ground(run_id, plan, chain, proven, keys, named, raw, *((built.crc, built.size) if built is not None else ()))


def _imports_seen(run: BuildRun) -> tuple[str, ...]:
    """The imports of the object that AWS showed while the run lived, but for what it showed while the image was built."""
    building = run.logged is not None and run.logged.builds
    return () if building else tuple(dict.fromkeys(event.task.task_id for event in run.tasks))


def _imported(plan: BuildPlan, sighting: Sighting, seen: tuple[str, ...], result: RunResult) -> str:
    """The import that counts where the log names none: "" leaves it to what AWS shows, NOBODY says that none is the run's.

    One that AWS showed only after the run had ended is somebody else's; a build without its supervisor may have begun one unseen.
    """
    shown = [task.task_id for task in imports_of(plan.baseline, sighting.tasks or ())]
    if not shown:
        return seen[0] if len(seen) == 1 else ""
    sole = len(shown) == 1 and shown[0] not in seen and result.outcome is not Outcome.INTERRUPTED
    return NOBODY if sole else ""


async def _raw_image(ports: Ports, plan: BuildPlan, built: RawImage | None) -> tuple[str, Proof | None]:
    """The path of the raw image to upload, "" where there is none, and what was seen of it; None for a run that never had a file."""
    resumes = plan.resumes
    if resumes is None:
        return "", None
    path = Path(resumes.raw) if resumes.raw or built is None else built.path(Path(plan.checkout))
    if built is None and not resumes.raw:
        return ("", Proof(StageId.IMAGE, Done.OPEN, "it was not built")) if resumes.stage is StageId.IMAGE else ("", None)
    facts = await ports.files.facts(path)
    wrong = built.unlike(facts) if built is not None else "" if facts is not None else "is gone"
    if wrong or facts is None:
        return "", Proof(StageId.IMAGE, Done.OPEN, f"{path} {wrong}")
    return str(path), Proof(StageId.IMAGE, Done.DONE, f"{path}  {size(facts.size)}")


async def _built(ports: Ports, run_id: RunId, plan: BuildPlan) -> RawImage | None:
    """The raw image as the run named it that built it: that run itself, or one that it goes on from."""
    while True:
        built = parse_raw_image((await so_far(ports, run_id)).named.get("raw", ""))
        if built is not None or plan.resumes is None or not plan.resumes.run:
            return built
        run_id = plan.resumes.run
        try:
            plan = await ports.runs.plan(run_id)
        except RunError:  # its record was removed
            return None


async def _newest(ports: Ports, run_id: RunId) -> RunId:
    """The newest run that goes on from this one, itself where there is none."""
    await ports.runs.plan(run_id)  # RunError for a run that there is not
    plans = [(info.run_id, await ports.runs.plan(info.run_id)) for info in await ports.runs.infos()]
    line = {run_id}
    for one, plan in reversed(plans):  # the oldest first: whoever goes on came later
        if plan.resumes is not None and plan.resumes.run in line:
            line.add(one)
            run_id = one
    return run_id


async def _ended(ports: Ports, run_id: RunId) -> RunResult:
    result = await ports.runs.result(run_id)
    if result is None:
        raise not_over(run_id)
    alive = next((left for left in result.left_behind if left.kind in _ALIVE), None)
    if result.outcome is Outcome.INTERRUPTED and alive is not None:
        text = f"the build of {run_id} goes on without its supervisor ({alive.kind} {alive.id})"
        raise RunError(text, remedy=f"end it first: canvos-tui cancel {run_id}")
    return result


async def _same_account(aws: Aws, plan: BuildPlan) -> None:
    identity = await aws.identity()
    wanted = plan.baseline.account
    if wanted and identity.account != wanted:
        raise RunError(f"these keys are of account {identity.account}, and the run used {wanted}", remedy="use keys of that account")


async def _keys(ports: Ports, plan: BuildPlan) -> AwsKeys:
    placed = to_use(await look_for_keys(ports, Path(plan.checkout)))
    if placed is None:
        raise CanvosError("there are no AWS keys", remedy="export AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, then go on again")
    return placed.keys


async def _told(ports: Ports, run_id: RunId, plan: BuildPlan, result: RunResult) -> Told:
    """What was recorded of the object by the run that uploaded it: one that goes on inherits that, and never its own look at the bucket."""
    while plan.resumes is not None and plan.resumes.run and not plan.resumes.uploads:
        etag, run_id = plan.resumes.etag, plan.resumes.run
        try:
            plan = await ports.runs.plan(run_id)
            older = await ports.runs.result(run_id)
        except RunError:  # its record was removed; what the younger one took over stands in its own plan
            return Told(result.ended_at, 0, etag or UNPROVEN)
        result = older if older is not None else result
    run = await so_far(ports, run_id)
    if run.uploaded is not None:
        return Told(result.ended_at, run.uploaded.size, run.uploaded.etag)
    if proven := run.named.get("object", ""):
        return Told(result.ended_at, 0, proven)
    # another came after it, our own upload was never proven, a build never came to one, or AWS had none when it had ended
    reached = run.phase is not None and run.phase.order >= Phase.UPLOAD.order and not (run.logged is not None and run.logged.builds)
    looked = any(finding.id == "object" and finding.status is not Status.UNKNOWN for finding in result.findings)
    absent = looked and not result.object_size
    doubt = bool(run.written) or not reached or absent or (plan.resumes is not None and plan.resumes.uploads)
    return Told(result.ended_at, result.object_size, UNPROVEN if doubt else "")


def start_of(ground: Ground, wanted: StageId | None = None) -> StageId | None:
    """The stage to begin with, None when nothing is to be done; `wanted` may name an earlier one that can be repeated.

    RunError says why nothing can be gone on from; InvalidValueError for a stage that cannot be the first.
    """
    start = ground.first_open if wanted is None else _wanted(ground, ground.first_open, wanted)
    if start is None:
        return None
    direct = ground.plan.baseline.direct
    _refuse_unknown(ground, _needed(start, wanted, direct=direct))
    if start is StageId.UPLOAD:
        _refuse_other_object(ground)
    if start is StageId.IMAGE:
        first = StageId.IMAGE if direct else StageId.UPLOAD
        raise RunError(f"there is nothing to go on from: {ground.of(first).text}", remedy=AGAIN)
    taken = name_taken(ground.chain) or (ground.chain.image if start is not StageId.REGISTER else None)
    if taken is not None:
        text = f"the AMI name {ground.plan.baseline.image_name} is taken by {taken.image_id}"
        mine = "it is this run's own" if taken is ground.chain.image else "deregister that AMI if nobody needs it"
        raise RunError(text, remedy=f"{mine}; with another name: canvos-tui resume {ground.run} --name NAME")
    return start


def _refuse_unknown(ground: Ground, needed: Sequence[StageId]) -> None:
    for proof in map(ground.of, needed):
        if proof.done is not Done.UNKNOWN:
            continue
        if proof.stage is StageId.IMPORT and ground.of(StageId.UPLOAD).done is Done.OPEN and not ground.chain.sighting.blind:
            # and so nothing could be imported again
            raise RunError(f"there is nothing to go on from: {ground.of(StageId.UPLOAD).text}; {proof.text}", remedy=AGAIN)
        raise RunError(f"{BY_ID[proof.stage].title}: {proof.text}", remedy=_remedy(ground, proof))


def _refuse_other_object(ground: Ground) -> None:
    there = ground.chain.sighting.object
    if there is None or not ground.bytes or there.size == ground.bytes:
        return
    base, why = ground.plan.baseline, ground.of(StageId.UPLOAD).text.partition(" ")[2]
    remedy = f"nothing is written over: canvos-tui resume --raw {word(ground.raw)} --config FILE, with another S3_KEY"
    raise RunError(f"s3://{base.bucket}/{base.key} is there, and {why}", remedy=remedy)


def _needed(start: StageId, wanted: StageId | None, *, direct: bool) -> tuple[StageId, ...]:
    """The stages whose state has to be known; whoever asks for another import gets one beside whatever else goes on."""
    if direct:
        return (StageId.SNAPSHOT, StageId.REGISTER)
    if start in {StageId.IMAGE, StageId.UPLOAD}:
        return (StageId.UPLOAD,)
    return (StageId.REGISTER,) if wanted is StageId.IMPORT else (StageId.IMPORT, StageId.REGISTER)


def _remedy(ground: Ground, proof: Proof) -> str:
    """What helps against not knowing: better keys or patience where AWS did not say it, a decision where it did."""
    if ground.chain.sighting.blind:
        return "nothing is repeated on a guess; use keys that may ask for it, or ask again when AWS answers"
    if proof.stage is StageId.IMPORT:
        return f"leave that import alone; to import all the same, once more: canvos-tui resume {ground.run} --from import"
    return "look at it with canvos-tui validate; a build with another S3_KEY stands in nobody's way"


def _wanted(ground: Ground, start: StageId | None, wanted: StageId) -> StageId:
    if wanted not in ground.beginnings:
        allowed = ", ".join(stage.value for stage in ground.beginnings)
        direct = ground.plan.baseline.direct
        if wanted not in {stage.id for stage in stages_of(direct=direct)}:
            raise InvalidValueError(f"the {ground.plan.route} route has no stage {wanted.value}", allowed=allowed)
        raise InvalidValueError(f"this run cannot begin at {wanted.value}: no raw image of it is at hand", allowed=allowed, remedy=AGAIN)
    if start is not None and ORDER[wanted] > ORDER[start]:
        text = f"it cannot begin at {wanted.value}: {BY_ID[start].title}: {ground.of(start).text}"
        raise InvalidValueError(text, allowed=start.value if start in ground.beginnings else "none")
    if wanted is StageId.IMPORT and ground.of(StageId.UPLOAD).done is not Done.DONE:
        raise RunError(f"nothing is there to import: {ground.of(StageId.UPLOAD).text}", remedy=AGAIN)
    return wanted


def plan_from(ground: Ground, start: StageId) -> BuildPlan:
    """The plan of a run that begins with that stage: judged by the same baseline, so that what was taken over counts."""
    plan, chain, base = ground.plan, ground.chain, ground.plan.baseline
    named = chain.task.task_id if chain.task is not None else ground.named.get("import_task", "")
    crc = ground.crc or (plan.resumes.crc if plan.resumes is not None else "")
    etag = chain.sighting.object.etag if chain.sighting.object is not None and start is not StageId.UPLOAD else ""
    if base.direct:
        kept = plan.resumes.token if plan.resumes is not None else ""
        done = chain.snapshot if start is StageId.REGISTER else ""
        resumes = Resumes(ground.run, start, "", done, token=kept, raw=ground.raw, crc=crc)
    elif start is StageId.REGISTER:
        resumes = Resumes(ground.run, start, named, chain.snapshot, raw=ground.raw, crc=crc)
    elif start is StageId.IMPORT and chain.task is not None and ground.of(StageId.IMPORT).done is Done.UNDER_WAY:
        resumes = Resumes(ground.run, start, named, etag=etag, raw=ground.raw, crc=crc)
    else:  # what was imported before counts no longer
        old = tuple(task.task_id for task in imports_of(base, chain.sighting.tasks or ()))
        base = replace(base, task_ids=tuple(dict.fromkeys((*base.task_ids, *old))))
        kept = plan.resumes.token if plan.resumes is not None and not old else ""  # an import that got lost is known by it
        resumes = Resumes(ground.run, start, token=kept or _token(ground, base.task_ids), etag=etag, raw=ground.raw, crc=crc)
    other = ("--name", base.ami_name) if base.ami_name else ()
    command = ("canvos-tui", "resume", ground.run, "--from", start.value, *other)
    return replace(plan, baseline=base, command=command, resumes=replace(resumes, wrote=_wrote(ground, start)))


def _wrote(ground: Ground, start: StageId) -> str:
    """The ETag of the object that is proven to be the run's, where it is not uploaded anew."""
    if ground.plan.baseline.direct or start is StageId.UPLOAD or ground.of(StageId.UPLOAD).done is not Done.DONE:
        return ""
    return ground.chain.object.etag if ground.chain.object is not None else ""


def _token(ground: Ground, earlier: Sequence[str]) -> str:
    """The same for the same object, run and attempt: an import whose answer was lost is not begun a second time. 64 hexadecimal digits.

    `earlier` are the imports that count no longer: those of the baseline, and those of this object since.
    """
    base, found = ground.plan.baseline, ground.chain.sighting.object
    seal = (found.etag, found.version_id, found.modified.isoformat()) if found is not None else ("", "", "")
    words = (base.account, base.region, base.bucket, base.key, *seal, *sorted(earlier))
    return hashlib.sha256("\n".join(words).encode()).hexdigest()


async def begin(ports: Ports, ground: Ground, start: StageId) -> RunId:
    """Starts the run that goes on; its supervisor is detached as that of a build."""
    return await ports.runs.start(plan_from(ground, start), ground.keys)
