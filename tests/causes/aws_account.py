"""An account of moto's with the guide's nine permissions, and the doctor's checks of it through the real client."""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

from canvos_tui.adapters.aws.boto import BotoDoor
from canvos_tui.adapters.aws.clients import Patience
from canvos_tui.core.answers.draft import FieldAnswered, KeysGiven, RouteChosen
from canvos_tui.core.answers.routes import Route, parse_route
from canvos_tui.core.aws.facts import AwsKeys, Identity
from canvos_tui.core.aws.keys import KeySource
from canvos_tui.core.aws.vmimport_role import role_document, trust_document
from canvos_tui.core.checks.aws.account import CHECKS_AWS
from canvos_tui.core.checks.aws.advice import Subject, user_document
from canvos_tui.core.checks.check import CheckResult, Context
from canvos_tui.core.checks.routes import of_route
from canvos_tui.core.checks.runner import run
from tests.adapters.moto_rights import ACCOUNT, MotoRights
from tests.doubles.check_world import World, answered

BUCKET, REGION, KEY = "acme-images", "eu-west-1", "edge-1"
NINE = {
    "AWS-S3-LIST": "s3:ListBucket",
    "AWS-S3-GET": "s3:GetObject",
    "AWS-S3-PUT": "s3:PutObject",
    "AWS-EC2-IMPORT": "ec2:ImportSnapshot",
    "AWS-EC2-DESC-TASKS": "ec2:DescribeImportSnapshotTasks",
    "AWS-EC2-DESC-SNAPS": "ec2:DescribeSnapshots",
    "AWS-EC2-REGISTER": "ec2:RegisterImage",
    "AWS-EC2-DESC-IMAGES": "ec2:DescribeImages",
    "AWS-EC2-TAGS": "ec2:CreateTags",
}
ENCRYPTION = ("s3:GetEncryptionConfiguration", "ec2:GetEbsEncryptionByDefault", "ec2:GetEbsDefaultKmsKeyId")
OURS = user_document(Subject(BUCKET, REGION, Identity(ACCOUNT, f"arn:aws:iam::{ACCOUNT}:user/edge")))


def policy(*without: str, more: tuple[str, ...] = ENCRYPTION) -> dict[str, Any]:
    """Our own policy for the user, without some actions; the look at encryption besides it."""
    found = copy.deepcopy(OURS)
    for statement in found["Statement"]:
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        statement["Action"] = [a for a in actions if a not in without]
    found["Statement"] = [s for s in found["Statement"] if s["Action"]]
    if more:
        found["Statement"].append({"Effect": "Allow", "Action": list(more), "Resource": "*"})
    return found


def good(moto: MotoRights) -> None:
    """The bucket and a good role."""
    moto.bucket(BUCKET, REGION)
    moto.role(trust_document(), role_document(BUCKET))


async def doctor(endpoint: str, keys: AwsKeys, home: Path, *, patience: Patience | None = None, **values: str) -> dict[str, CheckResult]:
    """The results of all AWS checks by id, on the guide's route or that of the answer `route`."""
    door = BotoDoor({"AWS_ENDPOINT_URL": endpoint} if endpoint else {}, patience)
    ports = replace(World(home).ports(), aws=door)
    texts = {"REGION": REGION, "S3_BUCKET": BUCKET, "S3_KEY": KEY, **values}
    route = parse_route(texts.pop("route", Route.GUIDE.value))
    ours = {key: texts.pop(key) for key in ("encryption", "import_role") if key in texts}  # they stand in no .arg
    draft = answered(None, **texts).after(KeysGiven(keys, KeySource.SECRET)).after(RouteChosen(route))
    for key, text in ours.items():
        draft = draft.after(FieldAnswered(key, text))
    return {r.check.id: r for r in await run(of_route(CHECKS_AWS, draft.route), Context(ports, draft, True), lambda _: None)}
