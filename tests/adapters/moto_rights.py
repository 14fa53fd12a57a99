"""moto with its policy evaluation switched on, and put right where it differs from AWS in matters of rights.

moto knows users, keys, signatures and policies. What it gets wrong about refusals is put right around it, in a WSGI layer:
EC2's word for a denial, HEAD of a key without the right to list, a part for an upload that does not exist, a bucket of another
region, the region in the answer of a bucket that may not be looked at. A dry run of CreateTags is judged before the id.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs

import pytest
from moto import settings
from moto.core.responses import ActionResult
from moto.ec2.responses import EC2Response
from moto.iam.access_control import IAMPolicy, IAMRequest, PermissionResult, create_access_key
from moto.iam.responses import IamResponse
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.s3 import responses as s3_responses
from werkzeug.serving import WSGIRequestHandler, make_server

from canvos_tui.core.aws.facts import AwsKeys
from canvos_tui.core.secret import Secret
from tests.adapters import moto_import

ACCOUNT = "123456789012"
_SCOPE = re.compile(r"Credential=([^/]+)/\d+/([^/]+)/([^/]+)/")
Start = Callable[..., Any]


class Corrections:
    """Around moto's application: what AWS would answer in its place."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self.regions: dict[str, str] = {}  # bucket -> region

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        scope = _SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
        key_id, region, service = scope.groups() if scope else ("", "", "")
        bucket = environ["PATH_INFO"].lstrip("/").partition("/")[0] if service == "s3" else ""
        home = self.regions.get(bucket)
        if home and region != home:
            return _answer(start, 301, _error("PermanentRedirect", "must be addressed using the specified endpoint"), home)
        if bucket and home is None and judging():  # S3 says so before it looks at any right
            return _answer(start, 404, _error("NoSuchBucket", "The specified bucket does not exist"), "")
        told: list[Any] = []
        body = b"".join(self._app(environ, lambda status, headers, info=None: told.extend((status, headers))))
        head = environ["REQUEST_METHOD"] == "HEAD"  # its answer says how long the body is that it does not have
        status, headers = int(told[0].split()[0]), [(k, v) for k, v in told[1] if head or k.lower() != "content-length"]
        if service == "ec2" and status == 403:
            body = body.replace(b"<Code>AccessDenied</Code>", b"<Code>UnauthorizedOperation</Code>")
        if service == "s3":
            status, body = _s3(environ, key_id, status, body)
            headers += [("x-amz-bucket-region", home)] if home and status != 200 else []
        if not head:
            headers.append(("Content-Length", str(len(body))))
        start(f"{status} X", headers)
        return [b"" if head else body]


def _s3(environ: dict[str, Any], key_id: str, status: int, body: bytes) -> tuple[int, bytes]:
    method, path, query = environ["REQUEST_METHOD"], environ["PATH_INFO"].lstrip("/"), parse_qs(environ["QUERY_STRING"])
    bucket, _, key = path.partition("/")
    if method == "PUT" and "uploadId" in query and status == 500:
        return 404, _error("NoSuchUpload", "The specified multipart upload does not exist.")
    if method == "HEAD" and key and status == 404 and judging() and not permitted(key_id, "s3:ListBucket", f"arn:aws:s3:::{bucket}"):
        return 403, b""
    if method == "HEAD" and not key and environ.get("HTTP_X_AMZ_EXPECTED_BUCKET_OWNER", ACCOUNT) != ACCOUNT:
        return 403, b""
    return status, body


def _error(code: str, message: str) -> bytes:
    return f"<Error><Code>{code}</Code><Message>{message}</Message><RequestId>R</RequestId></Error>".encode()


def _answer(start: Start, status: int, body: bytes, region: str) -> list[bytes]:
    told = [("x-amz-bucket-region", region)] if region else []
    start(f"{status} X", [("Content-Type", "application/xml"), ("Content-Length", str(len(body))), *told])
    return [body]


def judging() -> bool:
    """Whether policies count at the moment."""
    return settings.INITIAL_NO_AUTH_ACTION_COUNT == 0


def permitted(key_id: str, action: str, resource: str) -> bool:
    """moto's own evaluation of a user's policies, for a right that moto does not ask about."""
    policies = create_access_key(ACCOUNT, "aws", key_id, {}).collect_policies()
    found = [IAMPolicy(p).is_action_permitted(action, resource) for p in policies]
    return PermissionResult.DENIED not in found and PermissionResult.PERMITTED in found


# -- what moto lacks -----------------------------------------------------------------------------------------


def import_snapshot(self: Any) -> Any:
    """Tags on creation need ec2:CreateTags in the same call."""
    if self._get_param("TagSpecifications", []) and judging():
        request = IAMRequest(ACCOUNT, self.method, self.raw_path, self.data, self.raw_body, self.headers, "CreateTags")
        request.check_action_permitted("*")
    return moto_import.import_snapshot(self)


def create_tags(self: Any) -> Any:
    """A dry run is judged before the id."""
    self.error_on_dryrun()
    return _tag(self)


_tag = EC2Response.create_tags


def get_ebs_default_kms_key_id(self: Any) -> ActionResult:
    return ActionResult({"KmsKeyId": _ebs_key[-1]})


