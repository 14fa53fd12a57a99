"""S3: buckets, objects and listings. Multipart uploads are in `s3_uploads`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Protocol
from urllib.parse import quote

from canvos_tui.rehearsal.aws.cloud import Cloud, StoredBucket, StoredObject
from canvos_tui.rehearsal.aws.config import ACCOUNT, FOREIGN_ACCOUNT
from canvos_tui.rehearsal.aws.protocol import HttpAnswer, RefusalError, Request, Tree, xml
from canvos_tui.rehearsal.aws.s3_uploads import S3Uploads

SPACE = "http://s3.amazonaws.com/doc/2006-03-01/"


class Permit(Protocol):
    """Returns, or raises the refusal; `dry` for a request that does nothing by itself."""

    def __call__(self, action: str, resource: str, *, dry: bool = False) -> None:
        """Asks for an IAM action on a resource."""


class S3:
    """Answers S3 requests from the cloud's buckets."""

    def __init__(self, cloud: Cloud, allows: Callable[[str], bool]) -> None:
        self._cloud = cloud
        self._allows = allows
        self._uploads = S3Uploads(cloud)

    def answer(self, request: Request, region: str, permit: Permit) -> HttpAnswer:
        """The answer to a signed request; `region` is the one that the signature was made for."""
        name, key = request.target()
        if not name:
            permit("s3:ListAllMyBuckets", "*")
            return self._list_buckets()
        bucket = self.bucket(name, region)
        header = {"x-amz-bucket-region": bucket.region}
        try:
            answer = self._object(request, bucket, key, permit) if key else self._in_bucket(request, bucket, permit)
        except RefusalError as refusal:
            refusal.headers.update(header)
            raise
        return HttpAnswer(answer.status, answer.body, {**answer.headers, **header}, answer.length)

    def bucket(self, name: str, region: str | None) -> StoredBucket:
        """The bucket; refuses one that does not exist, and one of another region with the region in the header."""
        bucket = self._cloud.buckets.get(name)
        if bucket is None:
            raise RefusalError("NoSuchBucket", "The specified bucket does not exist", 404)
        if region is not None and bucket.region != region:
            text = "The bucket you are attempting to access must be addressed using the specified endpoint."
            raise RefusalError("PermanentRedirect", text, 301, {"x-amz-bucket-region": bucket.region})
        return bucket

    def unsigned(self, request: Request) -> HttpAnswer:
        """What a stranger learns: that the bucket exists and where."""
        bucket = self.bucket(request.target()[0], None)
        raise RefusalError("AccessDenied", "Access Denied", 403, {"x-amz-bucket-region": bucket.region})

    def _list_buckets(self) -> HttpAnswer:
        buckets: list[Tree] = [{"Name": name, "CreationDate": "2026-01-01T00:00:00.000Z"} for name in self._cloud.buckets]
        return _document("ListAllMyBucketsResult", {"Buckets": {"Bucket": buckets}})

    def _in_bucket(self, request: Request, bucket: StoredBucket, permit: Permit) -> HttpAnswer:
        arn, query = f"arn:aws:s3:::{bucket.name}", request.query
        owner = FOREIGN_ACCOUNT if bucket.name in self._cloud.config.foreign_buckets else ACCOUNT
        if request.headers.get("x-amz-expected-bucket-owner", owner) != owner:
            raise RefusalError("AccessDenied", "Access Denied", 403)
        if request.method == "GET" and "encryption" in query:
            permit("s3:GetEncryptionConfiguration", arn)
            return _document("ServerSideEncryptionConfiguration", self._encryption())
        if request.method == "GET" and "uploads" in query:
            permit("s3:ListBucketMultipartUploads", arn)
            return _document("ListMultipartUploadsResult", self._uploads.listing(bucket, query))
        if request.method == "GET" and "location" in query:
            permit("s3:GetBucketLocation", arn)
            return _document("LocationConstraint", "" if bucket.region == "us-east-1" else bucket.region)
        if request.method in {"GET", "HEAD"}:
            permit("s3:ListBucket", arn)
            return HttpAnswer() if request.method == "HEAD" else _document("ListBucketResult", self._listing(bucket, query))
        raise RefusalError("MethodNotAllowed", "The specified method is not allowed against this resource.", 405)

    def _encryption(self) -> Tree:
        key = self._cloud.config.bucket_key
        default: dict[str, Tree] = {"SSEAlgorithm": "AES256" if key is None else "aws:kms", "KMSMasterKeyID": key or None}
        return {"Rule": {"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": False}}

    def _listing(self, bucket: StoredBucket, query: Mapping[str, str]) -> Tree:
        prefix, limit = query.get("prefix", ""), int(query.get("max-keys", "1000"))
        after = query.get("continuation-token") or query.get("start-after", "")
        url = query.get("encoding-type") == "url"
        with self._cloud.lock:
            found = [o for key, o in sorted(bucket.objects.items()) if key.startswith(prefix) and key > after]
        page = found[: min(limit, self._cloud.config.page_size)]
        more = len(found) > len(page)
        return {
            "Name": bucket.name,
            "Prefix": quote(prefix) if url else prefix,
            "KeyCount": len(page),
            "MaxKeys": limit,
            "EncodingType": "url" if url else None,
            "IsTruncated": more,
            "NextContinuationToken": page[-1].key if more and page else None,
            "Contents": [_listed(o, url=url) for o in page],
        }

    def _object(self, request: Request, bucket: StoredBucket, key: str, permit: Permit) -> HttpAnswer:
        arn = f"arn:aws:s3:::{bucket.name}/{key}"
        answer = self._uploads.answer(request, bucket, key, lambda action, *, dry=False: permit(action, arn, dry=dry))
        if answer is not None:
            return answer
        if request.method == "PUT":
            permit("s3:PutObject", arn, dry=not request.body.size)  # an empty one is how the right is asked for
            return self._put(request, bucket, key)
        if request.method in {"GET", "HEAD"}:
            permit("s3:GetObject", arn)
            return self._get(request, bucket, key)
        if request.method == "DELETE":
            permit("s3:DeleteObject", arn)
            wanted = request.headers.get("if-match", "") if self._cloud.config.honours_conditions else ""
            with self._cloud.lock:
                there = bucket.objects.get(key)
                if wanted and (there is None or there.etag.strip('"') != wanted.strip('"')):
                    raise RefusalError("PreconditionFailed", "At least one of the pre-conditions you specified did not hold", 412)
                bucket.objects.pop(key, None)
            return HttpAnswer(204)
        raise RefusalError("MethodNotAllowed", "The specified method is not allowed against this resource.", 405)

    def _put(self, request: Request, bucket: StoredBucket, key: str) -> HttpAnswer:
        body = request.body
        with self._cloud.lock:
            if self._cloud.config.honours_conditions:
                check_conditions(request.headers, bucket.objects.get(key))
            kept = body.kept if len(body.kept) == body.size else b""
            found = StoredObject(key, body.size, f'"{body.md5}"', datetime.now(UTC), kept)
            bucket.objects[key] = found
        return HttpAnswer(200, headers={"ETag": found.etag})

    def _get(self, request: Request, bucket: StoredBucket, key: str) -> HttpAnswer:
        found = bucket.objects.get(key)
        if found is None:
            # without the right to list, AWS does not even say that nothing is there
            if not self._allows("s3:ListBucket"):
                text = "User is not authorized to perform: s3:ListBucket because no identity-based policy allows the s3:ListBucket action"
                raise RefusalError("AccessDenied", text, 403)
            raise RefusalError("NoSuchKey", "The specified key does not exist.", 404)
        headers = {
            "ETag": found.etag,
            "Last-Modified": format_datetime(found.modified.replace(microsecond=0), usegmt=True),
            "Content-Type": "binary/octet-stream",
            "Accept-Ranges": "bytes",
        }
        if request.method == "HEAD":
            if found.crc32 and request.headers.get("x-amz-checksum-mode") == "ENABLED":
                headers |= {"x-amz-checksum-crc32": found.crc32, "x-amz-checksum-type": "FULL_OBJECT"}
            return HttpAnswer(200, headers=headers, length=found.size)
        if len(found.kept) != found.size:
            raise RefusalError("NotImplemented", "The stand-in keeps no large bodies.", 501)
        return HttpAnswer(200, found.kept, headers)


def check_conditions(headers: Mapping[str, str], found: StoredObject | None) -> None:
    """If-Match and If-None-Match of a write, as S3 judges them."""
    wanted, unwanted = headers.get("if-match"), headers.get("if-none-match")
    if wanted is not None and found is None:
        raise RefusalError("NoSuchKey", "The specified key does not exist.", 404)
    if (wanted is not None and found is not None and wanted.strip('"') != found.etag.strip('"')) or (unwanted == "*" and found is not None):
        raise RefusalError("PreconditionFailed", "At least one of the pre-conditions you specified did not hold", 412)


def _listed(found: StoredObject, *, url: bool) -> dict[str, Tree]:
    return {
        "Key": quote(found.key) if url else found.key,
        "LastModified": f"{found.modified:%Y-%m-%dT%H:%M:%S}.000Z",
        "ETag": found.etag,
        "Size": found.size,
        "StorageClass": "STANDARD",
    }


def _document(name: str, tree: Tree) -> HttpAnswer:
    return HttpAnswer(200, xml(name, tree, items=False, space=SPACE), {"Content-Type": "application/xml"})
