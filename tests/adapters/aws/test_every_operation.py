"""Every operation of AWS that this program calls, called by the program's own code on moto, a double that we did not write.

Which operations those are is read out of the sources; which came is heard in the SDK. A call that is added and not tried here fails it.
"""

from __future__ import annotations

import ast
import json
import os
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore import xform_name
from botocore.client import BaseClient
from botocore.exceptions import ClientError

import canvos_tui
from canvos_tui.adapters.aws.boto import BotoDoor
from canvos_tui.adapters.aws.clients import SERVICES, Clients, Patience
from canvos_tui.adapters.aws.raw_file import RawFile
from canvos_tui.adapters.aws.upload import RawUpload
from canvos_tui.adapters.aws.upload_record import UploadRecord
from canvos_tui.adapters.ebs.calls import EbsCalls
from canvos_tui.adapters.ebs.raw_blocks import RawBlocks
from canvos_tui.core.aws.ami_settings import AmiSettings
from canvos_tui.core.aws.blocks import BLOCK
from canvos_tui.core.aws.facts import AwsKeys, PutWay, Right
from canvos_tui.core.aws.instance import Launch
from canvos_tui.core.aws.snapshot_settings import AS_SCRIPT, KeyFacts, SnapshotSettings
from canvos_tui.core.aws.vmimport_role import role_document, trust_document
from canvos_tui.core.errors import AwsError
from canvos_tui.core.secret import Secret
from tests.adapters import moto_ebs, moto_more
from tests.adapters.moto_rights import ACCOUNT, MotoRights
from tests.adapters.moto_rights import server as server
from tests.waiting import answered

BUCKET, KEY, REGION, THERE = "acme-images", "edge/2026.raw", "eu-west-1", "us-west-2"
ADMIN = AwsKeys("AKIAADMIN00000000000", Secret("a" * 40))
PART = 5 * 1024**2
HASTE = Patience(2, 20, 1)
OTHER = "999999999999"


@pytest.fixture
def moto(server: MotoRights, monkeypatch: pytest.MonkeyPatch) -> MotoRights:
    server.reset()
    moto_ebs.put_right(monkeypatch)
    moto_more.put_right(monkeypatch)
    server.bucket(BUCKET)
    server.role(trust_document(), *[role_document(BUCKET)] * 3)
    return server


def clients(moto: MotoRights, keys: AwsKeys = ADMIN) -> Clients:
    return Clients(keys, REGION, {"AWS_ENDPOINT_URL": moto.endpoint}, HASTE)


def door(moto: MotoRights) -> BotoDoor:
    return BotoDoor({"AWS_ENDPOINT_URL": moto.endpoint}, HASTE)


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three parts and a bit, of which some blocks are empty."""
    path = tmp_path_factory.mktemp("raw") / "kairos.raw"
    data = bytearray(3 * PART + 3000)
    data[512:520] = b"EFI PART"
    data[-4 * BLOCK :] = os.urandom(4 * BLOCK)
    path.write_bytes(data)
    return path


# -- what is called, and what came -------------------------------------------------------------------------


def in_the_sources() -> set[tuple[str, str]]:
    """Service and operation of every call on a client that is named after its service, the rehearsal's stand-in apart."""
    known = {service: operations(service) for service in SERVICES}
    found = set()
    root = Path(canvos_tui.__file__).parent
    for path in sorted(root.rglob("*.py")):
        if "rehearsal" not in path.relative_to(root).parts:
            found |= {call for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) for call in called(node, known, path)}
    return found


def operations(service: str) -> set[str]:
    model = botocore.session.get_session().get_service_model(service)
    return {xform_name(name) for name in model.operation_names}


def called(node: ast.AST, known: dict[str, set[str]], path: Path) -> Iterator[tuple[str, str]]:
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return
    of = node.func.value.id if isinstance(node.func.value, ast.Name) else ""
    name = node.func.attr
    if name == "get_paginator":
        assert of in known, f"{path}:{node.lineno}: a client is called as its service is"
        assert isinstance(node.args[0], ast.Constant)
        yield of, str(node.args[0].value)
    elif of in known and name in known[of]:
        yield of, name


Asked = dict[tuple[str, str], set[str]]


@contextmanager
def heard() -> Iterator[Asked]:
    """What the program's own clients are answered meanwhile: by service and operation, "" for an answer and else the codes of refusals."""
    found: Asked = {}
    real = BaseClient._make_api_call

    def listening(self: Any, operation: str, parameters: Any) -> Any:
        ours = self.meta.config.user_agent_appid == "canvos-tui"
        told = found.setdefault((self.meta.service_model.service_name, xform_name(operation)), set()) if ours else set()
        try:
            answer = real(self, operation, parameters)
        except ClientError as error:
            told.add(str(error.response["Error"]["Code"]))
            raise
        told.add("")
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseClient, "_make_api_call", listening)
        yield found


