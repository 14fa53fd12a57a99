"""The stand-in for AWS, asked by boto3, by the AWS command line and by bare HTTP."""

from __future__ import annotations

import http.client
import io
import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache, partial
from typing import Any

import boto3
import pytest
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError, EndpointConnectionError, HTTPClientError

from canvos_tui.core.aws.vmimport_role import role_document
from canvos_tui.rehearsal.aws.config import Fault, FaultKind, StandinConfig, StandinImage, StandinKey, deny
from canvos_tui.rehearsal.aws.server import StandinAws
from tests.waiting import until

KEY = StandinKey("AKIAREHEARSAL0000001", "s" * 40)
PLAIN = StandinConfig(keys=(KEY,), buckets={"here": "us-east-1", "there": "eu-central-1"}, import_seconds=0.2, image_seconds=0.05)
MAPPING = [{"DeviceName": "/dev/xvda", "Ebs": {"SnapshotId": "snap-00000000000000001"}}]
CONTAINER = {"Format": "RAW", "UserBucket": {"S3Bucket": "here", "S3Key": "disk.raw"}}
TAGS = [{"ResourceType": "import-snapshot-task", "Tags": [{"Key": "Name", "Value": "Import-disk.raw"}]}]


class World:
    """A running stand-in and clients for it."""

    def __init__(self, standin: StandinAws, endpoint: str) -> None:
        self.standin = standin
        self.endpoint = endpoint

    def client(self, service: str, key: StandinKey = KEY, region: str = "us-east-1", **config: Any) -> Any:
        settings = Config(retries={"total_max_attempts": 1}, connect_timeout=2, read_timeout=config.pop("read_timeout", 5), **config)
        return _session().client(
            service,
            endpoint_url=self.endpoint,
            config=settings,
            region_name=region,
            aws_access_key_id=key.key_id,
            aws_secret_access_key=key.secret,
            aws_session_token=key.token or None,
        )


@cache
def _session() -> Any:
    """One for all tests of this module: it keeps the service descriptions, whose reading takes most of a client's time."""
    return boto3.Session()


@contextmanager
def running(config: StandinConfig = PLAIN) -> Iterator[World]:
    with StandinAws(config) as standin:
        yield World(standin, standin.start())


@pytest.fixture
def world() -> Iterator[World]:
    with running() as found:
        yield found


def refused(call: Callable[..., object], **arguments: Any) -> tuple[str, int]:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    return caught.value.response["Error"]["Code"], caught.value.response["ResponseMetadata"]["HTTPStatusCode"]


def upload(world: World, size: int = 12 * 1024**2, key: str = "disk.raw") -> None:
    settings = TransferConfig(multipart_threshold=5 * 1024**2, multipart_chunksize=5 * 1024**2)
    world.client("s3").upload_fileobj(io.BytesIO(b"x" * size), "here", key, Config=settings)


def finished_import(world: World) -> dict[str, Any]:
    ec2 = world.client("ec2")
    task = ec2.import_snapshot(DiskContainer=CONTAINER, TagSpecifications=TAGS)["ImportTaskId"]

    def ended() -> dict[str, Any] | None:
        detail = ec2.describe_import_snapshot_tasks(ImportTaskIds=[task])["ImportSnapshotTasks"][0]["SnapshotTaskDetail"]
        return detail if detail["Status"] in {"completed", "deleted"} else None

    return until(ended)


# -- keys and signatures -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("service", "call", "wrong_secret", "unknown_key"),
    [
        ("sts", "get_caller_identity", ("SignatureDoesNotMatch", 403), ("InvalidClientTokenId", 403)),
        ("ec2", "describe_images", ("AuthFailure", 401), ("AuthFailure", 401)),
        ("s3", "list_buckets", ("SignatureDoesNotMatch", 403), ("InvalidAccessKeyId", 403)),
    ],
)
def test_keys_are_really_checked(world, service, call, wrong_secret, unknown_key):
    assert getattr(world.client(service), call)()
    assert refused(getattr(world.client(service, replace(KEY, secret="t" * 40)), call)) == wrong_secret
    assert refused(getattr(world.client(service, replace(KEY, key_id="AKIANOBODY0000000000")), call)) == unknown_key