_ebs_key = ["alias/aws/ebs"]


def _determine_resource(self: Any) -> str:
    """IAM's questions are about a role or a policy; moto takes them all for `*`."""
    role, policy = self._get_param("RoleName"), self._get_param("PolicyArn")
    return f"arn:aws:iam::{ACCOUNT}:role/{role}" if role else policy or "*"


class Moto(DomainDispatcherApplication):
    """moto as a server. Which of its services answers for a host is worked out once: moto lists its own folder at each request."""

    def __init__(self) -> None:
        super().__init__(create_backend_app)
        self._services: dict[str | None, Any] = {}

    def get_backend_for_host(self, host: str | None) -> Any:
        if host not in self._services:
            self._services[host] = super().get_backend_for_host(host)
        return self._services[host]


class _Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, *args: Any, **kwargs: Any) -> None:
        """Nothing."""


class MotoRights:
    """A server with one account; `judged()` switches the evaluation of policies on."""

    def __init__(self) -> None:
        for deed in (
            moto_import.describe_import_snapshot_tasks,
            moto_import.cancel_import_task,
            moto_import.register_image,
            moto_import.describe_images,
        ):
            setattr(EC2Response, deed.__name__, deed)
        for deed in (import_snapshot, create_tags, get_ebs_default_kms_key_id):
            setattr(EC2Response, deed.__name__, deed)
        setattr(IamResponse, "_determine_resource", _determine_resource)  # noqa: B010  moto has no such method to assign to
        s3_responses.ACTION_MAP["BUCKET"]["HEAD"]["DEFAULT"] = "ListBucket"  # as the S3 user guide has it
        s3_responses.ACTION_MAP["BUCKET"]["GET"] = {"encryption": "GetEncryptionConfiguration", **s3_responses.ACTION_MAP["BUCKET"]["GET"]}
        self.layer = Corrections(Moto())
        self._server = make_server("127.0.0.1", 0, self.layer, threaded=True, request_handler=_Quiet)
        self.endpoint = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        self._session: Any = None
        self._clients: dict[tuple[str, str], Any] = {}

    def client(self, service: str, region: str = "eu-west-1") -> Any:
        """The account's administrator, while nothing is judged."""
        import boto3

        self._session = self._session or boto3.Session("AKIAADMIN00000000000", "a" * 40)
        if (service, region) not in self._clients:
            self._clients[service, region] = self._session.client(service, region_name=region, endpoint_url=self.endpoint)
        return self._clients[service, region]

    def reset(self) -> None:
        """An empty account."""
        import urllib.request

        moto_import._tasks.clear()
        moto_import._mappings.clear()
        self.layer.regions.clear()
        _ebs_key[:] = ["alias/aws/ebs"]
        urllib.request.urlopen(urllib.request.Request(f"{self.endpoint}/moto-api/reset", method="POST")).close()

    def bucket(self, name: str, region: str = "eu-west-1") -> None:
        """A bucket there."""
        place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        self.client("s3", region).create_bucket(Bucket=name, **place)
        self.layer.regions[name] = region

    def user(self, policy: dict[str, Any] | None, name: str = "edge") -> AwsKeys:
        """The keys of a user with that policy and no other."""
        iam = self.client("iam")
        iam.create_user(UserName=name)
        if policy is not None:
            iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=json.dumps(policy))
        made = iam.create_access_key(UserName=name)["AccessKey"]
        return AwsKeys(made["AccessKeyId"], Secret(made["SecretAccessKey"]))

    def role(self, trust: dict[str, Any], *policies: dict[str, Any]) -> None:
        """The service role with those inline policies."""
        iam = self.client("iam")
        iam.create_role(RoleName="vmimport", AssumeRolePolicyDocument=json.dumps(trust))
        for number, policy in enumerate(policies):
            iam.put_role_policy(RoleName="vmimport", PolicyName=f"p{number}", PolicyDocument=json.dumps(policy))

    def ebs_key(self, arn: str) -> None:
        """EBS encryption by default, with that key."""
        self.client("ec2").enable_ebs_encryption_by_default()
        _ebs_key[:] = [arn]

    @contextmanager
    def judged(self) -> Iterator[None]:
        """Signatures and policies count."""
        settings.INITIAL_NO_AUTH_ACTION_COUNT = 0
        try:
            yield
        finally:
            settings.INITIAL_NO_AUTH_ACTION_COUNT = float("inf")

    def close(self) -> None:
        """Ends the server and takes back what was changed in moto for everybody."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        s3_responses.ACTION_MAP["BUCKET"]["HEAD"]["DEFAULT"] = "HeadBucket"
        s3_responses.ACTION_MAP["BUCKET"]["GET"].pop("encryption")
        delattr(IamResponse, "_determine_resource")
        for name, deed in (("import_snapshot", moto_import.import_snapshot), ("create_tags", _tag)):
            setattr(EC2Response, name, deed)


@pytest.fixture(scope="module")
def server() -> Iterator[MotoRights]:
    """One server for all tests of a module; each of them resets it."""
    found = MotoRights()
    yield found
    found.close()
