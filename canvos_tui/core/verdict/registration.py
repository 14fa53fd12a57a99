"""Whether AWS made snapshot and AMI, and with what was chosen for them: an AMI that lacks it is not what was asked for."""

from __future__ import annotations

import shlex

from canvos_tui.core.aws.ami_settings import IMDS, image_words
from canvos_tui.core.aws.facts import Snapshot
from canvos_tui.core.aws.snapshot_settings import encryption_words
from canvos_tui.core.errors import Command, Remedy
from canvos_tui.core.run.result import Cause, Finding
from canvos_tui.core.run.resumable import resume_command
from canvos_tui.core.run.run import BuildPlan, RunId
from canvos_tui.core.status import Status
from canvos_tui.core.verdict.chain import Chain


def finding(plan: BuildPlan, chain: Chain) -> tuple[Finding, ...]:
    """What DescribeSnapshots and DescribeImages show of the choices; nothing where none was made, or there is neither.

    A snapshot that the account had encrypted by itself is said, too.
    """
    return (*_of_snapshot(plan, chain), *_of_image(plan, chain))


def described(chain: Chain) -> Snapshot | None:
    """The run's snapshot as AWS described it; None where there is none, or it was not seen."""
    seen = chain.sighting.snapshot
    return seen if seen is not None and seen.snapshot_id == chain.snapshot else None


def _of_snapshot(plan: BuildPlan, chain: Chain) -> tuple[Finding, ...]:
    seen, asked = described(chain), bool(plan.making.encryption)
    if seen is None:
        unseen = asked and chain.snapshot
        return (Finding("encryption", Status.UNKNOWN, f"whether {chain.snapshot} is encrypted was not seen"),) if unseen else ()
    if wrong := plan.making.unlike(seen):
        return (Finding("encryption", Status.FAIL, f"{seen.snapshot_id} {wrong}"),)
    told = f"{seen.snapshot_id} is {encryption_words(seen)}"
    if "alias/" in plan.making.key:
        told += f"; that this is {plan.making.key} was not asked"
    return (Finding("encryption", Status.PASS, told),) if seen.encrypted else ()


def _of_image(plan: BuildPlan, chain: Chain) -> tuple[Finding, ...]:
    if chain.image is None or not plan.settings.texts:
        return ()
    wrong = plan.settings.unlike(chain.image)
    told = "; ".join(wrong) if wrong else image_words(chain.image)
    return (Finding("ami-settings", Status.FAIL if wrong else Status.PASS, told),)


def snapshot_cause(plan: BuildPlan, chain: Chain) -> Cause | None:
    """Why a snapshot is not what was asked for; None where it is, or was not seen."""
    seen = described(chain)
    if seen is None or not (wrong := plan.making.unlike(seen)):
        return None
    region = chain.baseline.region
    away = [["deregister-image", "--region", region, "--image-id", chain.image.image_id]] if chain.image is not None else []
    away.append(["delete-snapshot", "--region", region, "--snapshot-id", seen.snapshot_id])
    made = "written" if chain.baseline.direct else "imported"
    remedy = Remedy(
        f"take it away, then let it be {made} anew: nothing is built or uploaded again",
        (*(Command(shlex.join(["aws", "ec2", *words])) for words in away), Command("canvos-tui resume")),
    )
    return Cause("snapshot-encryption", "The snapshot is not encrypted as it was chosen", f"{seen.snapshot_id} {wrong}", (remedy,))


def cause(plan: BuildPlan, chain: Chain) -> Cause | None:
    """Why snapshot or AMI are not what was asked for; None where they are."""
    if (otherwise := snapshot_cause(plan, chain)) is not None:
        return otherwise
    if chain.image is None or not (wrong := plan.settings.unlike(chain.image)):
        return None
    ami, region = chain.image.image_id, chain.baseline.region
    aws = ["aws", "ec2"]
    where = ["--region", region, "--image-id", ami]
    remedies = [
        Remedy(
            "deregister it, then register its snapshot anew: nothing is built or uploaded again",
            (Command(shlex.join([*aws, "deregister-image", *where])), Command("canvos-tui resume")),
        )
    ]
    if chain.image.imds != plan.settings.imds and plan.settings.imds and len(wrong) == 1:
        text = "IMDS alone can be set on the AMI as it is"
        command = shlex.join([*aws, "modify-image-attribute", *where, "--imds-support", plan.settings.texts[IMDS]])
        remedies.insert(0, Remedy(text, (Command(command),)))
    text = f"{ami} was not registered as it was chosen: {'; '.join(wrong)}"
    return Cause("ami-settings", "The AMI lacks what was chosen for it", text, tuple(remedies))


def beaten(run_id: RunId, chain: Chain) -> Cause | None:
    """Why our own stages made no AMI of a snapshot that they have: another has the name by now. None where none has."""
    if chain.image is not None or not chain.snapshot or not chain.strangers:
        return None
    base, other = chain.baseline, chain.strangers[0]
    text = f"{other.image_id} was registered as {base.image_name} while this run worked, and not of its snapshot {chain.snapshot}"
    use = Remedy("or use that AMI, where it was made of the same image, and remove this snapshot", (Command("canvos-tui leftovers"),))
    return Cause("ami-name-taken", "Another AMI took the name meanwhile", text, (under_another_name(run_id), use))


def under_another_name(run_id: RunId) -> Remedy:
    """What makes an AMI of a snapshot whose name somebody else has."""
    text = "register this run's snapshot under another name, in place of NAME: nothing is built, uploaded or imported again"
    return Remedy(text, (Command(f"{resume_command(run_id)} --name NAME"),))
