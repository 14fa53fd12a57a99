"""The guide's nine permissions, each taken away alone from a user of moto's: that one is seen, the others pass, nothing is left."""

from __future__ import annotations

import pytest

from canvos_tui.core.checks.check import Method
from canvos_tui.core.checks.reports.report_text import row
from canvos_tui.core.status import Status
from tests.adapters.moto_rights import MotoRights
from tests.adapters.moto_rights import server as server
from tests.causes.aws_account import BUCKET, NINE, OURS, doctor, good, policy
from tests.causes.told import assert_told


@pytest.fixture
def moto(server: MotoRights) -> MotoRights:
    server.reset()
    good(server)
    return server


def belongings(moto: MotoRights) -> dict[str, object]:
    """Everything that a question could leave behind."""
    s3, ec2 = moto.client("s3"), moto.client("ec2")
    return {
        "objects": s3.list_objects_v2(Bucket=BUCKET).get("Contents", []),
        "uploads": s3.list_multipart_uploads(Bucket=BUCKET).get("Uploads", []),
        "tasks": ec2.describe_import_snapshot_tasks()["ImportSnapshotTasks"],
        "images": ec2.describe_images(Owners=["self"])["Images"],
        "snapshots": {s["SnapshotId"] for s in ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"]},  # moto has some of its own
    }


async def test_our_own_policy_and_no_other_passes_all_nine_and_the_role(moto, tmp_path):
    keys, before = moto.user(OURS), belongings(moto)
    with moto.judged():
        results = await doctor(moto.endpoint, keys, tmp_path)
    seen = {n: r.status for n, r in results.items()}
    assert all(seen[n] is Status.PASS for n in (*NINE, "AWS-ROLE-VMIMPORT")), [row(r) for r in results.values()]
    # the policy holds no more than needed, and looking at the encryption is not needed: it is said, and does not stand in the way
    assert [n for n, s in seen.items() if s is not Status.PASS] == ["AWS-ENCRYPTION"]
    assert seen["AWS-ENCRYPTION"] is Status.UNKNOWN
    assert belongings(moto) == before


@pytest.mark.parametrize(("name", "action"), NINE.items())
async def test_one_missing_permission_is_the_only_one_that_does_not_pass(moto, tmp_path, name, action):
    keys, before = moto.user(policy(action)), belongings(moto)
    with moto.judged():
        results = await doctor(moto.endpoint, keys, tmp_path)
    nine = {n: results[n].status for n in NINE}
    matrix = " ".join(f"{n}={s.label}" for n, s in nine.items())
    expected = {n: Status.PASS for n in NINE} | {name: Status.FAIL}
    also = EXTRA.get(name, {})
    assert nine == expected | also, matrix
    assert_told(results[name], Status.FAIL, "denied (", how=f"moto, IAM policy without {action} alone")
    for other in also:
        assert_told(results[other], Status.UNKNOWN, "not known: ", how=f"moto, IAM policy without {action} alone")
        assert results[other].answer.method is Method.NOT_VERIFIABLE
    assert belongings(moto) == before


# an absent key is a 403 to whoever may not list, and moto's sentence does not say which right was missing, as AWS' does
EXTRA = {"AWS-S3-LIST": {"AWS-S3-GET": Status.UNKNOWN}}
