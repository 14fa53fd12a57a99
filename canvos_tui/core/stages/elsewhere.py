"""From a raw image to an AMI without a build of this machine: the plan of a run that uploads, imports and registers it."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

from canvos_tui.core.answers.draft import Draft
from canvos_tui.core.answers.on_route import ami_settings, making, refuse_key, upload_limit
from canvos_tui.core.aws.facts import AwsKeys, Baseline
from canvos_tui.core.errors import FilesError, InvalidValueError, RunError
from canvos_tui.core.ports import Ports
from canvos_tui.core.run.run import BuildPlan, Resumes
from canvos_tui.core.run.stage import StageId
from canvos_tui.core.text import size

NAMES = ("REGION", "S3_BUCKET", "S3_KEY")


def names_of(draft: Draft) -> tuple[str, ...]:
    """The answers that are needed beside a raw image: no bucket where it goes into a snapshot by itself."""
    return tuple(name for name in NAMES if draft.route.wants(name))


async def plan_of(ports: Ports, raw: Path, draft: Draft, keys: AwsKeys, name: str = "") -> BuildPlan:
    """The plan, with a baseline taken from AWS right now. `raw` is an absolute path; `name` is the AMI's where it is not to be S3_KEY.

    InvalidValueError for answers that are missing, FilesError for a file that is not there, RunError for a key or a name that is taken.
    """
    missing = [field for field in names_of(draft) if not draft.text(field)]
    if missing:
        raise InvalidValueError(f"not known: {', '.join(missing)}", remedy="name them in the answers file: --config FILE")
    refuse_key(draft)
    file, settings = await ports.files.facts(raw), ami_settings(draft)
    if file is None:
        raise FilesError(f"there is no file {raw}", remedy="CanvOS writes it to build/: ./earthly.sh +cloud-image --ARCH=amd64")
    _refuse_name(raw)
    if settings.fitting(file.size) != settings:
        least = settings.fitting(file.size).root_gib
        text = f"root_size: a root volume of {settings.root_gib} GiB does not hold this image of {size(file.size)}"
        raise InvalidValueError(text, allowed=f"{least} or more", remedy="leave it out for the image's own size")
    region, bucket, key = (draft.text(field) for field in NAMES)
    bucket = bucket if draft.route.needs_bucket else ""
    aws = await ports.aws.open(keys, region)
    base = await aws.baseline(bucket, key)
    if name:
        base = replace(base, ami_name=name, images=await aws.images_named(name))
    refuse_taken(base)
    return BuildPlan(
        checkout=str(draft.folder if draft.folder is not None and raw.is_relative_to(draft.folder) else raw.parent),
        tag=draft.tag,
        command=("canvos-tui", "resume", "--raw", str(raw), *(("--name", name) if name else ())),
        baseline=base,
        endpoint=ports.aws.endpoint(),
        args=tuple(sorted(draft.args().items())),
        settings=settings,
        making=making(draft),
        limit=upload_limit(draft),
        resumes=Resumes("", StageId.UPLOAD if bucket else StageId.SNAPSHOT, token=mark_of(base), raw=str(raw)),
    )


def _refuse_name(raw: Path) -> None:
    try:
        str(raw).encode()
    except UnicodeEncodeError:
        raise InvalidValueError("the file's name is no UTF-8", remedy="give it another name: it is written into the run's record") from None
    if not str(raw).isprintable():
        raise InvalidValueError("the file's name has control characters", remedy="give it another name: it is written into the run's log")


def refuse_taken(base: Baseline) -> None:
    """RunError where the object's key or the AMI's name is in use: an upload of ours writes over nothing."""
    if base.object is not None:
        text = f"s3://{base.bucket}/{base.key} is there already, {size(base.object.size)}"
        raise RunError(
            text, remedy="nothing is ever written over: choose another S3_KEY, or canvos-tui resume RUN for an upload of an earlier run"
        )
    if base.images:
        text = f"the AMI name {base.image_name} is taken by {base.images[0].image_id}"
        raise RunError(text, remedy="deregister that AMI if nobody needs it, or choose another name: --name NAME")


def mark_of(base: Baseline) -> str:
    """The mark of a run that begins now, by which AWS' import task of it is known again. 64 hexadecimal digits."""
    words = (base.account, base.region, base.bucket, base.key, base.taken_at.isoformat())
    return hashlib.sha256("\n".join(words).encode()).hexdigest()
