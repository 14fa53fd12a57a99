"""A bucket as a HEAD request shows it: there or not, where, and whose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from canvos_tui.adapters.aws.clients import Clients
from canvos_tui.core.aws.facts import Bucket


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