def test_inactive_expired_and_temporary_keys():
    off, old = replace(KEY, key_id="AKIAOFF", active=False), replace(KEY, key_id="ASIAOLD", token="old", expired=True)
    fresh = replace(KEY, key_id="ASIAFRESH", token="fresh", user="assumed-role/build/me")
    with running(replace(PLAIN, keys=(off, old, fresh))) as world:
        assert refused(world.client("sts", off).get_caller_identity) == ("InvalidClientTokenId", 403)
        assert refused(world.client("sts", old).get_caller_identity) == ("ExpiredToken", 403)
        assert refused(world.client("sts", replace(fresh, token="")).get_caller_identity) == ("InvalidClientTokenId", 403)
        assert world.client("sts", fresh).get_caller_identity()["Arn"].endswith(":assumed-role/build/me")


@pytest.mark.parametrize("offset", [3600.0, -3600.0])
def test_a_wrong_clock_is_refused_in_the_words_of_each_service(offset):
    with running(replace(PLAIN, clock_offset=offset)) as world:
        with pytest.raises(ClientError, match=r"Signature (expired|not yet current)"):
            world.client("sts").get_caller_identity()
        assert refused(world.client("ec2").describe_images) == ("RequestExpired", 400)
        assert refused(world.client("s3").list_objects_v2, Bucket="here") == ("RequestTimeTooSkewed", 403)


def test_a_changed_body_breaks_the_signature(world):
    ec2 = world.client("ec2")

    def change(request: Any, **_: Any) -> None:
        request.body = request.body.replace("self", "else")
        request.headers["Content-Length"] = str(len(request.body))

    ec2.meta.events.register("before-send.ec2.DescribeImages", change)
    assert refused(ec2.describe_images, Owners=["self"]) == ("AuthFailure", 401)


def test_a_stranger_learns_where_a_bucket_is_and_nothing_else(world):
    address = world.endpoint.removeprefix("http://")
    connection = http.client.HTTPConnection(address, timeout=5)
    answers = {}
    for name in ("there", "nowhere"):
        connection.request("HEAD", f"/{name}")
        answer = connection.getresponse()
        answer.read()
        answers[name] = (answer.status, answer.headers.get("x-amz-bucket-region"))
    connection.close()
    assert answers == {"there": (403, "eu-central-1"), "nowhere": (404, None)}


# -- S3 ------------------------------------------------------------------------------------------------------


def test_an_upload_in_parts_can_be_watched_and_becomes_one_object(world):
    s3 = world.client("s3")
    opened = s3.create_multipart_upload(Bucket="here", Key="disk.raw")["UploadId"]
    tags = [s3.upload_part(Bucket="here", Key="disk.raw", UploadId=opened, PartNumber=n, Body=b"p" * 5 * 1024**2)["ETag"] for n in (1, 2)]
    assert [u["UploadId"] for u in s3.list_multipart_uploads(Bucket="here", Prefix="disk")["Uploads"]] == [opened]
    parts = s3.list_parts(Bucket="here", Key="disk.raw", UploadId=opened)["Parts"]
    assert [(p["PartNumber"], p["Size"]) for p in parts] == [(1, 5 * 1024**2), (2, 5 * 1024**2)]
    chosen = {"Parts": [{"PartNumber": n, "ETag": tag} for n, tag in enumerate(tags, start=1)]}
    done = s3.complete_multipart_upload(Bucket="here", Key="disk.raw", UploadId=opened, MultipartUpload=chosen)
    assert done["ETag"].endswith('-2"')
    assert s3.head_object(Bucket="here", Key="disk.raw")["ContentLength"] == 10 * 1024**2
    assert "Uploads" not in s3.list_multipart_uploads(Bucket="here")


def test_an_aborted_upload_leaves_nothing(world):
    s3 = world.client("s3")
    opened = s3.create_multipart_upload(Bucket="here", Key="k")["UploadId"]
    s3.abort_multipart_upload(Bucket="here", Key="k", UploadId=opened)
    assert refused(s3.upload_part, Bucket="here", Key="k", UploadId=opened, PartNumber=1, Body=b"x") == ("NoSuchUpload", 404)