# -- what the program does -----------------------------------------------------------------------------------


async def looks_at_the_account(moto: MotoRights) -> None:
    moto.ebs_key("arn:aws:kms:eu-west-1:123456789012:key/k")
    moto.client("iam").create_policy(PolicyName="more", PolicyDocument=json.dumps(role_document(BUCKET)))
    moto.client("iam").attach_role_policy(RoleName="vmimport", PolicyArn=f"arn:aws:iam::{ACCOUNT}:policy/more")
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/ours"}}
    moto.client("s3").put_bucket_encryption(Bucket=BUCKET, ServerSideEncryptionConfiguration={"Rules": [rule]})
    aws = await door(moto).open(ADMIN, REGION)
    assert (await aws.identity()).account == ACCOUNT
    assert (await aws.bucket(BUCKET)).accessible
    role = await aws.role_facts("vmimport")
    assert (len(role.policies), role.unseen) == (4, ()), "three of its own in two pages, and one that is attached"
    kept = await aws.encryption(BUCKET, sealed=False)
    assert (kept.ebs, kept.ebs_key, kept.unseen) == (True, "arn:aws:kms:eu-west-1:123456789012:key/k", ())
    assert (kept.bucket_kms, kept.bucket_key) == (True, "alias/ours")


async def asks_for_rights(moto: MotoRights) -> None:
    for bucket in (BUCKET, ""):
        probes = await (await door(moto).open(ADMIN, REGION)).rights(bucket, KEY, lambda _: None, AS_SCRIPT)
        assert {(probe.action, probe.right) for probe in probes if probe.right is not Right.ALLOWED} == set()
    keys = moto.user({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:PutObject"], "Resource": "*"}]})
    aws = await door(moto).open(keys, REGION)
    for way in PutWay:
        assert (await aws.prove_put(BUCKET, way)).right is Right.ALLOWED, way
    with moto.judged():
        denied = {probe.action: probe for probe in await aws.rights(BUCKET, KEY, lambda _: None)}
        assert denied["s3:ListBucket"].right is Right.DENIED
        assert denied["s3:PutObject"].right is Right.ALLOWED


async def reads_what_is_sealed(moto: MotoRights) -> None:
    with moto_more.sealed("describe_images", "ec2:DescribeImages"):
        probes = {probe.action: probe for probe in await (await door(moto).open(ADMIN, REGION)).rights(BUCKET, KEY, lambda _: None)}
    told = probes["ec2:DescribeImages"]
    assert told.right is Right.DENIED
    assert told.message == "arn:aws:iam::123456789012:user/edge may not ec2:DescribeImages on *: an explicit deny"


async def uploads(moto: MotoRights, raw: Path, home: Path) -> None:
    def upload(told: Callable[[int, int], None] = lambda *_: None) -> RawUpload:
        return RawUpload(clients(moto), (BUCKET, KEY), RawFile(raw, PART), UploadRecord(home, moto.endpoint, BUCKET, KEY), told)

    def dies(done: int, _: int) -> None:
        if done >= 3 * PART:
            raise KeyError("the process ends here")

    with pytest.raises(BaseExceptionGroup):
        await upload(dies).run()
    aws = await door(moto).open(ADMIN, REGION)
    s3 = moto.client("s3")
    begun = [s3.create_multipart_upload(Bucket=BUCKET, Key=KEY)["UploadId"] for _ in range(3)]
    open_now = await aws.uploads(BUCKET, KEY)
    assert len(open_now) == 4, "in two pages"
    assert max(one.done for one in open_now) >= 3 * PART, "the parts, too"
    again = upload()
    assert (await again.run()).own
    assert again.sent <= 3000, "what S3 has with our sums is not sent again"
    care = await door(moto).open_care(ADMIN, REGION)
    for name in begun:
        await care.abort_upload(BUCKET, KEY, name)
    assert await aws.uploads(BUCKET, KEY) == ()
    stands = await aws.head(BUCKET, KEY)
    assert stands is not None
    assert stands.size == raw.stat().st_size


async def imports_and_registers(moto: MotoRights) -> tuple[str, str]:
    """The snapshot and the AMI."""
    moto.client("s3").put_object(Bucket=BUCKET, Key=KEY, Body=b"r")
    aws = await door(moto).open(ADMIN, REGION)
    tasks = [await aws.start_import(BUCKET, KEY, token * 64, "mark", AS_SCRIPT) for token in "ttuv"]
    assert len({task.task_id for task in tasks}) == 3, "the same token again is the same task"
    assert (await aws.may_cancel_import(tasks[-1].task_id)).right is Right.ALLOWED
    await aws.cancel_import(tasks[-1].task_id)
    ours = tasks[0].task_id

    async def snapshot() -> str:
        return next((task.snapshot_id for task in await aws.import_tasks() if task.task_id == ours), "")

    made = await answered(snapshot)
    found = {task.task_id: task for task in await aws.import_tasks()}
    assert (len(found), found[ours].token, found[tasks[-1].task_id].status) == (3, "mark", "deleted"), "in two pages"
    await aws.tag((made,), "edge")
    ami = await aws.register_image("edge", made, AmiSettings())
    with pytest.raises(AwsError) as taken:
        await aws.register_image("edge", made, AmiSettings())
    assert taken.value.code == "InvalidAMIName.Duplicate"
    image = await aws.image(ami)
    assert image is not None
    assert image.root_snapshot == made
    assert [one.image_id for one in await aws.images_named("edge")] == [ami]
    return made, ami


async def encrypts(moto: MotoRights, raw: Path) -> None:
    """With a key of the account, by each of its names; another token for other choices, and none of it without a word of AWS'."""
    kms, iam = moto.client("kms"), moto.client("iam")
    key, off, signs = (kms.create_key(**more)["KeyMetadata"] for more in ({}, {}, {"KeySpec": "ECC_NIST_P256", "KeyUsage": "SIGN_VERIFY"}))
    kms.create_alias(AliasName="alias/edge", TargetKeyId=key["KeyId"])
    kms.disable_key(KeyId=off["KeyId"])
    iam.create_role(RoleName="canvos-import", AssumeRolePolicyDocument=json.dumps(trust_document()))
    aws = await door(moto).open(ADMIN, REGION)
    for name in (key["KeyId"], "alias/edge", key["Arn"]):
        assert await aws.kms_key(name) == KeyFacts(True, key["Arn"], "Enabled")
    assert (await aws.kms_key(off["KeyId"])).state == "Disabled"
    assert not (await aws.kms_key(signs["KeyId"])).symmetric
    assert not (await aws.kms_key("alias/none")).exists
    nobody = moto.user(None, "nobody")
    with moto.judged():
        unseen = await (await door(moto).open(nobody, REGION)).kms_key(key["Arn"])
    assert unseen.unseen.startswith("kms:DescribeKey is not allowed")
    chosen = SnapshotSettings("canvos-import", "alias/edge")
    task = (await aws.start_import(BUCKET, KEY, "k" * 64, "mark", chosen)).task_id
    assert (await aws.start_import(BUCKET, KEY, "k" * 64, "mark", chosen)).task_id == task
    for other in (AS_SCRIPT, SnapshotSettings("canvos-import", "yes"), SnapshotSettings(encryption="alias/edge")):
        assert await refusal(aws.start_import(BUCKET, KEY, "k" * 64, "mark", other)) == "IdempotentParameterMismatch"
    assert await refusal(aws.start_import(BUCKET, KEY, "l" * 64, "mark", SnapshotSettings("nobody"))) == "InvalidParameter"
    assert (
        await refusal(aws.start_import(BUCKET, KEY, "m" * 64, "mark", SnapshotSettings(encryption=off["Arn"]))) == "InvalidParameterValue"
    )

    async def snapshot() -> str:
        return next((one.snapshot_id for one in await aws.import_tasks() if one.task_id == task), "")

    made = await aws.snapshot(await answered(snapshot))
    assert made is not None
    assert (made.encrypted, made.kms_key, chosen.unlike(made)) == (True, key["Arn"], "")
    calls, manifest = EbsCalls(clients(moto)), RawBlocks(raw).scan()
    for number, (choice, arn) in enumerate(
        ((SnapshotSettings(encryption="yes"), ""), (SnapshotSettings(encryption=key["Arn"]), key["Arn"]))
    ):
        begun = await calls.start(manifest, "edge", f"{number}" * 64, choice)
        assert await calls.start(manifest, "edge", f"{number}" * 64, choice) == begun
        assert await refusal(calls.start(manifest, "edge", f"{number}" * 64, AS_SCRIPT)) == "ConflictException"
        seen = await calls.look(begun.snapshot_id)
        assert seen is not None
        assert (seen.encrypted, seen.kms_key) == (True, arn)
    assert await refusal(calls.start(manifest, "edge", "9" * 64, SnapshotSettings(encryption=off["Arn"]))) == "ValidationException"


async def publishes(moto: MotoRights, made: str, ami: str) -> None:
    here, there = await door(moto).open_publish(ADMIN, REGION), await door(moto).open_publish(ADMIN, THERE)
    copies = {await there.copy_image(REGION, ami, "edge", "c" * 64) for _ in range(2)}
    assert {one.image_id for one in await there.copies_of(f"{REGION}/{ami}")} == copies
    assert len(copies) == 1
    await here.share_image(ami, (OTHER,), ("arn:aws:organizations::1:organization/o-abcdefghij",))
    assert set(await here.shared_with(ami)) == {OTHER, "arn:aws:organizations::1:organization/o-abcdefghij"}
    await here.share_snapshot(made, (OTHER,))
    assert await here.snapshot_shared_with(made) == (OTHER,)
    assert await here.deprecation(ami) is None
    at = datetime(2030, 1, 2, 3, 4, tzinfo=UTC)
    await here.deprecate(ami, at)
    assert await here.deprecation(ami) == at
    assert (await here.may_launch(ami, Launch())).right is Right.ALLOWED


async def cleans_up(moto: MotoRights, ami: str) -> None:
    aws, care = await door(moto).open(ADMIN, REGION), await door(moto).open_care(ADMIN, REGION)
    snapshots = [one.snapshot_id for one in await care.made_snapshots()]
    assert len(snapshots) >= 3, "the two imports' and the direct one, in two pages"
    assert [image.image_id for image in await care.images_on(tuple(snapshots))] == [ami]
    await care.deregister_image(ami)
    for name in snapshots:
        await care.delete_snapshot(name)
    assert await care.made_snapshots() == ()
    stands = await aws.head(BUCKET, KEY)
    assert stands is not None
    await care.delete_object(BUCKET, KEY, "", stands.etag)
    assert await aws.head(BUCKET, KEY) is None


async def writes_a_snapshot(moto: MotoRights, raw: Path) -> None:
    calls, manifest = EbsCalls(clients(moto)), RawBlocks(raw).scan()
    first, again = [await calls.start(manifest, "edge", "t" * 64, AS_SCRIPT) for _ in range(2)]
    assert first == again, "the same token again is the same snapshot"
    assert await refusal(calls.start(manifest, "other", "t" * 64, AS_SCRIPT)) == "ConflictException"
    content = raw.read_bytes()
    for index in sorted(manifest.digests, reverse=True):
        await calls.put(first.snapshot_id, index, content[index * BLOCK : (index + 1) * BLOCK].ljust(BLOCK, b"\0"), manifest.digests[index])
    body, digest = content[:BLOCK], manifest.digests[0]
    assert await refusal(calls.put(first.snapshot_id, 3000, body, digest)) == "ValidationException", "behind the end of 1 GiB"
    assert await refusal(calls.put(first.snapshot_id, 1, body, manifest.digests[max(manifest.digests)])) == "ValidationException"
    assert await refusal(calls.put("snap-0aaaaaaaaaaaaaaaa", 0, body, digest)) == "ResourceNotFoundException"
    wrong_sum = type(manifest)(manifest.size, {**manifest.digests, 0: bytes(32)}, manifest.crc)
    wrong_count = type(manifest)(manifest.size, {**manifest.digests, 1: bytes(32)}, manifest.crc)
    for wrong in (wrong_sum, wrong_count):
        assert await refusal(calls.complete(first.snapshot_id, wrong)) == "ValidationException"
    assert await refusal(calls.blocks(first.snapshot_id)) == "ValidationException", "a pending one is not read"
    await calls.complete(first.snapshot_id, manifest)
    assert await refusal(calls.put(first.snapshot_id, 0, body, digest)) == "ValidationException"
    assert await calls.blocks(first.snapshot_id) == set(manifest.digests), "in pages"
    seen = await calls.look(first.snapshot_id)
    assert seen is not None
    assert (seen.state, seen.tagged) == ("completed", True)


async def refusal(asking: Awaitable[object]) -> str:
    """The code with which something is refused."""
    with pytest.raises(AwsError) as refused:
        await asking
    return refused.value.code


async def test_every_call_is_made_and_gives_what_the_program_reads(moto, raw, tmp_path):
    wanted = in_the_sources()
    assert len(wanted) >= 40, "the walk over the sources finds too few"
    with heard() as came:
        await asks_for_rights(moto)
        await looks_at_the_account(moto)
        await uploads(moto, raw, tmp_path)
        await writes_a_snapshot(moto, raw)
        made, ami = await imports_and_registers(moto)
        await publishes(moto, made, ami)
        await reads_what_is_sealed(moto)
        await encrypts(moto, raw)
        await cleans_up(moto, ami)
    assert set(came) == wanted
    only_refused = {call: codes for call, codes in came.items() if "" not in codes}
    assert only_refused == {
        ("ec2", "run_instances"): {"DryRunOperation"},  # the program never starts an instance
        ("s3", "get_object"): {"AccessDenied"},  # nor reads one: it asks for a key that cannot exist
    }
