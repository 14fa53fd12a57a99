"""What still keeps the build from starting, and the plan of a build that may start."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from canvos_tui.core.answers import fields
from canvos_tui.core.answers.draft import Draft, UserData
from canvos_tui.core.checkout.distributions import NO_NAMES
from canvos_tui.core.pages import OF_FIELD
from canvos_tui.core.values import dataclass

if TYPE_CHECKING:  # every page asks what is missing, before anything was asked of AWS
    from canvos_tui.core.answers.fields import Field
    from canvos_tui.core.aws.facts import RightProbe
    from canvos_tui.core.aws.taken_names import TakenNames
    from canvos_tui.core.ports import Ports
    from canvos_tui.core.run.run import BuildPlan
    from canvos_tui.core.session import Session

# categories whose results do not depend on the answers; repository, files and AWS are judged from what is known right now
LASTING = frozenset({"host", "tools", "network"})


@dataclass(frozen=True)
class Blocker:
    """One reason against building, in a sentence that names no screen, and the page (and field) where it can be mended."""

    page: str
    text: str
    key: str = ""


def gaps(draft: Draft, known: Session | None = None) -> tuple[Blocker, ...]:
    """Every answer that is missing or refused, in the order of the pages; what a tag needs is read from `known`, where it is known."""
    tag = known.tag(draft.tag) if known is not None else None
    systems = tag.earthfile.systems if tag is not None else NO_NAMES
    found: list[Blocker] = []
    if draft.folder is None or not draft.tag:
        found.append(Blocker("repo", _no_tag(known), "tag"))
    for asked in _matter(draft):
        entry = draft.entry(asked.key)
        if entry.error or (not entry.text and not asked.optional):
            found.append(Blocker(OF_FIELD[asked.key], entry.error or f"{asked.key} is needed", asked.key))
    if draft.user_data is UserData.TEMPLATE and draft.token is None:
        token = fields.EDGE_HOST_TOKEN
        found.append(Blocker(OF_FIELD[token.key], "the registration token is needed: it is never stored", token.key))
    if systems.needs_base(draft.text("OS_DISTRIBUTION")) and not draft.text("BASE_IMAGE"):
        found.append(Blocker("os", f"{draft.text('OS_DISTRIBUTION')} needs BASE_IMAGE, an image that you built", "BASE_IMAGE"))
    if draft.several and not draft.kept:
        found.append(Blocker("versions", "several versions are wanted, but none is kept", "k8s_versions"))
    found += _of_key(draft)
    if draft.keys is None:
        found.append(Blocker("keys", "no AWS keys yet", "AWS_ACCESS_KEY_ID"))
    return tuple(found)


def _of_key(draft: Draft) -> Iterator[Blocker]:
    if draft.text("encryption"):
        from canvos_tui.core.answers.on_route import key_problem  # the first page asks what is missing as well

        if wrong := key_problem(draft):
            yield Blocker("ami-settings", wrong, "encryption")


def _no_tag(known: Session | None) -> str:
    """The tag that stands in the folder is none that was chosen where it cannot be built: then it says why."""
    here = known.tag(known.checkout.tag) if known is not None and known.checkout is not None else None
    if here is None:
        return "no CanvOS tag is chosen yet"
    from canvos_tui.core.checkout.novelty import against  # the first page asks what is missing as well, and knows no tag

    refused = against(here.earthfile)
    told = f": {here.name}, which is checked out, {refused.sentence}" if refused is not None else ""
    return f"no CanvOS tag is chosen yet{told}"


def _matter(draft: Draft) -> Iterator[Field[str]]:
    """The fields that have to be right with the answers so far."""
    for asked in fields.ASKED:
        left = (draft.several and asked is fields.K8S_VERSION) or (asked in fields.USER_DATA and draft.user_data is not UserData.TEMPLATE)
        left = left or not draft.route.wants(asked.key)
        if not left:
            yield asked


def rights_subject(draft: Draft) -> str:
    """What an answer about rights holds for: keys, region, bucket, key and route; `-` for a bucket that the route does not need."""
    keys = draft.keys.masked_id() if draft.keys else ""
    bucket = draft.text("S3_BUCKET") if draft.route.needs_bucket else "-"
    return f"{keys}/{draft.text('REGION')}/{bucket}/{draft.text('S3_KEY')}/{draft.route.value}"


def _refused(draft: Draft, known: Session) -> tuple[RightProbe, ...]:
    """The rights that are denied for the answers as they stand; what was asked for other ones, or for another route, says nothing."""
    if not known.rights or known.rights_for != rights_subject(draft):
        return ()
    from canvos_tui.core.aws.facts import Right

    return tuple(probe for probe in known.rights if probe.right is Right.DENIED)


def taken_on_rights(draft: Draft, known: Session) -> tuple[tuple[RightProbe, str], ...]:
    """Every right that is denied and was taken on all the same, with the reason that was given."""
    denied = _refused(draft, known)
    if not denied:
        return ()
    from canvos_tui.core.checks.aws.account import CHECK_OF

    return tuple((p, reason) for p in denied if (reason := draft.accepted.get(CHECK_OF.get(p.action, ""), "")))


def blockers(draft: Draft, known: Session) -> tuple[Blocker, ...]:
    """Every reason against building now: missing answers, failed required checks, denied rights, names that are taken."""
    found = list(gaps(draft, known))
    if draft.keys is not None and draft.keys.temporary and draft.route.keys_in_build:
        found.append(Blocker("keys", "temporary keys do not work in the build; the two-stage and the direct route take them"))
    found += _of_checks(draft, known)
    if draft.keys is not None and known.rights_for != rights_subject(draft):
        found.append(Blocker("aws", "the AWS rights were not asked for yet"))
    taken_on = {probe.action for probe, _ in taken_on_rights(draft, known)}
    refused = (probe for probe in _refused(draft, known) if probe.action not in taken_on)
    found += [Blocker("aws", f"{p.action} is denied: {p.message or p.code}") for p in refused]
    region = draft.text("REGION")
    bucket = known.bucket
    if bucket is not None and bucket.name == draft.text("S3_BUCKET") and draft.route.needs_bucket:
        if bucket.exists is False:
            found.append(Blocker("s3", f"there is no bucket {bucket.name}", "S3_BUCKET"))
        elif bucket.region and region and bucket.region != region:
            found.append(Blocker("s3", f"the bucket is in {bucket.region}, REGION is {region}", "REGION"))
    taken = known.taken
    if taken is not None and taken.key == draft.text("S3_KEY") and _in_the_way(draft, taken):
        found.append(Blocker("s3", f"S3_KEY {taken.key} is taken: choose another one", "S3_KEY"))
    return tuple(found)


def _of_checks(draft: Draft, known: Session) -> Iterator[Blocker]:
    """What the last check leaves open or found wrong, as far as the route asks for it."""
    if known.report is None or not known.report.done:
        yield Blocker("check", "the prerequisites were not checked yet")
        return
    from canvos_tui.core.checks.routes import on_route, unasked

    if left := unasked(known.report.results, draft.route):
        yield Blocker("check", f"not asked yet for the {draft.route.value} route: {', '.join(left)}")
    for result in known.report.ordered():
        if result.check.category in LASTING and on_route(result.check, draft.route) and result.blocks:
            yield Blocker("check", f"{result.check.id}: {result.answer.observed}")


def _in_the_way(draft: Draft, taken: TakenNames) -> bool:
    """Names that only begin with the key mislead the import script, and nobody else."""
    if draft.route.uploads_itself:
        return bool((taken.same and draft.route.needs_bucket) or taken.images)
    return taken.any and (taken.hard or not draft.reuses)


async def refuse_second(ports: Ports, folder: Path) -> None:
    """RunError when a run lives in that checkout: its files must stay as it found them."""
    for info in await ports.runs.infos():
        if info.live and info.checkout == str(folder):
            from canvos_tui.core.run.resumable import busy

            raise busy(info.run_id, await ports.runs.plan(info.run_id))


async def make_plan(ports: Ports, draft: Draft) -> BuildPlan:
    """The plan with a baseline taken from AWS right now. AwsError when AWS cannot be asked, RunError for a name that is taken by now."""
    from canvos_tui.core.answers.on_route import ami_settings, making, upload_limit
    from canvos_tui.core.run.run import BuildPlan, Resumes
    from canvos_tui.core.run.stage import StageId
    from canvos_tui.core.stages.elsewhere import mark_of, refuse_taken

    assert draft.keys is not None
    assert draft.folder is not None
    aws = await ports.aws.open(draft.keys, draft.text("REGION"))
    bucket = draft.text("S3_BUCKET") if draft.route.needs_bucket else ""
    baseline = await aws.baseline(bucket, draft.text("S3_KEY"))
    if draft.route.uploads_itself:
        refuse_taken(baseline)
    return BuildPlan(
        checkout=str(draft.folder),
        tag=draft.tag,
        command=draft.route.told.command,
        baseline=baseline,
        endpoint=ports.aws.endpoint(),
        args=tuple(sorted(draft.args().items())),
        reuse_object=draft.reuses,
        resumes=Resumes("", StageId.IMAGE, token=mark_of(baseline)) if draft.route.uploads_itself else None,
        settings=ami_settings(draft),
        making=making(draft),
        limit=upload_limit(draft),
        joins=await ports.files.mode(draft.folder / "user-data") is not None,
    )