def test_lists_come_in_pages():
    with running(replace(PLAIN, page_size=2)) as world:
        s3 = world.client("s3")
        for n in range(5):
            world.standin.cloud.put("here", f"k {n}+é", b"x", '"e"')
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket="here", Prefix="k")
        assert [o["Key"] for p in pages for o in p["Contents"]] == [f"k {n}+é" for n in range(5)]
        opened = s3.create_multipart_upload(Bucket="here", Key="u")["UploadId"]
        for n in range(1, 6):
            s3.upload_part(Bucket="here", Key="u", UploadId=opened, PartNumber=n, Body=b"x")
        parts = s3.get_paginator("list_parts").paginate(Bucket="here", Key="u", UploadId=opened)
        assert sum(p["Size"] for page in parts for p in page["Parts"]) == 5


def test_small_objects_are_kept_and_conditions_hold(world):
    s3 = world.client("s3")
    etag = s3.put_object(Bucket="here", Key="k", Body=b"hello")["ETag"]
    assert s3.get_object(Bucket="here", Key="k")["Body"].read() == b"hello"
    assert refused(s3.put_object, Bucket="here", Key="k", Body=b"", IfMatch='"0"') == ("PreconditionFailed", 412)
    assert refused(s3.put_object, Bucket="here", Key="k", Body=b"", IfNoneMatch="*") == ("PreconditionFailed", 412)
    assert refused(s3.put_object, Bucket="here", Key="absent", Body=b"", IfMatch='"0"') == ("NoSuchKey", 404)
    assert s3.put_object(Bucket="here", Key="k", Body=b"again", IfMatch=etag)


def test_the_region_of_a_bucket_is_told_and_followed(world):
    assert world.client("s3").head_bucket(Bucket="there")["BucketRegion"] == "eu-central-1"
    world.client("s3").put_object(Bucket="there", Key="k", Body=b"x")
    assert "k" in world.standin.cloud.buckets["there"].objects


def test_an_absent_object_is_hidden_from_those_who_may_not_list(world):
    s3 = world.client("s3")
    assert refused(s3.head_object, Bucket="here", Key="absent") == ("404", 404)
    world.standin.set_faults(*deny("s3:ListBucket"))
    assert refused(s3.head_object, Bucket="here", Key="absent") == ("403", 403)


# -- import and AMI ------------------------------------------------------------------------------------------


def test_a_task_goes_through_the_real_words():
    with running(replace(PLAIN, pending_seconds=0.15, import_seconds=0.4)) as world:
        upload(world)
        ec2 = world.client("ec2")
        task = ec2.import_snapshot(DiskContainer=CONTAINER, Description="Import disk.raw", TagSpecifications=TAGS)["ImportTaskId"]
        seen: list[dict[str, Any]] = []

        def ended() -> bool:
            found = ec2.describe_import_snapshot_tasks()["ImportSnapshotTasks"]
            assert [(t["ImportTaskId"], t["Tags"][0]["Value"]) for t in found] == [(task, "Import-disk.raw")]
            seen.append(found[0]["SnapshotTaskDetail"])
            return bool(seen[-1]["Status"] == "completed")

        until(ended)
        words = list(dict.fromkeys((d["Status"], d.get("StatusMessage")) for d in seen))
        assert words == [("pending", "pending"), ("active", "downloading/converting"), ("completed", None)]
        assert all(d["SnapshotId"] == "" for d in seen[:-1])
        assert seen[0]["DiskImageSize"] == 0.0
        assert seen[-1]["DiskImageSize"] == 12 * 1024**2
        progress = [int(d["Progress"]) for d in seen[:-1]]
        assert progress == sorted(progress)
        assert "Progress" not in seen[-1]


def test_from_object_to_available_ami(world):
    upload(world)
    ec2 = world.client("ec2")
    snapshot = finished_import(world)["SnapshotId"]
    told = ec2.describe_snapshots(OwnerIds=["self"], Filters=[{"Name": "description", "Values": ["Created by AWS-VMImport*"]}])
    assert [(s["SnapshotId"], s["VolumeSize"]) for s in told["Snapshots"]] == [(snapshot, 1)]
    mapping = [{"DeviceName": "/dev/xvda", "Ebs": {"SnapshotId": snapshot}}]
    arguments = {"Name": "disk.raw", "RootDeviceName": "/dev/xvda", "BlockDeviceMappings": mapping}
    ami = ec2.register_image(**arguments, Architecture="x86_64", BootMode="uefi", EnaSupport=True)["ImageId"]
    assert refused(ec2.register_image, **arguments) == ("InvalidAMIName.Duplicate", 400)

    def available() -> dict[str, Any] | None:
        image = ec2.describe_images(ImageIds=[ami])["Images"][0]
        return image if image["State"] == "available" else None

    image = until(available)
    assert image["BlockDeviceMappings"][0]["Ebs"]["SnapshotId"] == snapshot
    assert (image["Architecture"], image["BootMode"], image["EnaSupport"]) == ("x86_64", "uefi", True)
    ec2.create_tags(Resources=[ami, snapshot], Tags=[{"Key": "Name", "Value": "disk"}])
    assert world.standin.cloud.tags[ami] == {"Name": "disk"}


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"Name": "disk+k3s"}, "InvalidAMIName.Malformed"),
        ({"Name": "ok-name"}, "InvalidSnapshot.NotFound"),
        (
            {"Name": "ok-name", "BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": {"SnapshotId": "2026-11-22 - status: active"}}]},
            "InvalidParameterValue",
        ),
    ],
)
def test_registering_is_judged_as_aws_does(world, arguments, code):
    given = {"RootDeviceName": "/dev/xvda", "BlockDeviceMappings": MAPPING, **arguments}
    assert refused(world.client("ec2").register_image, **given)[0] == code


