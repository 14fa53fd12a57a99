"""What of a look at AWS is a run's own work: nothing that came while it built, and of our own stages only what they told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from canvos_tui.core.aws.facts import Baseline, S3Object
from canvos_tui.core.aws.sighting import Sighting
from canvos_tui.core.command_words import word
from canvos_tui.core.run.phase import Phase
from canvos_tui.core.run.raw_image import FOLDER, parse_raw_image
from canvos_tui.core.run.result import Finding, LeftOver
from canvos_tui.core.run.run import BuildPlan
from canvos_tui.core.status import Status
from canvos_tui.core.text import size
from canvos_tui.core.verdict import registration
from canvos_tui.core.verdict.chain import Chain
from canvos_tui.core.verdict.findings import of_user_data
from canvos_tui.core.verdict.left_over import left_by_name, left_unproven

GIVEN_UP = "given-up"  # what it tells of an upload in parts that it ended itself
SAME = "same"  # what our own upload tells, with its ETag, of an object that somebody else wrote with the very same bytes


def without_others(plan: BuildPlan, sighting: Sighting, exit_code: int | None, phase: Phase | None, found: Mapping[str, str]) -> Sighting:
    """The look, without all that came since the baseline where the log shows that the build failed while the image was built."""
    never = plan.builds and bool(exit_code) and not found and phase is not None and phase.builds
    return _before(plan.baseline, sighting) if never else sighting


def _before(base: Baseline, sighting: Sighting) -> Sighting:
    images = {image.image_id for image in base.images}
    return replace(
        sighting,
        object=base.object if sighting.object is not None else None,
        tasks=None if sighting.tasks is None else tuple(t for t in sighting.tasks if t.task_id in base.task_ids),
        images=None if sighting.images is None else tuple(i for i in sighting.images if i.image_id in images),
        uploads=None if sighting.uploads is None else tuple(u for u in sighting.uploads if u.upload_id in base.upload_ids),
        snapshot=None,
    )


def written(plan: BuildPlan, chain: Chain, ids: Mapping[str, str], *, upload_ended: bool) -> S3Object | None:
    """The object that this very run wrote, or the one that it goes on from.

    It is proven by its checksum where the upload was ours, by what was taken over where nothing is uploaded, else by the log's word that
    the upload ended.
    """
    own = plan.resumes
    if chain.uploaded is None or own is None:
        return chain.uploaded if upload_ended else None
    return chain.uploaded if chain.uploaded.etag == (ids.get("object", "") if own.uploads else own.wrote) else None


def unheard(plan: BuildPlan, chain: Chain, ids: Mapping[str, str], wrote: S3Object | None) -> tuple[LeftOver, ...]:
    """What our own stages most likely made when they ended before they heard of it: nobody can prove it, and it costs all the same."""
    own = plan.resumes
    if own is None or not ids.get("raw"):
        return ()
    if plan.baseline.direct:
        used = {image.root_snapshot for image in chain.sighting.images or ()}
        begun = (one.snapshot_id for one in chain.sighting.begun if one.snapshot_id not in used)
        note = "begun for this run's key while it lived: this run's, or another's of the same key"
        return tuple(left_by_name(plan.baseline.region, "snapshot", found, note) for found in begun)
    found = _object_unheard(chain, ids) if own.uploads and wrote is None else None
    return (left_unproven(plan.baseline, found),) if found is not None else ()


def _object_unheard(chain: Chain, ids: Mapping[str, str]) -> S3Object | None:
    """The object that stands where S3 has the upload no longer, and we did not give it up."""
    begun, sent, listed = ids.get("upload", ""), parse_raw_image(ids["raw"]), chain.sighting.uploads
    if chain.object is None or listed is None or sent is None or not begun or begun == ids.get(GIVEN_UP, ""):
        return None
    ended = begun not in {upload.upload_id for upload in listed}
    return chain.object if ended and sent.size == chain.object.size else None


def uploads(plan: BuildPlan, ids: Mapping[str, str], phase: Phase | None) -> set[str] | None:
    """The uploads in parts that can be the run's: that which our own stages told, none of a build that never came to one.

    None where CanvOS' script begins one, which nobody names.
    """
    if plan.resumes is not None:
        return {ids["upload"]} if "upload" in ids else set()
    return set() if phase is not None and phase.order < Phase.AWSCLI.order else None


def findings_of(  # noqa: PLR0913  what is said of an object hangs on all that is known
    plan: BuildPlan, chain: Chain, ids: Mapping[str, str], seen: Sighting, wrote: S3Object | None, told: tuple[Finding, ...]
) -> tuple[Finding, ...]:
    """The findings with that of user-data.

    Of an object that was left out of the look, or that our own upload did not prove, they say whose it is not.
    """
    own = plan.resumes is not None and plan.resumes.uploads and wrote is None and chain.object is not None
    told = (*told, *registration.finding(plan, chain), *of_user_data(chain, joins=plan.joins))
    if seen.object is None or not (own or seen.object != chain.sighting.object):
        return told
    where = f"s3://{chain.baseline.bucket}/{chain.baseline.key}"
    other = Finding("object", Status.FAIL, f"{where} is there, and nothing shows that this run wrote it")
    if own and seen.object.etag == ids.get(SAME, ""):
        other = Finding("object", Status.WARN, f"{where} holds this very image, by S3's checksum; somebody else wrote it")
    return tuple(other if finding.id == "object" else finding for finding in told)


def raw_of(plan: BuildPlan, ids: Mapping[str, str]) -> str:
    """The raw image that the run built, or was given; "" where the image is in no file of this machine."""
    if plan.resumes is None:
        return ""
    built = parse_raw_image(ids.get("raw", ""))
    return plan.resumes.raw or (str(built.path(Path(plan.checkout))) if built is not None else "")


def built_file(plan: BuildPlan, ids: Mapping[str, str]) -> tuple[LeftOver, ...]:
    """The raw image of a build of our own stages: CanvOS leaves it in build/. One that somebody gave is his."""
    built, own = parse_raw_image(ids.get("raw", "")), plan.resumes
    there = own is not None and (plan.builds or (own.run and Path(own.raw).parent == Path(plan.checkout) / FOLDER))
    if built is None or not there:
        return ()
    path = str(built.path(Path(plan.checkout)))
    note = f"{size(built.size)} on this machine; while it lies there no later stage needs a new build"
    return (LeftOver("file", path, True, note, f"rm -f {word(path)} || sudo rm -f {word(path)}"),)
