"""A bucket as a HEAD request shows it: there or not, where, and whose; and its uploads that are not complete."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC
from typing import Any

from canvos_tui.adapters.aws.clients import Clients
from canvos_tui.core.aws.facts import Bucket, Upload


async def head_bucket(clients: Clients, name: str, account: str = "") -> Bucket:
    """HeadBucket of existing, absent and foreign buckets alike; with an account it is asked whose the bucket is."""
    found = await clients.call("s3", lambda s3: _head(s3, name))
    if not (found.accessible and account):
        return found
    ours = await clients.call("s3", lambda s3: _head(s3, name, ExpectedBucketOwner=account))
    return replace(found, foreign=not ours.accessible)


def _head(s3: Any, name: str, **conditions: str) -> Bucket:
    from botocore.exceptions import ClientError

    try:
        found = s3.head_bucket(Bucket=name, **conditions)
        return Bucket(name, exists=True, region=found.get("BucketRegion") or _region_of(found), accessible=True)
    except ClientError as error:
        status, region = error.response["ResponseMetadata"]["HTTPStatusCode"], _region_of(error.response)
        if status == 404:
            return Bucket(name, exists=False)
        if status == 403 and conditions:  # the same question without conditions was just answered
            return Bucket(name, exists=True, region=region)
        if region is None or status not in {301, 400, 403}:
            raise
        return Bucket(name, exists=True, region=region)


def _region_of(found: Mapping[str, Any]) -> str | None:
    headers = found.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    region = headers.get("x-amz-bucket-region")
    return str(region) if region else None


def open_uploads(s3: Any, bucket: str, key: str) -> tuple[Upload, ...]:
    """The multipart uploads of exactly that key that are not complete, with the bytes in parts; blocking."""
    pages = s3.get_paginator("list_multipart_uploads").paginate(Bucket=bucket, Prefix=key)
    rows = [row for page in pages for row in page.get("Uploads", ()) if row["Key"] == key]
    return tuple(Upload(row["UploadId"], key, row["Initiated"].astimezone(UTC), _done(s3, bucket, key, row["UploadId"])) for row in rows)


def _done(s3: Any, bucket: str, key: str, upload_id: str) -> int:
    from botocore.exceptions import ClientError

    try:
        pages = s3.get_paginator("list_parts").paginate(Bucket=bucket, Key=key, UploadId=upload_id)
        return sum(int(part["Size"]) for page in pages for part in page.get("Parts", ()))
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchUpload":  # it was completed between the two questions
            return 0
        raise