def test_names_are_wildcards_and_foreign_images_are_hidden_by_the_owner():
    images = (StandinImage("ami-0mine", "edge-1"), StandinImage("ami-0other", "edge-2", owner="999999999999"))
    with running(replace(PLAIN, images=images)) as world:
        ec2 = world.client("ec2")
        wanted = [{"Name": "name", "Values": ["edge-?"]}, {"Name": "state", "Values": ["available"]}]
        assert len(ec2.describe_images(Filters=wanted)["Images"]) == 2
        assert [i["ImageId"] for i in ec2.describe_images(Filters=wanted, Owners=["self"])["Images"]] == ["ami-0mine"]
        assert refused(ec2.describe_images, ImageIds=["ami-0nothing"]) == ("InvalidAMIID.NotFound", 400)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"vmimport": False}, "service role vmimport provided does not exist"),
        ({"buckets": {"here": "eu-west-1"}}, "not local to the region"),
    ],
    ids=["role", "region"],
)
def test_an_import_that_cannot_start(change, message):
    with running(replace(PLAIN, **change)) as world, pytest.raises(ClientError, match=message):
        world.client("ec2").import_snapshot(DiskContainer=CONTAINER)


def test_an_import_that_fails_ends_as_deleted_with_the_reason():
    with running(replace(PLAIN, import_failure="ClientError: Disk validation failed [Unsupported]")) as world:
        upload(world)
        detail = finished_import(world)
        assert (detail["Status"], detail["SnapshotId"]) == ("deleted", "")
        assert "Unsupported" in detail["StatusMessage"]
        assert not world.standin.cloud.snapshots


def test_an_import_of_nothing_fails_later(world):
    assert "404" in finished_import(world)["StatusMessage"]


def test_an_import_is_judged_by_what_the_role_may_read_at_that_moment():
    with running(replace(PLAIN, role_policies={"of-another": role_document("elsewhere")})) as world:
        upload(world)
        assert "403 Forbidden" in finished_import(world)["StatusMessage"]
        put = partial(world.client("iam").put_role_policy, RoleName="vmimport", PolicyName="of-this")
        assert refused(put, PolicyDocument="{")[0] == "MalformedPolicyDocument"
        assert refused(world.client("iam").put_role_policy, RoleName="other", PolicyName="p", PolicyDocument="{}")[0] == "NoSuchEntity"
        put(PolicyDocument=json.dumps(role_document("here")))
        assert world.client("iam").list_role_policies(RoleName="vmimport")["PolicyNames"] == ["of-another", "of-this"]
        assert finished_import(world)["Status"] == "completed"


def test_a_task_can_be_cancelled_once():
    with running(replace(PLAIN, import_seconds=30)) as world:
        upload(world)
        ec2 = world.client("ec2")
        task = ec2.import_snapshot(DiskContainer=CONTAINER)["ImportTaskId"]
        ec2.cancel_import_task(ImportTaskId=task)
        assert ec2.describe_import_snapshot_tasks()["ImportSnapshotTasks"][0]["SnapshotTaskDetail"]["Status"] == "deleted"
        assert refused(ec2.cancel_import_task, ImportTaskId=task)[0] == "IncorrectState"


