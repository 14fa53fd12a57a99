"""What AWS shows of a run, for tests of its stages: everything done, and changes to that."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from canvos_tui.core.aws.facts import AwsKeys, Baseline, Image, ImportTask, S3Object, Snapshot
from canvos_tui.core.aws.sighting import Question, Sighting, Unseen
from canvos_tui.core.run.run import BuildPlan
from canvos_tui.core.secret import Secret
from canvos_tui.core.stages.ground import Ground
from canvos_tui.core.stages.proof import Told, proofs
from canvos_tui.core.verdict.chain import Chain, chain_of

NOW = datetime(2026, 11, 22, 14, 12, tzinfo=UTC)
BUCKET, KEY, REGION = "acme-images", "edge", "eu-central-1"
TASK, SNAP, AMI = "import-snap-0new", "snap-0new", "ami-0new"
OBJECT = S3Object(KEY, 3_000_000_000, NOW + timedelta(minutes=40), '"new"')
OLD_OBJECT = S3Object(KEY, 5, NOW - timedelta(days=1), '"old"')
BASE = Baseline(NOW, REGION, BUCKET, KEY, "123456789012", task_ids=("import-snap-0old",))
COMPLETED = ImportTask(TASK, "completed", snapshot_id=SNAP, bucket=BUCKET, key=KEY)
ACTIVE = replace(COMPLETED, status="active", snapshot_id="", progress=42)
FAILED = replace(COMPLETED, status="deleted", snapshot_id="", message="ServerError: an internal error")
IMAGE = Image(AMI, KEY, "available", SNAP, "x86_64", "uefi", True)
DONE = Sighting(NOW, (), OBJECT, True, (COMPLETED,), Snapshot(SNAP, "completed", size=4 * 1024**3), (IMAGE,))
REGISTER_OPEN = replace(DONE, images=())
IMPORT_OPEN = replace(DONE, images=(), tasks=(FAILED,), snapshot=None)
NOT_IMPORTED = replace(DONE, images=(), tasks=(), snapshot=None)
UNDER_WAY = replace(DONE, images=(), tasks=(ACTIVE,), snapshot=None)
NOTHING = replace(DONE, object=None, images=(), tasks=(), snapshot=None)
TOLD = Told(NOW + timedelta(hours=1), OBJECT.size)
KEYS = AwsKeys("AKIAIOSFODNN7EXAMPLE", Secret("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"))


def chain(sighting: Sighting = DONE, base: Baseline = BASE, **more: Any) -> Chain:
    return chain_of(base, sighting, more.get("named", {}), more.get("found", {}), reuse_wanted=more.get("reuse", False))


def ground(sighting: Sighting = DONE, base: Baseline = BASE, told: Told = TOLD, **more: Any) -> Ground:
    found = chain(sighting, base, **more)
    plan = BuildPlan("/home/alice/CanvOS", "v4.9.38", ("./earthly.sh",), base, reuse_object=more.get("reuse", False))
    return Ground("20261122-1412-0001", plan, found, proofs(found, told), KEYS)


def blind(sighting: Sighting, what: Question, **unseen: Any) -> Sighting:
    return replace(sighting, blind=(Unseen(what, "UnauthorizedOperation", "not authorized"),), **unseen)