def test_a_cancelled_task_is_deleting_for_a_while():
    with running(replace(PLAIN, import_seconds=30, cancel_seconds=600)) as world:
        upload(world)
        ec2 = world.client("ec2")
        task = ec2.import_snapshot(DiskContainer=CONTAINER)["ImportTaskId"]
        assert ec2.cancel_import_task(ImportTaskId=task)["State"] == "cancelling"

        def status() -> str:
            return str(ec2.describe_import_snapshot_tasks()["ImportSnapshotTasks"][0]["SnapshotTaskDetail"]["Status"])

        assert status() == "deleting"
        stored = world.standin.cloud.tasks[task]
        assert stored.cancelled is not None
        stored.cancelled -= 601
        assert status() == "deleted"
        assert not world.standin.cloud.snapshots


def test_a_role_is_there_or_not(world):
    trust = world.client("iam").get_role(RoleName="vmimport")["Role"]["AssumeRolePolicyDocument"]
    assert trust["Statement"][0]["Principal"]["Service"] == "vmie.amazonaws.com"
    assert refused(world.client("iam").get_role, RoleName="other")[0] == "NoSuchEntity"


# -- faults --------------------------------------------------------------------------------------------------


def test_a_dry_run_tells_rights_apart(world):
    ec2 = world.client("ec2")
    assert refused(ec2.import_snapshot, DryRun=True, DiskContainer=CONTAINER, TagSpecifications=TAGS)[0] == "DryRunOperation"
    world.standin.set_faults(*deny("ec2:CreateTags"))
    assert refused(ec2.import_snapshot, DryRun=True, DiskContainer=CONTAINER)[0] == "DryRunOperation"
    with pytest.raises(ClientError, match="ec2:CreateTags") as caught:
        ec2.import_snapshot(DryRun=True, DiskContainer=CONTAINER, TagSpecifications=TAGS)
    assert caught.value.response["Error"]["Code"] == "UnauthorizedOperation"


def test_throttling_lasts_as_often_as_asked(world):
    world.standin.set_faults(Fault("ec2:DescribeImages", FaultKind.THROTTLE, times=1))
    ec2 = world.client("ec2")
    assert refused(ec2.describe_images, Owners=["self"]) == ("RequestLimitExceeded", 503)
    assert ec2.describe_images(Owners=["self"])["Images"] == []


def test_a_hanging_call_hangs_alone_and_ends_with_the_server():
    with running() as world:
        world.standin.set_faults(Fault("ec2:DescribeImages", FaultKind.HANG, seconds=60))
        with pytest.raises(HTTPClientError):
            world.client("ec2", read_timeout=0.3).describe_images()
        assert world.client("ec2").describe_snapshots(OwnerIds=["self"])["Snapshots"] == []
        began = time.monotonic()
    assert time.monotonic() - began < 5
    with pytest.raises((EndpointConnectionError, HTTPClientError)):
        world.client("sts").get_caller_identity()


def test_any_error_can_be_played(world):
    world.standin.set_faults(Fault("sts:*", FaultKind.ERROR, "Boom", "no luck", 500), Fault("s3:PutObject", FaultKind.BREAK))
    assert refused(world.client("sts").get_caller_identity) == ("Boom", 500)
    with pytest.raises(HTTPClientError):
        world.client("s3").put_object(Bucket="here", Key="k", Body=b"")


@pytest.mark.skipif(shutil.which("aws") is None, reason="no AWS command line here")
def test_the_real_command_line_uploads_and_imports(world, tmp_path):
    disk = tmp_path / "disk.raw"
    disk.write_bytes(b"d" * 9 * 1024**2)
    environ = {
        **{k: v for k, v in os.environ.items() if not k.startswith("AWS_")},
        "AWS_ACCESS_KEY_ID": KEY.key_id,
        "AWS_SECRET_ACCESS_KEY": KEY.secret,
        "AWS_ENDPOINT_URL": world.endpoint,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }

    def aws(*words: str) -> str:
        done = subprocess.run(["aws", "--region", "us-east-1", *words], env=environ, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    assert "upload: " in aws("s3", "cp", str(disk), "s3://here/disk.raw")
    assert world.standin.cloud.buckets["here"].objects["disk.raw"].size == 9 * 1024**2
    container = "Format=RAW,UserBucket={S3Bucket=here,S3Key=disk.raw}"
    query = ("--query", "ImportTaskId", "--output", "text")
    assert aws("ec2", "import-snapshot", "--disk-container", container, *query) in world.standin.cloud.tasks
